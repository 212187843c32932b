"""A ward of the town that never rests: nurses who book and give back, each for a resident and at times of her own."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.load.crowd import Crowd, Person
from tests.load.ledger import Ledger

PATIENCE = 10.0


@dataclass(frozen=True)
class SignedIn:
    """The nurse of the town's first home on her phone: for whom she may book, and what is free."""

    client: httpx.Client
    token: str
    residents: Sequence[str]
    slots: Sequence[str]


@contextmanager
def signed_in_nurse(base: str) -> Iterator[SignedIn]:
    with httpx.Client(base_url=f"{base}/api/v1", timeout=PATIENCE) as client:

        def listed(path: str, **query: str) -> list[Any]:
            return list(client.get(path, params={"limit": "100", **query}).json()["items"])

        phone = {"code": f"sim:nurse:{time.time_ns()}", "device_id": "demo-phone-of-nurse"}
        session = client.post("/session", json=phone).json()
        client.headers["Authorization"] = f"Bearer {session['token']}"
        residents = [
            each["uid"]
            for each in listed(f"/institutions/{session['workplaces'][0]['institution_uid']}/residents")
        ]
        hospital = listed("/institutions", kind="hospital")[0]["uid"]
        slots = listed(f"/institutions/{hospital}/slots", resident=residents[0])
        free = [each["uid"] for each in slots if each["for_you"] and each["free"]]
        yield SignedIn(client, session["token"], residents, free)


def ward(base: str, *, nurses: int = 4) -> Crowd:
    """Return nurses who are all signed in on the home's one phone; one appointment at a time is open for each resident."""
    ledger = Ledger()
    with signed_in_nurse(base) as known:
        people = [
            Person(known.token, known.residents[place], known.slots[place::nurses], ledger, most_open=1)
            for place in range(nurses)
        ]
    return Crowd(base, people, ledger)
