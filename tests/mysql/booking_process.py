"""One more process of the product that books: `python -m tests.mysql.booking_process <url> < job.json`.

It reads what to do and when to begin, does all of it at once, and prints what came of each.
"""

import asyncio
import json
import sys
import time
from datetime import date
from typing import Any

from server.app import configure_core
from server.authority.actor import Actor, Channel, Grant
from server.authority.permissions import Role
from server.booking import actions
from server.booking.actions.together import Asked, book_together
from server.booking.actions.trips import Rider
from server.booking.rules import HalfDay
from server.demo.cast import TOWN_NOW
from server.kit.database import close_database, open_database
from server.settings import MODEL_MODULES, Settings


async def do(actor: Actor, step: dict[str, Any]) -> object:
    said = step["with"]
    if step["do"] == "book_together":
        asked = Asked(actor, said["resident_uid"], said["reason"], now=TOWN_NOW)
        return await book_together(slot_uid=said["slot_uid"], asked=asked)
    if step["do"] == "book_trip":
        said = said | {
            "day": date.fromisoformat(said["day"]),
            "half": HalfDay(said["half"]),
            "riders": [Rider(**rider) for rider in said["riders"]],
        }
    return await getattr(actions, step["do"])(actor=actor, now=TOWN_NOW, **said)


def outcome(answer: object) -> str:
    return getattr(answer, "code", None) or type(answer).__name__


async def main(url: str, job: dict[str, Any]) -> list[str]:
    configure_core(
        Settings.from_env({"DATA_DIR": job["folder"], "DATABASE_URL": url, "ARGON2_MEMORY_KIB": "64"})
    )
    await open_database(url, modules=MODEL_MODULES)
    who = job["actor"]
    actor = Actor(
        who["account_id"], who["account_uid"], "护士", (Grant(Role(who["role"]), who["institution_id"]),),
        Channel.MINI_PROGRAM,
    )  # fmt: skip
    await asyncio.sleep(max(0.0, job["begin_at"] - time.time()))
    answers = await asyncio.gather(*(do(actor, each) for each in job["steps"]), return_exceptions=True)
    await close_database()
    return [outcome(answer) for answer in answers]


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(sys.argv[1], json.load(sys.stdin)))))
