"""One practitioner, several institutions, each with a period and a capacity (A24)."""

from datetime import date, datetime, timedelta

import pytest

from server.authority.actor import system_actor
from server.authority.permissions import Role
from server.identity import actions, queries
from server.identity.errors import (
    EndedAlready,
    NothingProlonged,
    NotToYourself,
    PeriodNeeded,
    RegistrationBackwards,
    RegistrationNeeded,
    RoleHeldAlready,
    SecondedElsewhere,
)
from server.identity.models import RoleGrant
from server.identity.rules import Engagement, Terms, ensure_not_lent_twice, ensure_terms
from server.kit.clock import SHANGHAI, local_date
from server.kit.errors import NotFound
from server.kit.periods import Period
from server.outbox.models import OutboxMessage

LENT = Terms(Engagement.SECONDMENT, note="挂职副院长")
DAY = date(2026, 3, 2)


async def lent(actor, town, now, place="second_hospital", **span):
    return await actions.grant_role(
        **{
            "actor": await actor("root"),
            "account_uid": town.identity.accounts["doctor"],
            "role": Role.CLINICIAN,
            "institution_uid": getattr(town.alliance, place),
            "starts_at": now,
            "ends_at": now + timedelta(days=30),
            "terms": LENT,
            "now": now,
            **span,
        }
    )


class TestTerms:
    @pytest.mark.parametrize(
        ("terms", "ends", "error"),
        [
            (Terms(Engagement.MULTI_SITE), None, RegistrationNeeded),
            (Terms(Engagement.MULTI_SITE, "甲", DAY), None, RegistrationBackwards),
            (Terms(Engagement.MULTI_SITE, "甲", DAY + timedelta(days=1)), None, None),
            (Terms(Engagement.SECONDMENT), None, PeriodNeeded),
            (Terms(Engagement.LIAISON), None, PeriodNeeded),
            (Terms(), None, None),
        ],
    )
    def test_each_capacity_asks_for_its_own(self, terms, ends, error):
        if error is None:
            ensure_terms(terms, starts_on=DAY, ends_at=ends)
        else:
            with pytest.raises(error):
                ensure_terms(terms, starts_on=DAY, ends_at=ends)

    def test_days_that_touch_do_not_overlap(self):
        first = datetime(2026, 3, 1, tzinfo=SHANGHAI)
        then, last = first + timedelta(days=10), first + timedelta(days=20)
        one, two = (
            (Engagement.SECONDMENT, 1, Period(first, then)),
            (Engagement.SECONDMENT, 2, Period(then, last)),
        )
        ensure_not_lent_twice([one, two, (Engagement.OWN, 3, Period(first))])
        with pytest.raises(SecondedElsewhere):
            ensure_not_lent_twice(
                [one, (Engagement.SECONDMENT, 2, Period(then - timedelta(seconds=1), last))]
            )


class TestSecondments:
    async def test_to_two_places_at_once_are_refused_and_one_after_the_other_allowed(
        self, town, actor, clock
    ):
        now = clock()
        await lent(actor, town, now)
        with pytest.raises(SecondedElsewhere):
            await lent(
                actor,
                town,
                now,
                place="first_hospital",
                starts_at=now + timedelta(days=29),
                ends_at=now + timedelta(days=60),
            )
        await lent(
            actor,
            town,
            now,
            place="first_hospital",
            starts_at=now + timedelta(days=30),
            ends_at=now + timedelta(days=60),
        )
        assert await queries.faults(now=now) == []

    async def test_are_shown_to_both_houses_but_not_what_is_done_there(self, town, actor, clock):
        now = clock()
        await lent(actor, town, now)
        card = await queries.staff_member(
            actor=await actor("feng"), uid=town.identity.accounts["doctor"], now=now
        )
        (place,) = card.elsewhere
        assert (place.institution, place.engagement) == ("云桥市第二人民医院", Engagement.SECONDMENT)
        assert len(card.grants) == 1
        seen = await queries.staff_member(
            actor=await actor("sun"), uid=town.identity.accounts["doctor"], now=now
        )
        assert [place.institution for place in seen.elsewhere] == ["云桥市河东社区卫生服务中心"]


