"""One person, one row; one open stay, one open care state (C01, I15, T14)."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from server.authority.actor import Actor, system_actor
from server.authority.permissions import Permission
from server.demo import Town
from server.demo.people import LI_NUMBER, WANG_NUMBER
from server.kit.clock import age_on, local_date
from server.kit.errors import DomainError, Invalid, NotFound
from server.kit.pages import PageWish
from server.people import access, actions, queries
from server.people.access import Way
from server.people.models import CareStateChange, ProxyGrant, Resident, ResidentStay
from server.people.rules import CareCause, CareEvent, CareState, Sex, StayEnd

Actors = Callable[[str], Awaitable[Actor]]


async def refused(code: str, awaitable: Awaitable[Any]) -> None:
    with pytest.raises(DomainError) as refusal:
        await awaitable
    assert refusal.value.code == code


async def admitted(actor: Actor, town: Town, now: Any, **differently: Any) -> queries.ResidentCard:
    wish: dict[str, Any] = {
        "home_uid": town.alliance.yihe,
        "name": "沈阿毛",
        "sex": Sex.MALE,
        "birth_date": date(1955, 7, 15),
        "national_id": "330299195507150211",
        "bed": "301-1",
    }
    return await actions.admit(actor=actor, now=now, **(wish | differently))


async def reachable(actor: Actor, now: Any, permission: Permission = Permission.RESIDENT_READ) -> set[str]:
    visible = access.residents_visible_to(actor=actor, permission=permission, now=now)
    return {row.name for row in await Resident.filter(visible)}


class TestAdmit:
    async def test_a_new_resident(self, town: Town, actor: Actors, clock: Any) -> None:
        card = await admitted(await actor("he"), town, clock())

        row = await Resident.get(uid=card.uid)
        assert (card.home_uid, card.bed, card.care_state) == (
            town.alliance.yihe,
            "301-1",
            CareState.RESIDENTIAL,
        )
        assert card.national_id == "*" * 14 + "0211"
        assert b"330299195507150211" not in bytes(row.national_id_sealed or b"")
        assert await ResidentStay.filter(resident_id=row.id, ended_at__isnull=True).count() == 1
        assert await queries.faults(now=clock()) == []

    async def test_somebody_without_number_or_phone(self, town: Town, actor: Actors, clock: Any) -> None:
        card = await admitted(await actor("he"), town, clock(), national_id=None, bed=None)

        assert (card.national_id, card.phone, card.bed) == (None, None, None)

    async def test_refuses_what_does_not_fit(self, town: Town, actor: Actors, clock: Any) -> None:
        he, now = await actor("he"), clock()

        await refused("people.wrong_national_id", admitted(he, town, now, national_id="330299195507150212"))
        await refused("people.wrong_national_id", admitted(he, town, now, sex=Sex.FEMALE))
        await refused("people.wrong_national_id", admitted(he, town, now, birth_date=date(1955, 7, 16)))
        await refused("people.bed_taken", admitted(he, town, now, bed="201-1"))
        await refused(
            "people.already_in_home",
            admitted(he, town, now, name="李福生", national_id=LI_NUMBER, birth_date=date(1940, 1, 1)),
        )

    @pytest.mark.parametrize(
        ("born", "said"), [(date(2026, 3, 3), "今天之后"), (date(1895, 3, 2), "超过 130 岁")]
    )
    async def test_nobody_who_is_not_born_yet_or_older_than_anybody(
        self, town: Town, actor: Actors, clock: Any, born: date, said: str
    ) -> None:
        with pytest.raises(Invalid) as refusal:
            await admitted(await actor("he"), town, clock(), birth_date=born, national_id=None)
        assert said in refusal.value.fields["birth_date"]

    async def test_only_into_homes_of_ones_own(self, town: Town, actor: Actors, clock: Any) -> None:
        for key in ("song", "zhao", "nurse", "qian"):
            await refused("kit.not_found", admitted(await actor(key), town, clock()))

    async def test_not_while_living_elsewhere(self, town: Town, actor: Actors, clock: Any) -> None:
        await refused(
            "people.already_registered",
            admitted(
                await actor("song"),
                town,
                clock(),
                home_uid=town.alliance.songhe,
                name="王桂兰",
                national_id=WANG_NUMBER,
                sex=Sex.FEMALE,
                birth_date=date(1936, 2, 29),
                bed="9",
            ),
        )


class TestMoving:
    async def test_another_bed_is_another_stay(self, town: Town, actor: Actors, clock: Any) -> None:
        card = await actions.change_bed(
            actor=await actor("he"), resident_uid=town.people.wang, bed="203-2", now=clock()
        )

        stays = await ResidentStay.filter(resident__uid=town.people.wang).order_by("id")
        assert card.bed == "203-2"
        assert [(stay.bed, stay.end_reason) for stay in stays] == [
            ("201-1", StayEnd.CHANGED_BED),
            ("203-2", None),
        ]
        assert await queries.faults(now=clock()) == []

    async def test_discharge_and_come_to_another_home(self, town: Town, actor: Actors, clock: Any) -> None:
        now = clock()
        gone = await actions.discharge(
            actor=await actor("he"), resident_uid=town.people.wang, reason=StayEnd.MOVED, now=now
        )

        back = await admitted(
            await actor("song"),
            town,
            now,
            home_uid=town.alliance.songhe,
            name="王桂兰",
            national_id=WANG_NUMBER,
            sex=Sex.FEMALE,
            birth_date=date(1936, 2, 29),
            bed="102-1",
        )

        assert (gone.home, gone.care_state) == (None, CareState.LEFT)
        assert (back.uid, back.home_uid) == (town.people.wang, town.alliance.songhe)
        assert await reachable(await actor("nurse"), now) == {"李福生"}
        assert "王桂兰" in await reachable(await actor("other_nurse"), now)
        assert await reachable(await actor("daughter"), now) == {"王桂兰"}
        assert await queries.faults(now=now) == []

    async def test_nobody_is_discharged_twice(self, town: Town, actor: Actors, clock: Any) -> None:
        he = await actor("he")
        await actions.discharge(actor=he, resident_uid=town.people.li, reason=StayEnd.WENT_HOME, now=clock())

        await refused(
            "kit.not_found",
            actions.discharge(actor=he, resident_uid=town.people.li, reason=StayEnd.WENT_HOME, now=clock()),
        )


class TestCareState:
    async def test_intervals_touch_and_one_is_open(self, town: Town, actor: Actors, clock: Any) -> None:
        """I15."""
        he, now = await actor("he"), clock()
        for hours, event in enumerate([CareEvent.HOSPITALIZE, CareEvent.CONVALESCE, CareEvent.RETURN]):
            await actions.transition(
                actor=he,
                resident_uid=town.people.wang,
                event=event,
                cause=CareCause.REPORTED,
                now=now + timedelta(hours=hours),
            )

        rows = await CareStateChange.filter(resident__uid=town.people.wang).order_by("id")

        assert [row.state for row in rows][-4:] == [
            CareState.RESIDENTIAL,
            CareState.INPATIENT,
            CareState.CONVALESCENT,
            CareState.RESIDENTIAL,
        ]
        assert [row.ended_at for row in rows[:-1]] == [row.started_at for row in rows[1:]]
        assert [row.ended_at for row in rows].count(None) == 1
        assert await queries.faults(now=now) == []

    async def test_refuses_what_the_table_does_not_list(self, town: Town, actor: Actors, clock: Any) -> None:
        for event, code in (
            (CareEvent.RETURN, "kit.illegal_move"),
            (CareEvent.DIE, "people.wrong_care_state"),
        ):
            await refused(
                code,
                actions.transition(
                    actor=await actor("he"),
                    resident_uid=town.people.wang,
                    event=event,
                    cause=CareCause.REPORTED,
                    now=clock(),
                ),
            )


class TestWhoReachesWhom:
    @pytest.mark.parametrize(
        ("key", "names"),
        [
            ("wang", {"王桂兰"}),
            ("daughter", {"王桂兰"}),
            ("guardian", {"李福生"}),
            ("nephew", set()),
            ("stranger", set()),
            ("nurse", {"王桂兰", "李福生"}),
            ("he", {"王桂兰", "李福生"}),
            (
                "doctor",
                {"王桂兰", "李福生"},
            ),  # health center, agreement in force with Yihe; the one with Songhe ran out
            ("zhao", {"王桂兰", "李福生"}),
            ("sun", {"赵云珍"}),
            ("other_nurse", {"赵云珍"}),
            ("qian", set()),
            ("root", set()),
            ("zheng", set()),
        ],
    )
    async def test_by_role(self, town: Town, actor: Actors, clock: Any, key: str, names: set[str]) -> None:
        assert town

        assert await reachable(await actor(key), clock()) == names

    async def test_an_agreement_is_no_consent(self, town: Town, actor: Actors, clock: Any) -> None:
        assert town

        assert await reachable(await actor("doctor"), clock(), Permission.RECORD_READ) == set()
        assert await reachable(await actor("nurse"), clock(), Permission.RECORD_READ) == {"王桂兰", "李福生"}

    async def test_the_system_itself_is_nobody(self, town: Town, clock: Any) -> None:
        """It has no account; most residents have none either."""
        assert town

        assert await reachable(system_actor("worker"), clock()) == set()

    async def test_an_agreement_that_ran_out_opens_nothing(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        assert town

        assert await reachable(await actor("doctor"), clock() + timedelta(days=400)) == set()

    @pytest.mark.parametrize(
        ("key", "way"),
        [
            ("wang", Way.SELF),
            ("daughter", Way.PROXY),
            ("nurse", Way.HOME_STAFF),
            ("doctor", Way.PARTNER_STAFF),
        ],
    )
    async def test_in_their_standing(self, town: Town, actor: Actors, clock: Any, key: str, way: Way) -> None:
        wang, who = await Resident.get(uid=town.people.wang), await actor(key)

        standing = await access.standing_of(
            actor=who, resident=wang, permission=Permission.RESIDENT_READ, now=clock()
        )

        assert standing.way is way
        assert (standing.grant_uid == town.people.daughter_grant) is (way is Way.PROXY)

    async def test_strangers_have_no_standing(self, town: Town, actor: Actors, clock: Any) -> None:
        wang = await Resident.get(uid=town.people.wang)

        for key in ("stranger", "nephew", "other_nurse", "sun"):
            with pytest.raises(NotFound):
                await access.standing_of(
                    actor=await actor(key), resident=wang, permission=Permission.RESIDENT_READ, now=clock()
                )

    async def test_search_finds_only_ones_own(self, town: Town, actor: Actors, clock: Any) -> None:
        found = await queries.resident_by_national_id(
            actor=await actor("he"), national_id=f" {WANG_NUMBER} ", now=clock()
        )

        assert found.uid == town.people.wang
        await refused(
            "kit.not_found",
            queries.resident_by_national_id(actor=await actor("song"), national_id=WANG_NUMBER, now=clock()),
        )

    async def test_a_page_holds_the_same_people_as_the_condition(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        he, now = await actor("he"), clock()
        first = await queries.residents(
            actor=he, home_uid=town.alliance.yihe, wish=PageWish(limit=1), now=now
        )
        second = await queries.residents(
            actor=he, home_uid=town.alliance.yihe, wish=PageWish(first.next, limit=1), now=now
        )

        assert {card.name for card in (*first.items, *second.items)} == {"王桂兰", "李福生"}
        assert second.next is None
        other = await queries.residents(actor=he, home_uid=town.alliance.songhe, wish=PageWish(), now=now)
        assert other.items == ()


class TestMerge:
    async def _twin(self, actor: Actors, town: Town, now: Any) -> str:
        card = await admitted(
            await actor("song"),
            town,
            now,
            home_uid=town.alliance.songhe,
            name="王桂兰",
            national_id=None,
            sex=Sex.FEMALE,
            birth_date=date(1936, 2, 29),
            bed="105-1",
            phone="13800001111",
        )
        return card.uid

    async def test_every_access_follows_and_comes_back(self, town: Town, actor: Actors, clock: Any) -> None:
        now, qian, daughter = clock(), await actor("qian"), await actor("daughter")
        await actions.discharge(
            actor=await actor("he"), resident_uid=town.people.wang, reason=StayEnd.OTHER, now=now
        )
        twin = await self._twin(actor, town, now)
        before = {row.uid: dict(row) for row in await Resident.filter(uid__in=[twin, town.people.wang])}

        await actions.merge_residents(
            actor=qian, survivor_uid=twin, absorbed_uid=town.people.wang, reason="同一人重复登记", now=now
        )

        survivor = await Resident.get(uid=twin)
        through_old = await access.resident_for(
            actor=daughter, uid=town.people.wang, permission=Permission.RESIDENT_READ, now=now
        )
        assert through_old.uid == twin
        assert [card.uid for card in await queries.my_residents(actor=await actor("wang"), now=now)] == [twin]
        assert (
            await queries.resident_by_national_id(actor=await actor("song"), national_id=WANG_NUMBER, now=now)
        ).uid == twin
        stays = ResidentStay.filter(
            access.of_residents_visible_to(
                "resident", actor=daughter, permission=Permission.RESIDENT_READ, now=now
            )
        )
        assert len({stay.resident_id for stay in await stays}) == 2
        assert len(await queries.same_person_ids(resident_id=survivor.id)) == 2
        assert await queries.faults(now=now) == []

        await actions.unmerge_residents(
            actor=qian, absorbed_uid=town.people.wang, reason="核对后是两个人", now=now
        )

        assert [card.uid for card in await queries.my_residents(actor=daughter, now=now)] == [
            town.people.wang
        ]
        after = {row.uid: dict(row) for row in await Resident.filter(uid__in=[twin, town.people.wang])}
        sealed = {"national_id_sealed", "phone_sealed", "touched"}
        assert {uid: {k: v for k, v in row.items() if k not in sealed} for uid, row in after.items()} == {
            uid: {k: v for k, v in row.items() if k not in sealed} for uid, row in before.items()
        }
        grants = {row.resident_id for row in await ProxyGrant.filter(resident_id__isnull=False)}
        assert survivor.id not in grants
        assert await queries.faults(now=now) == []

    async def test_a_home_goes_along(self, town: Town, actor: Actors, clock: Any) -> None:
        now, qian = clock(), await actor("qian")
        await actions.discharge(
            actor=await actor("he"), resident_uid=town.people.wang, reason=StayEnd.OTHER, now=now
        )
        twin = await self._twin(actor, town, now)

        await actions.merge_residents(
            actor=qian, survivor_uid=town.people.wang, absorbed_uid=twin, reason="同一人重复登记", now=now
        )

        assert await queries.faults(now=now) == []
        assert "王桂兰" in await reachable(await actor("other_nurse"), now)
        assert (await Resident.get(uid=town.people.wang)).bed == "105-1"

        await actions.unmerge_residents(actor=qian, absorbed_uid=twin, reason="核对后是两个人", now=now)

        assert (await Resident.get(uid=twin)).bed == "105-1"
        assert (await Resident.get(uid=town.people.wang)).home_id is None
        assert await queries.faults(now=now) == []

    async def test_refuses_what_cannot_be_one_person(self, town: Town, actor: Actors, clock: Any) -> None:
        qian, now = await actor("qian"), clock()

        for first, second in ((town.people.wang, town.people.li), (town.people.wang, town.people.wang)):
            await refused(
                "people.cannot_merge",
                actions.merge_residents(
                    actor=qian, survivor_uid=first, absorbed_uid=second, reason="重复", now=now
                ),
            )

    async def test_needs_a_reason_and_the_bureau(self, town: Town, actor: Actors, clock: Any) -> None:
        now = clock()
        await actions.discharge(
            actor=await actor("he"), resident_uid=town.people.wang, reason=StayEnd.OTHER, now=now
        )
        twin = await self._twin(actor, town, now)

        await refused(
            "people.reason_needed",
            actions.merge_residents(
                actor=await actor("qian"),
                survivor_uid=twin,
                absorbed_uid=town.people.wang,
                reason=" ",
                now=now,
            ),
        )
        await refused(
            "kit.not_found",
            actions.merge_residents(
                actor=await actor("song"),
                survivor_uid=twin,
                absorbed_uid=town.people.wang,
                reason="重复",
                now=now,
            ),
        )
        await refused(
            "people.not_merged",
            actions.unmerge_residents(actor=await actor("qian"), absorbed_uid=twin, reason="重复", now=now),
        )


class TestAges:
    """T14: the edges of days and birthdays, in the city's own time."""

    @pytest.mark.parametrize(
        ("born", "day", "age"),
        [
            (date(1966, 3, 2), date(2026, 3, 1), 59),
            (date(1966, 3, 2), date(2026, 3, 2), 60),
            (date(1961, 3, 2), date(2026, 3, 2), 65),
            (date(1946, 3, 3), date(2026, 3, 2), 79),
            (date(1936, 2, 29), date(2026, 2, 28), 89),
            (date(1936, 2, 29), date(2026, 3, 1), 90),
            (date(1936, 2, 29), date(2028, 2, 29), 92),
        ],
    )
    def test_a_year_is_completed_on_the_birthday(self, born: date, day: date, age: int) -> None:
        assert age_on(born, day) == age

    @pytest.mark.parametrize(
        ("instant", "age"),
        [
            (datetime(2026, 2, 28, 15, 59, 59, tzinfo=UTC), 89),  # 23:59:59 in the city
            (datetime(2026, 2, 28, 16, 0, 0, tzinfo=UTC), 90),  # midnight: 1 March has begun
        ],
    )
    async def test_a_card_counts_in_the_citys_days(
        self, town: Town, actor: Actors, instant: datetime, age: int
    ) -> None:
        cards = await queries.my_residents(actor=await actor("daughter"), now=instant)

        assert town
        assert (local_date(instant).month, [card.age for card in cards]) == (2 if age == 89 else 3, [age])


class TestSheet:
    async def test_for_a_person_of_two_houses_shows_proxies_only_where_they_are_theirs(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        feng, now = await actor("feng"), clock()
        song = await actor("song")
        both = Actor(**{**vars(feng), "grants": (*feng.grants, *song.grants)})

        partners = await queries.resident_sheet(actor=both, uid=town.people.wang, now=now)
        own = await queries.resident_sheet(actor=await actor("he"), uid=town.people.wang, now=now)

        assert (partners.proxies, partners.kin, partners.history) == ((), (), ())
        assert len(own.proxies) == 2
        assert [kin.name for kin in own.kin] == ["陈晓敏"]

    async def test_leaves_out_a_state_that_lasted_for_no_moment(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        sheet = await queries.resident_sheet(actor=await actor("he"), uid=town.people.wang, now=clock())

        assert [each.state for each in sheet.care_states] == [CareState.RESIDENTIAL]
