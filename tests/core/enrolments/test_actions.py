"""A contract from the asking to its end or its renewal, and the team's places."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
import pytest_asyncio

from server.authority.actor import system_actor
from server.enrolments import actions, queries
from server.enrolments.actions import moving
from server.enrolments.errors import (
    AlreadyAsked,
    AlreadyEnrolled,
    CapacityTooSmall,
    NotAMember,
    NotPrimaryCare,
    NotThisNow,
    PackageNotMeant,
    SignerHasNoAuthority,
    TeamClosed,
    TeamFull,
    TeamInUse,
    TeamNameTaken,
    TextChanged,
)
from server.enrolments.models import Enrolment, EnrolmentPaper, FamilyTeam, PriorityGroup
from server.enrolments.queries import Listed
from server.enrolments.rules import EndReason, EnrolmentEvent, EnrolmentStatus, Group, Why
from server.identity.models import RoleGrant
from server.kit.errors import NotFound
from server.kit.pages import PageWish
from server.outbox.models import OutboxMessage
from server.people.models import Resident

SCAN = b"%PDF-1.7 signed"
WISH = PageWish(limit=100)
WORKER = system_actor("worker")


@pytest_asyncio.fixture(autouse=True)
async def _sound(town: Any, clock: Any) -> AsyncIterator[None]:
    yield
    assert await queries.faults(now=clock()) == []


async def renewed(town: Any, actor: Any, clock: Any, who: str = "wang") -> str:
    about = {"resident_uid": town.people.wang, "team_uid": town.enrolments.team, "package": "senior"}
    family = await actor(who)
    shown = await queries.offer_text(actor=family, **about, now=clock())
    return (await actions.ask_for_doctor(actor=family, **about, text_hash=shown.text_hash, now=clock())).uid


async def near_its_end(town: Any, clock: Any) -> None:
    await Enrolment.filter(uid=town.enrolments.wang).update(last_on=date(2026, 3, 20))


class TestSigning:
    async def test_by_the_guardian_on_the_phone_begins_at_once(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        guardian = await actor("guardian")
        told = await queries.family_doctor(actor=guardian, resident_uid=town.people.li, now=clock())
        assert told.open_sections
        with pytest.raises(TextChanged):
            await actions.sign_enrolment(
                actor=guardian, uid=town.enrolments.li, text_hash="0" * 64, now=clock()
            )
        card = await actions.sign_enrolment(
            actor=guardian, uid=town.enrolments.li, text_hash=told.open_text_hash, now=clock()
        )
        assert (card.status, card.last_on) == (EnrolmentStatus.ACTIVE, date(2027, 3, 1))
        assert card.signed_words == "代办人在手机上签"
        assert (await FamilyTeam.get()).taken == 2

    @pytest.mark.parametrize("who", ["stranger", "daughter", "nurse", "feng"])
    async def test_is_nobody_elses(self, who: str, town: Any, actor: Any, clock: Any) -> None:
        told = await queries.family_doctor(
            actor=await actor("guardian"), resident_uid=town.people.li, now=clock()
        )
        with pytest.raises(NotFound):
            await actions.sign_enrolment(
                actor=await actor(who), uid=town.enrolments.li, text_hash=told.open_text_hash, now=clock()
            )

    async def test_on_paper_keeps_the_scan_and_knows_who_may_sign(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        he, about = await actor("he"), {"uid": town.enrolments.li, "evidence": "档案柜 3 号", "scan": SCAN}
        with pytest.raises(SignerHasNoAuthority):
            await actions.sign_on_paper(actor=he, grant_uid=town.people.daughter_grant, **about, now=clock())
        card = await actions.sign_on_paper(actor=he, grant_uid=None, **about, now=clock())
        assert card.status is EnrolmentStatus.ACTIVE
        page = await EnrolmentPaper.get()
        assert SCAN not in bytes(page.sealed)
        found = await queries.enrolment_paper(
            actor=he, uid=town.enrolments.li, paper_uid=page.uid, now=clock()
        )
        assert found.content == SCAN
        with pytest.raises(NotThisNow):
            await actions.sign_on_paper(actor=he, grant_uid=None, **about, now=clock())

    async def test_nobody_signs_twice_or_while_one_is_live(self, town: Any, actor: Any, clock: Any) -> None:
        with pytest.raises(AlreadyEnrolled):
            await renewed(town, actor, clock)
        with pytest.raises(AlreadyAsked):
            await actions.offer_doctor(
                actor=await actor("feng"), resident_uid=town.people.li, team_uid=town.enrolments.team,
                package="base", now=clock(),
            )  # fmt: skip

    async def test_a_full_team_takes_nobody(self, town: Any, actor: Any, clock: Any) -> None:
        await actions.change_team(
            actor=await actor("feng"), uid=town.enrolments.team, member_uids=[], capacity=1, now=clock()
        )
        with pytest.raises(TeamFull):
            await actions.sign_on_paper(
                actor=await actor("he"), uid=town.enrolments.li, grant_uid=None, evidence="柜", scan=SCAN, now=clock()
            )  # fmt: skip
        assert (await Enrolment.get(uid=town.enrolments.li)).signed_at is None


class TestRenewal:
    async def test_follows_the_old_year_and_hands_on_the_place(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        await near_its_end(town, clock)
        uid = await renewed(town, actor, clock)
        card = await actions.accept_enrolment(actor=await actor("feng"), uid=uid, now=clock())
        assert (card.status, card.starts_on) == (EnrolmentStatus.SIGNED, date(2026, 3, 21))
        clock.advance(days=18)
        assert await actions.sweep_enrolments(actor=WORKER, now=clock())
        assert (await Enrolment.get(uid=uid)).status is EnrolmentStatus.SIGNED
        clock.advance(days=1)
        await actions.sweep_enrolments(actor=WORKER, now=clock())
        assert (await Enrolment.get(uid=town.enrolments.wang)).status is EnrolmentStatus.RENEWED
        assert (await Enrolment.get(uid=uid)).last_on == date(2027, 3, 20)
        assert (await FamilyTeam.get()).taken == 1

    async def test_ends_with_what_it_would_have_renewed(self, town: Any, actor: Any, clock: Any) -> None:
        await near_its_end(town, clock)
        uid = await renewed(town, actor, clock)
        await actions.leave_doctor(actor=await actor("wang"), uid=town.enrolments.wang, now=clock())
        assert (await Enrolment.get(uid=uid)).end_reason is EndReason.OWN_WISH
        assert (await FamilyTeam.get()).taken == 0

    async def test_is_reminded_of_twice_and_runs_out_by_itself(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        await near_its_end(town, clock)
        for days in (0, 0, 12, 7):
            clock.advance(days=days)
            await actions.sweep_enrolments(actor=WORKER, now=clock())
        assert await OutboxMessage.filter(topic="enrolments.expiring").count() == 2
        assert (await Enrolment.get(uid=town.enrolments.wang)).end_reason is EndReason.EXPIRED
        assert (await FamilyTeam.get()).taken == 0
        assert (await Enrolment.get(uid=town.enrolments.li)).end_reason is EndReason.LAPSED

    async def test_that_is_overtaken_leaves_the_year_before_alive(
        self, town: Any, actor: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The family takes it back between the sweep's question and its last step."""
        await near_its_end(town, clock)
        uid = await renewed(town, actor, clock)
        await actions.accept_enrolment(actor=await actor("feng"), uid=uid, now=clock())
        clock.advance(days=19)
        whole = moving.move

        async def overtaken(row: Enrolment, event: EnrolmentEvent, **more: Any) -> None:
            if event is EnrolmentEvent.ACTIVATE:
                raise NotThisNow
            await whole(row, event, **more)

        monkeypatch.setattr(moving, "move", overtaken)
        await actions.sweep_enrolments(actor=WORKER, now=clock())
        assert (await Enrolment.get(uid=town.enrolments.wang)).end_reason is EndReason.EXPIRED
        monkeypatch.undo()
        await actions.sweep_enrolments(actor=WORKER, now=clock())
        assert (await Enrolment.get(uid=uid)).status is EnrolmentStatus.ACTIVE


