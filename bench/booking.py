"""Two hundred people want the same slot at once: each in a transaction of their own, or those who wait together.

Both ways are the product's own, with access, diary, audit line, message and kept answer. Beside them stands the least
that keeps a slot from being overbooked, by the raw driver: a guarded UPDATE and an INSERT for each.
"""

import argparse
import asyncio
import contextlib
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, timedelta
from urllib.parse import urlsplit

import aiomysql

from server.app import configure_core
from server.authority.actor import Actor, Channel, Grant
from server.authority.permissions import Role
from server.booking.actions import book_slot
from server.booking.actions.together import Asked, book_together
from server.booking.errors import SlotFull
from server.booking.models import Appointment, Slot
from server.identity.models import Account
from server.kit.database import close_database, open_database
from server.kit.errors import DomainError
from server.kit.idempotency import RequestKey
from server.kit.ids import new_uid
from server.kit.schema import migrate_up
from server.people.models import Resident
from server.settings import MODEL_MODULES, Settings
from tests.core.booking.world import NOW, World, build

PEOPLE = 200
GUARDED = "UPDATE slot SET booked = booked + 1 WHERE id = %s AND booked + held < capacity"
SEATED = (
    "INSERT INTO appointment (uid, created_at, slot_id, resident_id, status, number, reason, companion_note, source,"
    " arrival_code, booked_by_id, on_behalf_basis, place_key)"
    " VALUES (%s, NOW(6), %s, %s, 'booked', 1, '', '', 'app', %s, %s, 'self', %s)"
)
Person = tuple[Actor, Resident]
Way = Callable[[Slot, Actor, Resident], Awaitable[object]]


async def _people(count: int) -> list[Person]:
    """Older adults who book for themselves, each with an account of their own."""
    found = []
    for number in range(count):
        account = Account(name=f"长者{number}", created_at=NOW)
        await account.save()
        resident = Resident(
            name=account.name, birth_date=date(1940, 1, 1), account=account, touched=0, created_at=NOW
        )
        await resident.save()
        found.append(
            (
                Actor(account.id, account.uid, account.name, (Grant(Role.PERSON),), Channel.MINI_PROGRAM),
                resident,
            )
        )
    return found


def _keyed(actor: Actor) -> Actor:
    key = RequestKey(account_id=actor.account_id or 0, key=new_uid(), fingerprint="f" * 64)
    return Actor(**{**vars(actor), "request_key": key})


async def _each(slot: Slot, actor: Actor, resident: Resident) -> object:
    return await book_slot(
        actor=_keyed(actor), slot_uid=slot.uid, resident_uid=resident.uid, reason="复诊", now=NOW
    )


async def _together(slot: Slot, actor: Actor, resident: Resident) -> object:
    return await book_together(slot_uid=slot.uid, asked=Asked(_keyed(actor), resident.uid, "复诊", now=NOW))


@contextlib.asynccontextmanager
async def _raw_pool(url: str) -> AsyncIterator[Way]:
    parts = urlsplit(url)
    pool = await aiomysql.create_pool(
        host=parts.hostname,
        port=parts.port,
        user=parts.username,
        password=parts.password or "",
        db=parts.path[1:],
        maxsize=10,
    )

    async def guarded(slot: Slot, actor: Actor, resident: Resident) -> None:
        async with pool.acquire() as connection, connection.cursor() as cursor:
            await connection.begin()
            taken = await cursor.execute(GUARDED, (slot.id,))
            if taken:
                uid = new_uid()
                await cursor.execute(
                    SEATED, (uid, slot.id, resident.id, uid, actor.account_id, f"{slot.id}.{resident.id}")
                )
            await connection.commit()
        if not taken:
            raise SlotFull

    yield guarded
    pool.close()
    await pool.wait_closed()


async def _rush(way: Way, slot: Slot, people: list[Person]) -> dict[str, float]:
    waits: list[float] = []
    said: Counter[str] = Counter()
    began, spent = time.perf_counter(), time.process_time()

    async def one(actor: Actor, resident: Resident) -> None:
        try:
            await way(slot, actor, resident)
            said["booked"] += 1
        except DomainError as refusal:
            said[refusal.code] += 1
        waits.append(time.perf_counter() - began)

    await asyncio.gather(*(one(*each) for each in people))
    took = time.perf_counter() - began
    seated = await Appointment.filter(slot_id=slot.id, status="booked").count()
    if (
        not seated == said["booked"] == slot.capacity
        or said["booking.slot_full"] != len(people) - slot.capacity
    ):
        message = f"{slot.capacity} seats, {seated} taken, {dict(said)}"
        raise SystemExit(message)
    waits.sort()
    return {
        "per_second": len(people) / took,
        "cpu_us": (time.process_time() - spent) / len(people) * 1e6,
        "p99_ms": waits[int(len(waits) * 0.99) - 1] * 1000,
    }


async def compare(url: str, folder: str, rounds: int) -> dict[str, list[dict[str, float]]]:
    configure_core(Settings.from_env({"DATA_DIR": folder, "DATABASE_URL": url}))
    await migrate_up(url, modules=MODEL_MODULES)
    await open_database(url, modules=MODEL_MODULES)
    world: World = await build()
    day = 0
    figures: dict[str, list[dict[str, float]]] = {}
    async with _raw_pool(url) as guarded:
        for round_ in range(rounds + 1):
            for capacity in (50, 20):
                for name, way in (("guarded", guarded), ("each", _each), ("together", _together)):
                    day += 1
                    slot = await world.slot(capacity=capacity, starts_at=NOW + timedelta(days=day))
                    # New people each time: nobody has too many open bookings.
                    found = await _rush(way, slot, await _people(PEOPLE))
                    if round_:  # the first is to warm up
                        figures.setdefault(f"{name}.{capacity}", []).append(found)
    await close_database()
    return figures


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    said = parser.parse_args()
    print(json.dumps(asyncio.run(compare(said.url, said.folder, said.rounds))))


if __name__ == "__main__":
    main()
