"""Whatever is tapped leads somewhere: every target is a page that the mini-program has (WeChat refuses others, 41030)."""

import json
import re
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from miniprogram_api.next import DutyKind, NextKind, Telling, duties_of
from server.booking.rules import AppointmentStatus
from server.demo import Town, cast
from server.notifications.models import InboxMessage
from server.notifications.templates import TEMPLATES
from server.people.queries import MyResidentCard

APP = Path(__file__).parents[2] / "miniprogram" / "app.json"
TARGETS = sorted(
    {each.target for told in TEMPLATES.values() for each in told if not each.target.startswith("/admin")}
)
LONGEST = 120  # InboxMessage.target
UID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"


def pages() -> set[str]:
    app = json.loads(APP.read_text())
    packages = app.get("subPackages", app.get("subpackages", []))
    parts = {f"{each['root'].strip('/')}/{page}" for each in packages for page in each["pages"]}
    return {*app["pages"], *parts}


def page_of(target: str) -> str:
    """Return the page of a target, once every name in its query is one that the page reads."""
    assert re.fullmatch(r"pages/[a-z]+/[a-z]+(\?[^?]+)?", target), target
    page, _, query = target.partition("?")
    script = (APP.parent / f"{page}.js").read_text() if query else ""
    for name in re.findall(r"(\w+)=", query):
        assert re.search(rf"query\.{name}\b|\b{name}\b[^}}\n]*\}} = this\.query", script), (
            f"{page} reads no {name}"
        )
    return page


@pytest.mark.parametrize("target", TARGETS)
def test_a_message_leads_to_a_page_of_the_mini_program(target: str) -> None:
    filled = target.format(uid=UID, resident_uid=UID)

    assert page_of(filled) in pages()
    assert len(filled) <= LONGEST


@pytest.mark.parametrize(
    ("topic", "page"),
    [
        ("enrolments.offered", "pages/doctor/doctor"),
        ("home_beds.opened", "pages/bed/bed"),
        ("prescriptions.refilled", "pages/medicine/medicine"),
        ("training.certified", "pages/duty/training"),
    ],
)
def test_a_message_leads_to_what_it_is_about(topic: str, page: str) -> None:
    own = [each.target for each in TEMPLATES[topic] if not each.target.startswith("/admin")]

    assert own
    assert {each.partition("?")[0] for each in own} == {page}


def test_the_first_screen_leads_to_pages_of_the_mini_program() -> None:
    somebody = MyResidentCard(
        uid=UID, name="王桂兰", age=90, home="", home_uid=UID, bed="", myself=True, scopes=(), until=None
    )
    tell, card = Telling((somebody,), cast.TOWN_NOW), _anything()
    cards = [
        tell.offer(card), tell.consent(card), tell.proxy(card), tell.appointment(card), tell.visit(card, somebody),
        tell.due(card, somebody), tell.rating(card), tell.referral(card), tell.doctor(card),
    ]  # fmt: skip
    duties = duties_of([(kind, 1) for kind in DutyKind])

    assert {each.kind for each in cards} == set(NextKind)
    assert {each.kind for each in duties} == set(DutyKind)
    assert {page_of(each.target) for each in (*cards, *duties)} <= pages()


async def test_the_inboxes_of_the_town_lead_to_pages_of_the_mini_program(town: Town) -> None:
    kept = await InboxMessage.all().values_list("target", flat=True)

    assert {page_of(str(each)) for each in kept if not str(each).startswith("/admin")} <= pages()


def _anything() -> Any:
    """Stand in for every kind of card: only where it leads is looked at."""
    at = cast.TOWN_NOW + timedelta(hours=1)
    times = dict.fromkeys(("starts_at", "expires_at", "answer_by", "served_at", "applied_at"), at)
    names = ("resident_name", "resident", "institution_name", "department_name", "recipient", "proxy", "provider_name",
             "home_name", "kind_text", "words", "owed_by", "institution", "story", "next_by", "upper_name", "come_to")  # fmt: skip
    return SimpleNamespace(
        uid=UID, resident_uid=UID, status=AppointmentStatus.BOOKED, hold_expires_at=None, number=1, under_way=False,
        due_day=at.date(), overdue=True, come_at=at, urgent=False, **times, **dict.fromkeys(names, "甲"),
    )  # fmt: skip
