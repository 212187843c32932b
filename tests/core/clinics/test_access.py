"""Which homes, designations and partners somebody reaches, and that no worker says a thing twice."""

from datetime import date, timedelta
from typing import Any

import pytest

from server.alliance.models import Institution, ServiceAgreement
from server.authority.actor import system_actor
from server.authority.permissions import Permission
from server.clinics import access, actions
from server.clinics.errors import PartnerNeeded
from server.clinics.models import InsuranceDesignation
from server.clinics.rules import ClinicKind
from server.kit.clock import local_date
from server.kit.errors import NotFound
from server.outbox.models import OutboxMessage
from tests.core.clinics.test_actions import Way
from tests.overtaken import EACH, overtaken

READ = Permission.CLINIC_READ
DAY = timedelta(days=1)


@pytest.fixture
def way(town: Any, actor: Any, clock: Any) -> Way:
    return Way(town, actor, clock)


async def test_a_clinic_is_of_a_home_even_for_a_bureau(way: Way) -> None:
    tang, town = await way.actor("tang"), way.town.alliance
    assert await access.home_for(actor=tang, uid=town.songhe, permission=READ)
    with pytest.raises(NotFound):
        await access.home_for(actor=tang, uid=town.first_hospital, permission=READ)


async def test_nobody_is_paid_who_neither_treats_nor_cares(way: Way) -> None:
    with pytest.raises(NotFound):
        await way.designated("civil_affairs")
    institution = await Institution.get(uid=way.town.alliance.civil_affairs)
    assert not await InsuranceDesignation.filter(institution_id=institution.id).exists()


@pytest.mark.parametrize(("key", "reaches"), [("tang", True), ("feng", True), ("zhao", False), ("he", False)])
async def test_a_designation_is_seen_by_a_bureau_and_by_whom_it_pays(
    way: Way, key: str, reaches: bool
) -> None:
    who, uid = await way.actor(key), way.town.clinics.health_center
    try:
        found = await access.designation_for(actor=who, uid=uid, permission=READ)
    except NotFound:
        assert not reaches
    else:
        assert (reaches, found.uid) == (True, uid)


async def test_whose_agreement_is_over_extends_into_no_home(way: Way) -> None:
    home = await Institution.get(uid=way.town.alliance.yihe)
    bound = ServiceAgreement.filter(home_id=home.id, provider__uid=way.town.alliance.first_hospital)
    ids = await bound.values_list("id", flat=True)
    await ServiceAgreement.filter(id__in=ids).update(last_day=local_date(way.clock()) - DAY)
    with pytest.raises(PartnerNeeded):
        await actions.intend_clinic(
            actor=await way.actor("he"), home_uid=home.uid, kind=ClinicKind.EXTENSION,
            partner_uid=way.town.alliance.first_hospital, now=way.clock(),
        )  # fmt: skip


@pytest.mark.parametrize("missed", ["a step", "a licence", "its last day", "the insurance"])
async def test_a_worker_that_comes_second_counts_and_tells_nothing(way: Way, missed: str) -> None:
    today = local_date(way.clock())
    match missed:
        case "a step":
            way.clock.advance(days=90)
        case "a licence":
            await way.licensed(until=today + 80 * DAY)
        case "its last day":
            await way.licensed(until=today)
            way.clock.advance(days=1)
        case "the insurance":
            await way.licensed(until=date(2029, 1, 1))
            await way.designated(first_day=today + DAY)
            way.clock.advance(days=1)
    told = await OutboxMessage.all().count()
    with overtaken(EACH):
        assert await actions.sweep_clinics(actor=system_actor("worker"), now=way.clock()) == 0
    assert await OutboxMessage.all().count() == told
