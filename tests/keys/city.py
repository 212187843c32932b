"""A register of a few thousand people, somebody who keeps editing it, and a look at all of it afterwards.

`python -m tests.keys.city people 3000 | edit | look < acknowledged edits`, with the settings of the server it stands for.
"""

import asyncio
import json
import random
import sys
from collections import defaultdict
from datetime import UTC, date, datetime

from server.configuration import configure_core
from server.kit import sealing
from server.kit.database import close_database, open_database
from server.kit.schema import migrate_up
from server.kit.transactions import action
from server.people.actions.rows import new_resident, sealed_phone
from server.people.models import NATIONAL_ID, PHONE, Resident
from server.people.rules import Sex
from server.settings import MODEL_MODULES, Settings

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


def number_of(person: int) -> str:
    return f"330299{person:012}"


def phone_of(person: int) -> str:
    return f"139{person:08}"


async def people(count: int) -> None:
    rows = [
        new_resident(
            name=str(person), sex=Sex.UNKNOWN, birth_date=date(1940, 1, 1), national_id=number_of(person),
            phone=phone_of(person), now=NOW,
        )
        for person in range(count)
    ]  # fmt: skip
    await Resident.bulk_create(rows, batch_size=500)


async def edit() -> None:
    """Give people other phones until we are stopped; say of each that it begins, and that it is committed."""
    uids = await Resident.all().values_list("name", "uid")
    draw = random.Random(1)
    for edits in range(10**9):
        name, uid = draw.choice(uids)
        phone = f"138{edits:08}"
        print("begins", name, phone, flush=True)
        await give(uid=uid, phone=phone)
        print("done", name, phone, flush=True)
        await asyncio.sleep(0.002)


@action
async def give(*, uid: str, phone: str) -> None:
    await Resident.filter(uid=uid).update(**sealed_phone(uid, phone))


async def look(told: str) -> None:
    """Compare every row with what the editors told. What was begun last and not done may have been committed or not."""
    phones, edits = defaultdict[str, set[str]](set), 0
    for word, name, phone in map(str.split, told.splitlines()):
        before = phones[name] or {phone_of(int(name))}
        phones[name] = {phone} if word == "done" else before | {phone}
        edits += word == "done"
    wrong = [
        row.name
        for row in await Resident.all()
        if not is_right(row, phones[row.name] or {phone_of(int(row.name))})
    ]
    print(json.dumps({"rows": await Resident.all().count(), "wrong": wrong, "edits": edits}))


def is_right(row: Resident, phones: set[str]) -> bool:
    number = sealing.open_sealed(row.national_id_sealed or b"", place=f"{NATIONAL_ID}|{row.uid}")
    phone = sealing.open_sealed(row.phone_sealed or b"", place=f"{PHONE}|{row.uid}")
    return (
        number == number_of(int(row.name))
        and phone in phones
        and row.national_id_index == sealing.blind_index(number, column=NATIONAL_ID)
        and row.phone_index == sealing.blind_index(phone, column=PHONE)
    )


async def main(task: str, *words: str) -> None:
    settings = Settings.from_env()
    configure_core(settings)
    if task == "people":
        await migrate_up(settings.database, modules=MODEL_MODULES)
    await open_database(settings.database, modules=MODEL_MODULES)
    try:
        if task == "people":
            await people(int(words[0]))
        elif task == "edit":
            await edit()
        else:
            await look(sys.stdin.read())
    finally:
        await close_database()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
