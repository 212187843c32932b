"""One more process of the product that answers and leaves lines: `python -m tests.mysql.trail_process <url> < job.json`."""

import asyncio
import json
import sys
import time
from typing import Any

from server.audit import trail
from server.audit.chain import AccessBasis, AccessLine
from server.audit.errors import RightsChanged
from server.demo.cast import TOWN_NOW
from server.kit.database import close_database, open_database
from server.settings import MODEL_MODULES


async def main(url: str, job: dict[str, Any]) -> dict[str, int]:
    trail.configure(bytes.fromhex(job["key"]))
    await open_database(url, modules=MODEL_MODULES)
    await asyncio.sleep(max(0.0, job["begin_at"] - time.time()))
    told = {"written": 0, "refused": 0}

    async def answer(number: int) -> None:
        resident = job["residents"][number % len(job["residents"])]
        line = AccessLine(
            resident_id=resident, account_id=1, institution_id=0, channel="console", request_id="", purpose="care",
            basis=AccessBasis.CONSENT, basis_uid="", what=f"{job['name']}.{number}", categories=(), count=1,
            rights=await trail.rights_of(resident),
        )  # fmt: skip
        try:
            await trail.record([line], now=TOWN_NOW)
        except RightsChanged:
            told["refused"] += 1
        else:
            told["written"] += 1

    await asyncio.gather(*(answer(number) for number in range(job["answers"])))
    await close_database()
    return told


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(sys.argv[1], json.load(sys.stdin)))))
