"""What the load needs, laid into the database by the product's own tables: `python -m tests.cluster.given <clients>`.

It reads the settings of a node from the environment, makes the tables, and prints tokens, residents and slots.
"""

import asyncio
import json
import sys
from datetime import date, datetime, timedelta

from server.configuration import configure_core
from server.identity.actions.sessions import open_session
from server.identity.models import Account
from server.identity.rules import SessionKind
from server.kit.database import close_database, open_database
from server.kit.schema import migrate_up
from server.parameters import lay_down
from server.people.models import CareStateChange, Resident
from server.people.rules import CareCause
from server.settings import MODEL_MODULES, Settings
from server.web.faces import utc_now
from tests.core.booking.world import build

SLOTS = 6


async def _client(number: int, now: datetime) -> dict[str, object]:
    account = Account(name=f"长者{number}", created_at=now)
    await account.save()
    resident = Resident(
        name=account.name, birth_date=date(1940, 1, 1), account=account, touched=0, created_at=now
    )
    await resident.save()
    await CareStateChange(
        resident=resident,
        state=resident.care_state,
        started_at=now,
        cause=CareCause.ADMISSION,
        open_key=str(resident.id),
        created_at=now,
    ).save()
    _, token = await open_session(account, SessionKind.FAMILY, label="load", now=now)
    return {"account": account.id, "resident": resident.uid, "token": token}


async def main(clients: int) -> dict[str, object]:
    settings, now = Settings.from_env(), utc_now()
    configure_core(settings)
    await migrate_up(settings.database, modules=MODEL_MODULES)
    await open_database(settings.database, modules=MODEL_MODULES)
    await lay_down(now=now)
    world = await build()
    # A third of the clients finds no seat if everybody books everywhere: the last seats are fought for.
    slots = [
        await world.slot(capacity=clients * 2 // 3, starts_at=now + timedelta(days=3 + day))
        for day in range(SLOTS)
    ]
    made = [await _client(number, now) for number in range(clients)]
    await close_database()
    return {"clients": made, "slots": [slot.uid for slot in slots]}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(int(sys.argv[1])))))
