"""Asking, granting, denying, withdrawing (I7, I8, I11, I14)."""

import ast
from pathlib import Path
from typing import Any

import pytest

from server.audit.models import AuditEntry
from server.authority.actor import Channel, system_actor
from server.authority.permissions import Permission
from server.consent.actions import (
    Choice,
    Witnessing,
    deny_consent,
    deny_witnessed,
    grant_consent,
    grant_witnessed,
    sweep_consents,
    withdraw_consent,
    withdraw_witnessed,
)
from server.consent.errors import (
    AlreadyAsked,
    AlreadyDecided,
    MoreThanAsked,
    NothingChosen,
    NotInForce,
    PeriodTooLong,
    SensitiveNeedsOwnLine,
    TextChanged,
    WitnessesMustDiffer,
    WitnessNotNeeded,
)
from server.consent.models import Consent, ConsentProvision
from server.consent.queries import consent_sheet, consents, waiting_for_me, waiting_for_witness
from server.consent.rules import ConsentStatus, DecisionBasis, Purpose, RecordCategory, Verdict, hash_of
from server.demo import Town
from server.kit.errors import Invalid, NotFound
from server.kit.ids import new_uid
from server.kit.pages import PageWish
from server.outbox.models import OutboxMessage
from server.people.access import resident_for
from server.people.models import ProxyGrantScope
from server.people.rules import ProxyScope
from tests.core.consent.conftest import ActorOf, Ask

EXAM, MEDS, LABS = RecordCategory.EXAM, RecordCategory.MEDS, RecordCategory.LABS
MENTAL = RecordCategory.RESTRICTED_MENTAL


def choose(
    text_hash: str, *categories: RecordCategory, restricted: tuple[RecordCategory, ...] = ()
) -> Choice:
    return Choice(categories=frozenset(categories), restricted=frozenset(restricted), text_hash=text_hash)


class TestRequest:
    async def test_keeps_the_text_its_version_and_its_hash(
        self, ask: Ask, actor: ActorOf, clock: Any
    ) -> None:
        """I14."""
        card = await ask(EXAM, MEDS)

        row = await Consent.get(uid=card.uid)
        sheet = await consent_sheet(actor=await actor("wang"), uid=card.uid, now=clock())
        assert row.text_hash == hash_of(row.text) == sheet.text_hash
        assert "\n\n".join(f"{each.heading}\n{each.sentence}" for each in sheet.sections) == row.text
        assert await OutboxMessage.filter(topic="consent.requested", payload__isnull=False).count() >= 1

    async def test_one_waits_per_recipient_and_purpose(self, ask: Ask) -> None:
        """I7."""
        await ask(EXAM)

        with pytest.raises(AlreadyAsked):
            await ask(LABS)
        await ask(LABS, by="feng", house="health_center")  # another recipient is another question

    async def test_a_lapsed_one_is_not_in_the_way(self, ask: Ask, clock: Any) -> None:
        first = await ask(EXAM, days=300)
        clock.advance(days=31)

        second = await ask(EXAM)

        assert (await Consent.get(uid=first.uid)).status is ConsentStatus.LAPSED
        assert second.status is ConsentStatus.REQUESTED

    async def test_somebody_elses_institution_is_not_found(self, ask: Ask) -> None:
        with pytest.raises(NotFound):
            await ask(EXAM, by="he", house="songhe")

    async def test_a_hospital_without_an_agreement_does_not_find_the_resident(self, ask: Ask) -> None:
        with pytest.raises(NotFound):
            await ask(EXAM, by="sun", house="second_hospital")

    @pytest.mark.parametrize("days", [-1, 400])
    async def test_the_period_is_bounded(self, ask: Ask, days: int) -> None:
        with pytest.raises(PeriodTooLong):
            await ask(EXAM, days=days)

    async def test_names_something_and_a_purpose_that_can_be_shared(self, ask: Ask) -> None:
        with pytest.raises(NothingChosen):
            await ask()
        with pytest.raises(NothingChosen):
            await ask(RecordCategory.UNLABELED)
        with pytest.raises(Invalid):
            await ask(EXAM, purpose=Purpose.EMERGENCY)


