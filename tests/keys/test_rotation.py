"""All sealed values of the town under other keys and another algorithm, and then the old keys gone."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from server.audit.models import AuditEntry
from server.authority.actor import Actor, Channel, system_actor
from server.booking.models import Appointment
from server.booking.rules import AppointmentStatus
from server.consent.actions import add_paper, request_consent
from server.consent.queries import faults, paper
from server.consent.rules import Purpose, RecordCategory
from server.demo import Town
from server.demo.people import LI_NUMBER, WANG_NUMBER
from server.identity.models import PHONE, Account
from server.key_rotation import rotate, sealed_columns
from server.kit import sealing
from server.kit.clock import local_date
from server.kit.errors import NotFound
from server.kit.idempotency import RequestKey
from server.kit.sealed_columns import SealedColumn
from server.kit.sealing import Algorithm, Keyring
from server.people.actions.invitations import Offered, invite
from server.people.errors import AlreadyApplied, CodeToldBefore
from server.people.models import NATIONAL_ID, ProxyInvitation, Resident
from server.people.queries import resident_by_national_id
from server.people.rules import ProxyScope, Relation
from tests.architecture.verdicts.paper_scenes import SCAN
from tests.architecture.verdicts.scenes import Scenes
from tests.core.consent.test_signatures import NAME, agreed
from tests.core.documents.test_exports import asked, book_of, written
from tests.core.people.test_proxies import applied

ActorOf = Callable[[str], Awaitable[Actor]]
Keys = Callable[..., None]
DESK_PHONE = "13800002222"
NOBODY_NUMBER = "330299195507150211"


@dataclass(frozen=True)
class Filled:
    """A town in which every sealed column holds something."""

    consent: str
    paper: str
    export: str


@pytest_asyncio.fixture
async def filled(town: Town, actor: ActorOf, clock: Any, ring: Keyring) -> Filled:
    uids = [
        (
            await request_consent(
                actor=await actor(by),
                resident_uid=resident,
                institution_uid=town.alliance.yihe,
                purpose=Purpose.TREATMENT,
                categories=(RecordCategory.EXAM,),
                last_day=local_date(clock()) + timedelta(days=30),
                now=clock(),
            )
        ).uid
        for by, resident in (("he", town.people.wang), ("jin", town.people.li))
    ]
    await agreed(uids[0], NAME, actor, clock)
    he = await actor("he")
    page = await add_paper(actor=he, uid=uids[1], scan=SCAN, now=clock())
    export = await asked(he, clock)
    await written(clock)
    stage = Scenes(town)
    await stage.agreement_with_paper()
    await stage.medicine_contract_on_paper()
    await stage.project_evidence()
    account = await Account.get(uid=he.account_uid)
    account.phone_sealed = sealing.seal(DESK_PHONE, place=f"{PHONE}|{account.uid}")
    account.phone_index = sealing.blind_index(DESK_PHONE, column=PHONE)
    await account.save()
    return Filled(uids[1], page.uid, export)


async def turned(clock: Any) -> tuple[bool, str]:
    said: list[str] = []
    operator = system_actor("rotate-keys", Channel.COMMAND)
    done = await rotate(actor=operator, say=said.append, now=clock())
    return done, "\n".join(said)


async def contents(column: SealedColumn) -> list[bytes]:
    rows = column.table.filter(**{f"{column.column}__isnull": False}).order_by("id")
    return [
        sealing.open_sealed_bytes(getattr(row, column.column), place=column.place(row))
        for row in await (rows.select_related(*column.parents) if column.parents else rows)
    ]


@pytest.mark.usefixtures("filled")
class TestEverySealedColumn:
    @pytest.mark.parametrize("algorithm", list(Algorithm))
    async def test_opens_with_the_new_keys_alone(
        self, clock: Any, new_keys: Keys, algorithm: Algorithm
    ) -> None:
        before = {str(column): await contents(column) for column in sealed_columns()}
        new_keys(algorithm)

        done, said = await turned(clock)
        new_keys(algorithm, with_the_old=False)

        assert done, said
        assert all(before.values())
        assert {str(column): await contents(column) for column in sealed_columns()} == before

    async def test_is_looked_through_again_until_nothing_is_found(self, clock: Any, new_keys: Keys) -> None:
        new_keys()

        _, first = await turned(clock)
        done, second = await turned(clock)

        assert "走完一遍：重新加密了 0 个值。" in first
        assert done
        assert second.count("走完一遍") == 1
        assert "（旧）" not in second

    async def test_says_which_keys_may_go_and_leaves_one_line(self, clock: Any, new_keys: Keys) -> None:
        new_keys()

        _, said = await turned(clock)

        [line] = await AuditEntry.filter(action="keys.rotated")
        assert line.detail["algorithm"] == "SM4_GCM"
        assert line.detail["done"] is True
        assert "可以从 SEALING_KEYS 里去掉 1 号" in said
        assert "INDEX_KEYS 里的 1 号请留到" in said
        assert WANG_NUMBER not in said


class TestTheOldIndexKey:
    async def test_may_go_at_once_when_no_digest_is_out_that_we_hold_no_value_of(
        self, town: Town, clock: Any, new_keys: Keys
    ) -> None:
        assert town
        await Appointment.all().update(status=AppointmentStatus.CANCELLED)
        new_keys()

        _, said = await turned(clock)

        assert "现在可以从 INDEX_KEYS 里去掉 1 号" in said

    async def test_stays_until_an_application_to_nobody_has_lapsed(
        self, town: Town, actor: ActorOf, clock: Any, new_keys: Keys
    ) -> None:
        assert town
        await Appointment.all().update(status=AppointmentStatus.CANCELLED)
        await applied(await actor("stranger"), clock(), national_id=NOBODY_NUMBER)
        new_keys()

        _, said = await turned(clock)

        assert f"请留到 {local_date(clock()) + timedelta(days=30)} 之后" in said


class TestWhoeverWorksMeanwhile:
    async def test_finds_a_number_under_both_index_keys(
        self, town: Town, actor: ActorOf, clock: Any, new_keys: Keys
    ) -> None:
        jin = await actor("jin")
        new_keys()

        before = await resident_by_national_id(actor=jin, national_id=WANG_NUMBER, now=clock())
        await turned(clock)
        between = await resident_by_national_id(actor=jin, national_id=WANG_NUMBER, now=clock())
        new_keys(with_the_old=False)
        after = await resident_by_national_id(actor=jin, national_id=WANG_NUMBER, now=clock())

        assert before.uid == between.uid == after.uid == town.people.wang
        with pytest.raises(NotFound):
            await resident_by_national_id(actor=jin, national_id=NOBODY_NUMBER, now=clock())

    async def test_signs_in_with_the_same_second_factor(
        self, clock: Any, new_keys: Keys, console: Callable[[str], Awaitable[Any]]
    ) -> None:
        new_keys()
        await turned(clock)
        new_keys(with_the_old=False)

        page = await console("he")

        assert (await page.get("/admin")).status_code == 200

    async def test_reads_papers_tables_and_signatures_as_they_were(
        self, filled: Filled, actor: ActorOf, clock: Any, new_keys: Keys
    ) -> None:
        he = await actor("he")
        new_keys()
        await turned(clock)
        new_keys(with_the_old=False)

        scan = await paper(actor=he, consent_uid=filled.consent, paper_uid=filled.paper, now=clock())

        assert scan.content == SCAN
        assert (await book_of(he, filled.export, clock)).sheetnames
        assert await faults(now=clock()) == []

    async def test_who_applied_to_act_for_nobody_is_told_the_same_when_asking_again(
        self, town: Town, actor: ActorOf, clock: Any, new_keys: Keys
    ) -> None:
        """T8: what we do not know must be answered like what we do, also under the next index key."""
        assert town
        stranger = await actor("stranger")
        await applied(stranger, clock(), national_id=NOBODY_NUMBER)
        new_keys()

        with pytest.raises(AlreadyApplied):
            await applied(stranger, clock(), national_id=NOBODY_NUMBER)

    async def test_an_invitation_that_is_asked_for_again_has_the_same_code(
        self, town: Town, actor: ActorOf, clock: Any, new_keys: Keys
    ) -> None:
        wang = await actor("wang")
        assert wang.account_id is not None
        asking = {
            "resident_uid": town.people.wang,
            "offered": Offered(Relation.FRIEND, (ProxyScope.PROFILE,)),
            "now": clock(),
        }
        keyed = replace(wang, request_key=RequestKey(wang.account_id, "k", "same"))
        first = await invite(actor=keyed, **asking)
        new_keys()

        again = await invite(actor=keyed, **asking)

        assert again == first

    async def test_an_invitation_whose_key_is_gone_is_refused_in_words(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        wang = await actor("wang")
        assert wang.account_id is not None
        asking = {
            "resident_uid": town.people.wang,
            "offered": Offered(Relation.FRIEND, (ProxyScope.PROFILE,)),
            "now": clock(),
        }
        keyed = replace(wang, request_key=RequestKey(wang.account_id, "k", "same"))
        await invite(actor=keyed, **asking)
        await ProxyInvitation.all().update(digest="of a key that nobody keeps any more")

        with pytest.raises(CodeToldBefore):
            await invite(actor=keyed, **asking)


class TestWhatCannotBeSealedAnew:
    async def test_is_named_and_the_rest_is_done(self, town: Town, clock: Any, new_keys: Keys) -> None:
        broken = await Resident.get(uid=town.people.li)
        sealed = broken.national_id_sealed or b""
        await Resident.filter(id=broken.id).update(national_id_sealed=sealed[:-1] + bytes([sealed[-1] ^ 1]))
        new_keys()

        done, said = await turned(clock)

        assert not done
        assert f"resident.national_id_sealed {town.people.li} 打不开" in said
        assert "没有换完" in said
        assert "resident.national_id_sealed：1 个值，1 号密钥，AES-256-GCM（旧）" in said
        assert LI_NUMBER not in said
        assert (await AuditEntry.get(action="keys.rotated")).detail["done"] is False

    async def test_a_number_in_two_rows_is_named_and_merged_by_people(
        self, town: Town, clock: Any, new_keys: Keys
    ) -> None:
        """Two processes with different writing keys may admit one number at the same moment: no unique key sees it."""
        li = await Resident.get(uid=town.people.li)
        new_keys()
        twin = Resident(
            name="同号",
            birth_date=li.birth_date,
            created_at=clock(),
            national_id_sealed=b"",
            national_id_index="",
        )
        twin.national_id_sealed = sealing.seal(LI_NUMBER, place=f"{NATIONAL_ID}|{twin.uid}")
        twin.national_id_index = sealing.blind_index(LI_NUMBER, column=NATIONAL_ID)
        await twin.save()

        done, said = await turned(clock)

        assert not done
        assert f"{town.people.li} 与另一行是同一个号码" in said
        assert LI_NUMBER not in said
        kept = await Resident.get(uid=town.people.li)
        assert kept.national_id_sealed == li.national_id_sealed