class TestProlonging:
    async def test_keeps_the_first_end_in_the_trail_and_never_shortens(self, town, actor, clock):
        now = clock()
        grant = await lent(actor, town, now)
        sun = await actor("sun")
        wish = {"actor": sun, "grant_uid": grant.uid, "reason": "再借三个月", "now": now}
        await actions.prolong_role(ends_at=now + timedelta(days=120), **wish)
        row = await RoleGrant.get(uid=grant.uid)
        assert (row.ends_at - now).days == 120
        assert row.note == "再借三个月"
        for earlier in (
            {"ends_at": now + timedelta(days=60)},
            {"registration_ends_on": date(2027, 1, 1)},
            {},
        ):
            with pytest.raises(NothingProlonged):
                await actions.prolong_role(**wish, **earlier)
        with pytest.raises(NotFound):
            await actions.prolong_role(
                **{**wish, "actor": await actor("zhao")}, ends_at=now + timedelta(days=200)
            )

    async def test_does_not_run_into_another_secondment_nor_revive_an_ended_one(self, town, actor, clock):
        now = clock()
        grant = await lent(actor, town, now)
        await lent(
            actor,
            town,
            now,
            place="first_hospital",
            starts_at=now + timedelta(days=40),
            ends_at=now + timedelta(days=60),
        )
        wish = {"actor": await actor("sun"), "grant_uid": grant.uid, "reason": "再借", "now": now}
        with pytest.raises(SecondedElsewhere):
            await actions.prolong_role(ends_at=now + timedelta(days=41), **wish)
        await actions.end_role(actor=await actor("sun"), grant_uid=grant.uid, reason="回原单位", now=now)
        with pytest.raises(EndedAlready):
            await actions.prolong_role(
                **{**wish, "now": now + timedelta(minutes=1)}, ends_at=now + timedelta(days=39)
            )

    async def test_is_not_of_ones_own_role_nor_into_the_same_role_given_again(self, town, actor, clock):
        now, feng = clock(), await actor("feng")
        own = await RoleGrant.filter(account_id=feng.account_id, role=Role.HOSPITAL_MANAGER).get()
        await RoleGrant.filter(id=own.id).update(ends_at=now + timedelta(days=5))
        with pytest.raises(NotToYourself):
            await actions.prolong_role(
                actor=feng, grant_uid=own.uid, ends_at=now + timedelta(days=90), reason="续", now=now
            )
        first = await lent(actor, town, now)
        await lent(
            actor, town, now, starts_at=now + timedelta(days=30), ends_at=None, terms=Terms()
        )  # from then on for good
        with pytest.raises(RoleHeldAlready):
            await actions.prolong_role(
                actor=await actor("sun"),
                grant_uid=first.uid,
                ends_at=now + timedelta(days=31),
                reason="再借",
                now=now,
            )


class TestReminders:
    async def test_come_thirty_and_seven_days_ahead_once_each_and_anew_after_prolonging(
        self, town, actor, clock
    ):
        now = clock()
        grant = await lent(actor, town, now, ends_at=now + timedelta(days=100))
        worker, told = system_actor("worker"), []
        for days in (60, 29, 20, 6, 2):
            at = now + timedelta(days=100 - days)
            if await actions.sweep_workplaces(actor=worker, now=at):
                told.append(days)
        assert told == [29, 6]
        at = now + timedelta(days=98)
        await actions.prolong_role(
            actor=await actor("sun"),
            grant_uid=grant.uid,
            ends_at=at + timedelta(days=10),
            reason="续",
            now=at,
        )
        assert await actions.sweep_workplaces(actor=worker, now=at) == 1
        assert await OutboxMessage.filter(topic="identity.workplace_ending").count() == 3

    async def test_what_ends_within_days_is_told_by_the_nearest_notice_alone(self, town, actor, clock):
        now = clock()
        await lent(actor, town, now, ends_at=now + timedelta(days=5))
        assert await actions.sweep_workplaces(actor=system_actor("worker"), now=now) == 1
        assert await actions.sweep_workplaces(actor=system_actor("worker"), now=now) == 0

    async def test_each_end_of_a_role_is_told_for_itself(self, town, actor, clock):
        now, worker = clock(), system_actor("worker")
        grant = await lent(actor, town, now, ends_at=now + timedelta(days=100))
        await RoleGrant.filter(uid=grant.uid).update(
            registration_ends_on=local_date(now) + timedelta(days=50)
        )
        told = [
            day
            for day in range(100)
            if await actions.sweep_workplaces(actor=worker, now=now + timedelta(days=day))
        ]
        assert told == [20, 43, 71, 94]  # the role ends during a day: with the day after it
