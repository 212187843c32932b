"""The board's stretches of time, the gaps in the cover of homes, and the directory that everybody may read."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import pytest

from server.alliance import queries
from server.alliance.access import institution_in_public
from server.alliance.models import Institution, ServiceAgreement
from server.alliance.queries import DirectoryWish
from server.alliance.rules import AgreementStatus, Days, InstitutionKind, Span, days_of, months_asked_for
from server.authority.actor import Actor
from server.demo import Town
from server.kit.errors import NotFound
from server.kit.ids import new_uid
from server.kit.pages import PageWish

Ask = Callable[[str], Awaitable[Actor]]
ALL = PageWish(limit=100)


async def _line(actor: Actor, home_uid: str, now: Any) -> queries.CoverageCard:
    return next(card for card in await queries.coverage(actor=actor, now=now) if card.home_uid == home_uid)


class TestSpans:
    @pytest.mark.parametrize(
        ("span", "first", "last"),
        [
            (Span.THIS_MONTH, date(2026, 2, 1), date(2026, 2, 28)),
            (Span.LAST_MONTH, date(2026, 1, 1), date(2026, 1, 31)),
            (Span.THIS_QUARTER, date(2026, 1, 1), date(2026, 3, 31)),
            (Span.LAST_QUARTER, date(2025, 10, 1), date(2025, 12, 31)),
        ],
    )
    def test_are_whole_months_and_quarters(self, span: Span, first: date, last: date) -> None:
        assert days_of(span, date(2026, 2, 11)) == Days(first, last)

    def test_begin_and_end_at_the_citys_midnight(self) -> None:
        start, end = Days(date(2026, 3, 1), date(2026, 3, 31)).bounds

        assert (start.isoformat(), end.isoformat()) == (
            "2026-02-28T16:00:00+00:00",
            "2026-03-31T16:00:00+00:00",
        )

    def test_say_of_which_months_they_are(self) -> None:
        assert days_of(Span.LAST_QUARTER, date(2026, 2, 11)).months == (
            date(2025, 10, 1),
            date(2025, 11, 1),
            date(2025, 12, 1),
        )
        assert Days(date(2026, 2, 1), date(2026, 2, 27)).months == ()
        assert Days(date(2026, 2, 2), date(2026, 2, 28)).months == ()

    @pytest.mark.parametrize("today", [date(2026, 1, 1), date(2026, 3, 31), date(2026, 12, 31)])
    def test_reach_no_month_that_is_not_among_those_asked_for(self, today: date) -> None:
        reached = {month for span in Span for month in days_of(span, today).months if month <= today}

        assert {days.first for days in months_asked_for(today)} == reached


class TestGaps:
    async def test_a_home_without_cover_comes_first_with_what_is_on_the_way(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        signed = await ServiceAgreement.get(uid=town.alliance.yihe_health_center)
        await ServiceAgreement.filter(id=signed.id).update(status=AgreementStatus.SUSPENDED)

        first, *_ = await queries.coverage(actor=await actor("qian"), now=clock())
        board = {
            card.home_uid: card for card in await queries.coverage(actor=await actor("qian"), now=clock())
        }

        assert not first.covered
        yihe = board[town.alliance.yihe]
        assert (yihe.covered, yihe.pending, yihe.pending_uid) == (False, "suspended", signed.uid)
        assert board[town.alliance.songhe].pending == "expired"
        assert board[town.alliance.qinghe].pending is None

    async def test_what_has_come_further_is_told_before_what_ran_out(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        row = await ServiceAgreement.get(uid=town.alliance.yihe_health_center)
        await ServiceAgreement.filter(id=row.id).update(status=AgreementStatus.EXPIRED, binding_key=None)
        yihe = await _line(await actor("qian"), town.alliance.yihe, clock())
        assert (yihe.covered, yihe.pending) == (False, AgreementStatus.EXPIRED)

        row.uid, row.filing_number, row.status = new_uid(), None, AgreementStatus.PROPOSED
        await row.clone(pk=None).save()
        yihe = await _line(await actor("qian"), town.alliance.yihe, clock())

        assert yihe.pending is AgreementStatus.PROPOSED

    @pytest.mark.parametrize(
        ("who", "seen"), [("he", "yihe"), ("song", "songhe"), ("feng", "yihe"), ("sun", "songhe")]
    )
    async def test_an_institution_sees_its_own_line(
        self, town: Town, actor: Ask, clock: Any, who: str, seen: str
    ) -> None:
        """And a provider that of the homes with which its agreement is in force: the center's with Songhe ran out."""
        found = await queries.coverage(actor=await actor(who), now=clock())

        assert {card.home_uid for card in found} == {getattr(town.alliance, seen)}


class TestDirectory:
    async def test_lists_services_and_no_authority(self, town: Town, clock: Any) -> None:
        page = await queries.directory(asked=DirectoryWish(), wish=ALL, now=clock())

        kinds = {card.kind for card in page.items}
        assert InstitutionKind.NURSING_HOME in kinds
        assert not kinds & {InstitutionKind.CIVIL_AFFAIRS_BUREAU, InstitutionKind.HEALTH_COMMISSION}
        assert {card.uid: card.partners for card in page.items}[town.alliance.yihe] == 2

    async def test_an_authority_is_not_listed_for_being_filed(self, town: Town, clock: Any) -> None:
        await Institution.filter(uid=town.alliance.civil_affairs).update(filed=True)

        page = await queries.directory(asked=DirectoryWish(), wish=ALL, now=clock())

        assert town.alliance.civil_affairs not in [card.uid for card in page.items]

    async def test_leaves_out_a_home_that_is_not_filed(self, town: Town, clock: Any) -> None:
        await Institution.filter(uid=town.alliance.yihe).update(filed=False)

        page = await queries.directory(asked=DirectoryWish(), wish=ALL, now=clock())

        assert town.alliance.yihe not in [card.uid for card in page.items]
        with pytest.raises(NotFound):
            await institution_in_public(uid=town.alliance.yihe)

    async def test_finds_by_a_part_of_the_name_and_by_kind(self, town: Town, clock: Any) -> None:
        asked = DirectoryWish(kind=InstitutionKind.HOSPITAL, name="第二")

        page = await queries.directory(asked=asked, wish=ALL, now=clock())

        assert [card.uid for card in page.items] == [town.alliance.second_hospital]

    async def test_a_sheet_names_partners_and_services(self, town: Town, clock: Any) -> None:
        row = await Institution.get(uid=town.alliance.health_center)

        sheet = await queries.directory_sheet(institution=row, now=clock())

        assert town.alliance.yihe in [partner.uid for partner in sheet.partners]
        assert "医疗巡诊" in sheet.partners[0].services
        assert sheet.departments == ("全科",)