class TestPackages:
    async def test_for_a_group_ask_for_its_source(self, town: Any, actor: Any, clock: Any) -> None:
        await actions.end_enrolment(
            actor=await actor("feng"),
            uid=town.enrolments.li,
            reason=EndReason.DECLINED,
            text="换包",
            now=clock(),
        )
        about = {"resident_uid": town.people.li, "team_uid": town.enrolments.team, "package": "chronic"}
        feng, he = await actor("feng"), await actor("he")
        with pytest.raises(PackageNotMeant):
            await actions.offer_doctor(actor=feng, **about, now=clock())
        stated = {"resident_uid": town.people.li, "groups": frozenset({Group.DIABETES}), "source": "出院小结"}
        await actions.state_groups(actor=he, **stated, now=clock())
        await actions.state_groups(actor=he, **stated, now=clock())
        card = await actions.offer_doctor(actor=feng, **about, now=clock())
        assert "2 型糖尿病" in card.groups
        seen = await queries.enrolment_sheet(actor=he, uid=card.uid, now=clock())
        assert "2 型糖尿病" not in seen.card.groups
        await actions.state_groups(actor=he, **{**stated, "groups": frozenset()}, now=clock())
        assert await PriorityGroup.filter(ended_on=None).count() == 0

    async def test_that_speak_of_health_are_not_told_to_who_did_not_say_so(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        """The center knows of the diabetes, the home does not."""
        feng, he, li = await actor("feng"), await actor("he"), town.people.li
        said = {"resident_uid": li, "groups": frozenset({Group.DIABETES}), "source": "随访"}
        await actions.state_groups(actor=feng, **said, now=clock())
        for who, knows in ((feng, True), (he, False)):
            sheet = await queries.offer_sheet(actor=who, resident_uid=li, now=clock())
            assert ("chronic" in {each.code for each in sheet.packages}) is knows
        await actions.leave_doctor(actor=await actor("guardian"), uid=town.enrolments.li, now=clock())
        about = {"resident_uid": li, "team_uid": town.enrolments.team, "package": "chronic", "now": clock()}
        with pytest.raises(PackageNotMeant):
            await actions.offer_doctor(actor=he, **about)
        uid = (await actions.offer_doctor(actor=feng, **about)).uid
        # To be read out and signed on paper at the home; from then on the words are the resident's and the team's.
        assert "慢病" in str((await queries.enrolment_sheet(actor=he, uid=uid, now=clock())).sections)
        await actions.sign_on_paper(
            actor=feng, uid=uid, grant_uid=None, evidence="柜", scan=SCAN, now=clock()
        )
        for who, knows in ((feng, True), (he, False)):
            page = await queries.enrolment_rows(actor=who, listed=Listed.ACTIVE, wish=WISH, now=clock())
            sheet = await queries.enrolment_sheet(actor=who, uid=uid, now=clock())
            assert ("慢病" in f"{page.items}{sheet.card}{sheet.sections}") is knows
            assert ("24 元" in f"{page.items}{sheet.card}{sheet.sections}") is knows
        await actions.state_groups(actor=he, **said, now=clock())
        assert "慢病" in (await queries.enrolment_sheet(actor=he, uid=uid, now=clock())).card.package_name


class TestTeams:
    async def test_are_of_primary_care_with_people_who_work_there(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        accounts = town.identity.accounts
        team = {"name": "二组", "member_uids": [], "capacity": 10, "now": clock()}
        with pytest.raises(NotPrimaryCare):
            await actions.form_team(actor=await actor("zhao"), leader_uid=accounts["zhao"], **team)
        feng = await actor("feng")
        with pytest.raises(NotAMember):
            await actions.form_team(actor=feng, leader_uid=accounts["nurse"], **team)
        with pytest.raises(CapacityTooSmall):
            await actions.form_team(actor=feng, leader_uid=accounts["feng"], **{**team, "capacity": 5000})
        await RoleGrant.filter(account__uid=accounts["doctor"]).update(registration_ends_on=date(2026, 3, 2))
        with pytest.raises(NotAMember):
            await actions.form_team(actor=feng, leader_uid=accounts["doctor"], **team)
        uid = await actions.form_team(actor=feng, leader_uid=accounts["feng"], **team)
        with pytest.raises(TeamNameTaken):
            await actions.form_team(actor=feng, leader_uid=accounts["feng"], **team)
        await actions.close_team(actor=feng, uid=uid, now=clock())
        with pytest.raises(TeamInUse):
            await actions.close_team(actor=feng, uid=town.enrolments.team, now=clock())
        with pytest.raises(TeamClosed):
            await queries_ask(town, actor, clock, uid)


async def queries_ask(town: Any, actor: Any, clock: Any, team: str) -> None:
    await actions.offer_doctor(
        actor=await actor("feng"), resident_uid=town.people.wang, team_uid=team, package="base", now=clock()
    )


class TestLists:
    async def test_say_why_somebody_has_none_and_what_is_next(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        feng = await actor("feng")
        page = await queries.missing(actor=feng, home_uid=None, wish=WISH, now=clock())
        lines = {each.resident_uid: each for each in page.items}
        assert town.people.wang not in lines
        assert lines[town.people.li].why is Why.WAITS_FOR_FAMILY
        for who, listed, many in (("feng", Listed.ACTIVE, 1), ("he", Listed.ACTIVE, 1), ("song", Listed.ACTIVE, 0), ("feng", Listed.FOR_FAMILY, 1)):  # fmt: skip
            found = await queries.enrolment_rows(
                actor=await actor(who), listed=listed, wish=WISH, now=clock()
            )
            assert len(found.items) == many, (who, listed)

    async def test_say_that_nobody_has_ever_asked(self, town: Any, actor: Any, clock: Any) -> None:
        await Enrolment.filter(uid=town.enrolments.li).delete()
        page = await queries.missing(actor=await actor("he"), home_uid=None, wish=WISH, now=clock())
        [line] = page.items
        hospital = await queries.missing(actor=await actor("zhao"), home_uid=None, wish=WISH, now=clock())
        assert hospital.items == ()
        assert (line.why, line.may_offer, line.has_phone) == (Why.NEVER_ASKED, True, False)

    async def test_the_rate_opens_to_people_and_hides_few_from_the_bureau(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        own = await queries.rates(actor=await actor("feng"), wish=WISH, now=clock())
        assert (own.enrolled, own.target, own.names_people, own.reached) == ("1", 60, True, False)
        city = await queries.rates(actor=await actor("tang"), wish=WISH, now=clock())
        assert (city.enrolled, city.percent) == ("<5", "—")
        await actions.sweep_enrolment_rates(actor=WORKER, now=clock())
        kept = await queries.rates(actor=await actor("tang"), wish=WISH, now=clock())
        assert kept.homes
        assert city.homes
        assert kept.homes.items == city.homes.items


async def test_a_merged_row_follows_its_survivor_and_the_dead_have_none(
    town: Any, actor: Any, clock: Any
) -> None:
    wang, li = await Resident.get(uid=town.people.wang), await Resident.get(uid=town.people.li)
    await Resident.filter(id=li.id).update(merged_into_id=wang.id)
    await actions.sweep_enrolments(actor=WORKER, now=clock())
    assert (await Enrolment.get(uid=town.enrolments.li)).resident_id == wang.id
    await Resident.filter(id=wang.id).update(died_at=clock())
    assert await actions.end_of_the_dead(actor=WORKER, resident_uid=wang.uid, now=clock()) == 2
    assert await Enrolment.filter(end_reason=EndReason.DIED).count() == 2


async def test_after_a_merge_a_second_yes_takes_the_place_of_the_live_one(
    town: Any, actor: Any, clock: Any
) -> None:
    wang, li = await Resident.get(uid=town.people.wang), await Resident.get(uid=town.people.li)
    await Resident.filter(id=li.id).update(merged_into_id=wang.id)
    await actions.sweep_enrolments(actor=WORKER, now=clock())
    live = await Enrolment.get(uid=town.enrolments.wang)
    assert (await Enrolment.get(uid=town.enrolments.li)).renews_id is None
    card = await actions.sign_on_paper(
        actor=await actor("he"), uid=town.enrolments.li, grant_uid=None, evidence="柜", scan=SCAN, now=clock()
    )
    assert live.last_on
    assert (card.status, card.starts_on) == (EnrolmentStatus.SIGNED, live.last_on + timedelta(days=1))
    clock.advance(days=(card.starts_on - clock().date()).days)
    await actions.sweep_enrolments(actor=WORKER, now=clock())
    assert (await Enrolment.get(uid=town.enrolments.wang)).status is EnrolmentStatus.RENEWED
    assert (await Enrolment.get(uid=town.enrolments.li)).status is EnrolmentStatus.ACTIVE
    assert (await FamilyTeam.get()).taken == 1


async def test_merged_into_somebody_who_had_died_ends(town: Any, clock: Any) -> None:
    wang, li = await Resident.get(uid=town.people.wang), await Resident.get(uid=town.people.li)
    await Resident.filter(id=li.id).update(died_at=clock() - timedelta(hours=1))
    await Enrolment.filter(resident_id=li.id).delete()
    await Resident.filter(id=wang.id).update(merged_into_id=li.id)
    await actions.sweep_enrolments(actor=WORKER, now=clock())
    assert (await Enrolment.get(uid=town.enrolments.wang)).end_reason is EndReason.DIED