class TestGrant:
    async def test_part_of_what_was_asked(self, ask: Ask, agree: Ask) -> None:
        card = await agree((await ask(EXAM, MEDS)).uid, EXAM)

        assert card.status is ConsentStatus.GRANTED
        assert card.basis is DecisionBasis.OWN
        assert {each.category: each.verdict for each in card.provisions} == {
            EXAM: Verdict.PERMIT,
            MEDS: Verdict.DENY,
        }

    async def test_never_more_than_was_asked(self, ask: Ask, agree: Ask) -> None:
        """I8."""
        card = await ask(EXAM)

        with pytest.raises(MoreThanAsked):
            await agree(card.uid, EXAM, LABS)
        assert (await Consent.get(uid=card.uid)).status is ConsentStatus.REQUESTED

    async def test_what_is_sensitive_is_never_ticked_along(
        self, ask: Ask, actor: ActorOf, clock: Any
    ) -> None:
        card = await ask(EXAM, MENTAL)
        row = await Consent.get(uid=card.uid)
        wang = await actor("wang")

        with pytest.raises(SensitiveNeedsOwnLine):
            await grant_consent(
                actor=wang, uid=card.uid, choice=choose(row.text_hash, EXAM, MENTAL), now=clock()
            )
        with pytest.raises(SensitiveNeedsOwnLine):
            await grant_consent(
                actor=wang, uid=card.uid, choice=choose(row.text_hash, restricted=(EXAM,)), now=clock()
            )
        await grant_consent(actor=wang, uid=card.uid, choice=choose(row.text_hash, EXAM), now=clock())

        assert (await ConsentProvision.get(consent_id=row.id, category=MENTAL)).verdict is Verdict.DENY

    async def test_the_text_must_be_the_one_that_was_shown(
        self, ask: Ask, actor: ActorOf, clock: Any
    ) -> None:
        """I14."""
        card = await ask(EXAM)

        with pytest.raises(TextChanged):
            await grant_consent(
                actor=await actor("wang"), uid=card.uid, choice=choose("0" * 64, EXAM), now=clock()
            )

    async def test_choosing_nothing_is_no_agreement(self, ask: Ask, actor: ActorOf, clock: Any) -> None:
        card = await ask(EXAM)
        row = await Consent.get(uid=card.uid)

        with pytest.raises(NothingChosen):
            await grant_consent(
                actor=await actor("wang"), uid=card.uid, choice=choose(row.text_hash), now=clock()
            )

    async def test_a_later_one_supersedes(self, ask: Ask, agree: Ask) -> None:
        first = await agree((await ask(EXAM)).uid)

        await agree((await ask(LABS)).uid)

        assert (await Consent.get(uid=first.uid)).status is ConsentStatus.SUPERSEDED

    async def test_twice_is_told_so(self, ask: Ask, agree: Ask) -> None:
        card = await agree((await ask(EXAM)).uid)

        with pytest.raises(AlreadyDecided):
            await agree(card.uid)

    async def test_too_late_is_told_so(self, ask: Ask, agree: Ask, clock: Any) -> None:
        card = await ask(EXAM, days=300)
        clock.advance(days=30)

        with pytest.raises(AlreadyDecided):
            await agree(card.uid)

    async def test_a_proxy_whose_grant_covers_it_decides(self, ask: Ask, agree: Ask) -> None:
        card = await agree((await ask(EXAM, resident="li")).uid, by="guardian")

        assert card.basis is DecisionBasis.PROXY

    async def test_a_proxy_whose_grant_does_not_cover_it_finds_nothing(self, ask: Ask, agree: Ask) -> None:
        card = await ask(EXAM, resident="li")
        await ProxyGrantScope.filter(scope=ProxyScope.CONSENT).delete()

        with pytest.raises(NotFound):
            await agree(card.uid, by="guardian")

    @pytest.mark.parametrize("somebody", ["stranger", "nephew", "nurse", "doctor", "he", "zhao"])
    async def test_is_not_for_others(
        self, ask: Ask, agree: Ask, actor: ActorOf, clock: Any, somebody: str
    ) -> None:
        card = await ask(EXAM)
        row = await Consent.get(uid=card.uid)

        with pytest.raises(NotFound):
            await grant_consent(
                actor=await actor(somebody), uid=card.uid, choice=choose(row.text_hash, EXAM), now=clock()
            )

    async def test_leaves_its_audit_line_without_a_word_of_the_record(self, ask: Ask, agree: Ask) -> None:
        card = await agree((await ask(EXAM)).uid)

        line = await AuditEntry.get(subject_uid=card.uid, action="consent.granted")
        assert set(line.detail) == {"purpose", "text_version", "text_hash"}


class TestDeny:
    async def test_blocks_nothing(self, town: Town, ask: Ask, actor: ActorOf, clock: Any) -> None:
        """I11: every access that does not ask for the record answers as before."""

        async def reached() -> list[tuple[str, str, bool]]:
            found = []
            for key in ("wang", "daughter", "nurse", "doctor", "he", "zhao"):
                for permission in Permission:
                    if permission is Permission.RECORD_READ:
                        continue
                    try:
                        await resident_for(
                            actor=await actor(key), uid=town.people.wang, permission=permission, now=clock()
                        )
                    except NotFound:
                        found.append((key, str(permission), False))
                    else:
                        found.append((key, str(permission), True))
            return found

        before = await reached()
        card = await ask(EXAM)

        denied = await deny_consent(actor=await actor("wang"), uid=card.uid, now=clock())

        assert denied.status is ConsentStatus.DENIED
        assert await reached() == before

    def test_nothing_that_serves_a_resident_knows_of_consent(self) -> None:
        """I11, by construction: who books, visits or rates does not import it."""
        root = Path(__file__).parents[3] / "server"
        for feature in ("booking", "visits", "feedback", "people", "alliance"):
            for path in (root / feature).rglob("*.py"):
                imports = [
                    node.module or ""
                    for node in ast.walk(ast.parse(path.read_text()))
                    if isinstance(node, ast.ImportFrom)
                ]
                knowing = [
                    each
                    for each in imports
                    if each.startswith("server.consent") and not each.endswith(".rules")
                ]
                assert not knowing, path


class TestWithdraw:
    async def test_ends_it(self, ask: Ask, agree: Ask, actor: ActorOf, clock: Any) -> None:
        card = await agree((await ask(EXAM)).uid)

        ended = await withdraw_consent(actor=await actor("wang"), uid=card.uid, now=clock())

        assert ended.status is ConsentStatus.WITHDRAWN
        assert await OutboxMessage.filter(once_key=f"consent.withdrawn:{card.uid}").exists()

    async def test_by_a_proxy(self, town: Town, actor: ActorOf, clock: Any) -> None:
        ended = await withdraw_consent(actor=await actor("daughter"), uid=town.consent.wang_yihe, now=clock())

        assert ended.status is ConsentStatus.WITHDRAWN

    async def test_twice_is_told_so(self, town: Town, actor: ActorOf, clock: Any) -> None:
        wang = await actor("wang")
        await withdraw_consent(actor=wang, uid=town.consent.wang_yihe, now=clock())

        with pytest.raises(NotInForce):
            await withdraw_consent(actor=wang, uid=town.consent.wang_yihe, now=clock())

    async def test_not_by_the_recipient(self, town: Town, actor: ActorOf, clock: Any) -> None:
        with pytest.raises(NotFound):
            await withdraw_consent(actor=await actor("he"), uid=town.consent.wang_yihe, now=clock())

    async def test_afterwards_one_may_be_asked_again(
        self, town: Town, ask: Ask, agree: Ask, actor: ActorOf, clock: Any
    ) -> None:
        await withdraw_consent(actor=await actor("wang"), uid=town.consent.wang_yihe, now=clock())

        again = await agree((await ask(EXAM, purpose=Purpose.CARE)).uid)

        assert again.status is ConsentStatus.GRANTED


@pytest.fixture
async def second_nurse(town: Town, clock: Any) -> str:
    """Another member of Yihe's staff who may witness: the manager, at the same bedside."""
    return str(town.identity.accounts["he"])


class TestWitness:
    async def test_takes_down_the_word_of_a_resident_without_a_phone(
        self, town: Town, ask: Ask, actor: ActorOf, clock: Any, second_nurse: str
    ) -> None:
        card = await ask(EXAM, by="feng", house="health_center", resident="li")
        row = await Consent.get(uid=card.uid)

        granted = await grant_witnessed(
            actor=await actor("nurse"),
            uid=card.uid,
            choice=choose(row.text_hash, EXAM),
            witnessing=Witnessing(evidence="纸质签字照片 2026-03-02-01", second_uid=second_nurse),
            now=clock(),
        )

        row = await Consent.get(uid=card.uid).select_related("second_witness")
        assert granted.basis is DecisionBasis.WITNESSED
        assert row.evidence == "纸质签字照片 2026-03-02-01"
        assert row.second_witness is not None
        assert row.second_witness.uid == second_nurse

    async def test_is_listed_for_the_nurse(self, ask: Ask, actor: ActorOf, clock: Any) -> None:
        card = await ask(EXAM, by="feng", house="health_center", resident="li")
        await ask(LABS, by="feng", house="health_center")  # Wang has a phone of her own

        waiting = await waiting_for_witness(actor=await actor("nurse"), now=clock())

        assert [each.uid for each in waiting] == [card.uid]

    async def test_needs_two_who_did_not_ask(self, town: Town, ask: Ask, actor: ActorOf, clock: Any) -> None:
        asked_by_he = await ask(EXAM, resident="li")
        row = await Consent.get(uid=asked_by_he.uid)
        nurse = await actor("nurse")

        for second in (
            town.identity.accounts["he"],
            nurse.account_uid,
            town.identity.accounts["other_nurse"],
        ):
            with pytest.raises(WitnessesMustDiffer):
                await grant_witnessed(
                    actor=nurse,
                    uid=row.uid,
                    choice=choose(row.text_hash, EXAM),
                    witnessing=Witnessing(evidence="录音 1", second_uid=second),
                    now=clock(),
                )

    async def test_is_refused_where_the_resident_can_decide(
        self, ask: Ask, actor: ActorOf, clock: Any, second_nurse: str
    ) -> None:
        card = await ask(EXAM, by="feng", house="health_center")
        row = await Consent.get(uid=card.uid)

        with pytest.raises(WitnessNotNeeded):
            await grant_witnessed(
                actor=await actor("nurse"),
                uid=row.uid,
                choice=choose(row.text_hash, EXAM),
                witnessing=Witnessing(evidence="录音 1", second_uid=second_nurse),
                now=clock(),
            )

    async def test_is_not_for_another_homes_nurse(
        self, ask: Ask, actor: ActorOf, clock: Any, second_nurse: str
    ) -> None:
        card = await ask(EXAM, by="feng", house="health_center", resident="li")

        with pytest.raises(NotFound):
            await deny_witnessed(
                actor=await actor("other_nurse"),
                uid=card.uid,
                witnessing=Witnessing("录音", second_nurse),
                now=clock(),
            )

    async def test_denies_and_withdraws_as_near_as_it_grants(
        self, town: Town, ask: Ask, actor: ActorOf, clock: Any, second_nurse: str
    ) -> None:
        card = await ask(EXAM, by="feng", house="health_center", resident="li")
        nurse, witnessing = await actor("nurse"), Witnessing("录音", second_nurse)

        denied = await deny_witnessed(actor=nurse, uid=card.uid, witnessing=witnessing, now=clock())
        withdrawn = await withdraw_witnessed(
            actor=nurse, uid=town.consent.li_health_center, witnessing=witnessing, now=clock()
        )

        assert denied.status is ConsentStatus.DENIED
        assert withdrawn.status is ConsentStatus.WITHDRAWN


class TestWhatIsSeen:
    async def test_a_family_sees_what_waits_for_it(self, town: Town, actor: ActorOf, clock: Any) -> None:
        for key in ("wang", "daughter"):
            waiting = await waiting_for_me(actor=await actor(key), now=clock())
            assert [each.uid for each in waiting] == [town.consent.wang_pending]

    @pytest.mark.parametrize("somebody", ["stranger", "nephew", "zhao", "sun", "song", "root"])
    async def test_others_see_nothing(self, actor: ActorOf, clock: Any, somebody: str) -> None:
        page = await consents(
            actor=await actor(somebody), resident_uid=None, status=None, wish=PageWish(), now=clock()
        )

        assert page.items == ()

    async def test_a_recipient_does_not_learn_who_else_was_asked(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        feng = await actor("feng")

        page = await consents(actor=feng, resident_uid=None, status=None, wish=PageWish(), now=clock())

        assert {each.recipient_uid for each in page.items} == {town.alliance.health_center}
        with pytest.raises(NotFound):
            await consent_sheet(actor=feng, uid=town.consent.wang_yihe, now=clock())

    async def test_not_yours_and_not_there_are_alike(self, town: Town, actor: ActorOf, clock: Any) -> None:
        sun = await actor("sun")
        refusals = []
        for uid in (town.consent.wang_yihe, new_uid()):
            with pytest.raises(NotFound) as refused:
                await consent_sheet(actor=sun, uid=uid, now=clock())
            refusals.append((refused.value.code, refused.value.sentence, refused.value.fields))

        assert refusals[0] == refusals[1]

    async def test_the_status_is_told_by_the_clock(self, town: Town, actor: ActorOf, clock: Any) -> None:
        clock.advance(days=301)

        page = await consents(
            actor=await actor("wang"),
            resident_uid=None,
            status=ConsentStatus.EXPIRED,
            wish=PageWish(),
            now=clock(),
        )

        assert {each.uid for each in page.items} == {town.consent.wang_yihe, town.consent.wang_health_center}


class TestSweep:
    async def test_writes_down_what_time_did_once(self, town: Town, clock: Any) -> None:
        worker = system_actor("worker", Channel.WORKER)
        clock.advance(days=301)

        done = [await sweep_consents(actor=worker, now=clock()) for _ in range(2)]

        assert done == [4, 0]  # three grants and one request
        assert await OutboxMessage.filter(topic="consent.expired").count() == 3
        assert (await Consent.get(uid=town.consent.wang_pending)).status is ConsentStatus.LAPSED
