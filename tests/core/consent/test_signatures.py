"""A name written under a consent: sealed, bound to the text, and never in the trail (I14)."""

from typing import Any

import pytest

from server.audit.models import AuditEntry
from server.consent.actions import Choice, Witnessing, grant_consent, grant_witnessed, withdraw_consent
from server.consent.errors import SignatureOutside, SignatureTooLong, SignatureTooShort
from server.consent.models import Consent, ConsentSignature, signature_place
from server.consent.queries import consent_sheet, faults
from server.consent.rules import RecordCategory, Signature, ensure_signature
from server.demo import Town
from server.kit.errors import DomainError
from server.kit.sealing import open_sealed
from tests.core.consent.conftest import ActorOf, Ask

EXAM = RecordCategory.EXAM
NAME = Signature(
    300, 120, (tuple((10 + step, 20 + step) for step in range(8)), tuple((60, 5 * step) for step in range(8)))
)


async def agreed(uid: str, signature: Signature | None, actor: ActorOf, clock: Any) -> Any:
    wang = await actor("wang")
    sheet = await consent_sheet(actor=wang, uid=uid, now=clock())
    choice = Choice(frozenset({EXAM}), frozenset(), sheet.text_hash, signature)
    return await grant_consent(actor=wang, uid=uid, choice=choice, now=clock())


class TestSignature:
    async def test_is_kept_sealed_with_the_text_it_stands_under(
        self, ask: Ask, actor: ActorOf, clock: Any
    ) -> None:
        card = await ask(EXAM)

        granted = await agreed(card.uid, NAME, actor, clock)

        row, kept = await Consent.get(uid=card.uid), await ConsentSignature.get(consent__uid=card.uid)
        place = signature_place(consent_uid=card.uid, text_hash=row.text_hash)
        assert (card.signed, granted.signed) == (False, True)
        assert (kept.text_version, kept.text_hash, kept.digest) == (
            row.text_version,
            row.text_hash,
            NAME.digest,
        )
        assert open_sealed(kept.sealed, place=place) == NAME.canonical
        assert NAME.canonical.encode() not in kept.sealed
        assert await faults(now=clock()) == []

    async def test_leaves_its_digest_in_the_trail_and_no_stroke(
        self, ask: Ask, actor: ActorOf, clock: Any
    ) -> None:
        card = await ask(EXAM)

        await agreed(card.uid, NAME, actor, clock)

        line = await AuditEntry.get(action="consent.granted", subject_uid=card.uid)
        assert line.detail["signature"] == NAME.digest
        assert "strokes" not in str(line.detail)
        assert "300,120" not in str(line.detail)

    async def test_is_not_asked_for(self, ask: Ask, actor: ActorOf, clock: Any) -> None:
        card = await ask(EXAM)

        granted = await agreed(card.uid, None, actor, clock)
        withdrawn = await withdraw_consent(actor=await actor("wang"), uid=card.uid, now=clock())

        assert (granted.signed, withdrawn.signed) == (False, False)
        assert not await ConsentSignature.filter(consent__uid=card.uid).exists()
        assert (
            "signature" not in (await AuditEntry.get(action="consent.granted", subject_uid=card.uid)).detail
        )

    async def test_may_be_written_before_witnesses(
        self, ask: Ask, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        card = await ask(EXAM, by="feng", house="health_center", resident="li")
        sheet = await consent_sheet(actor=await actor("nurse"), uid=card.uid, now=clock())
        choice = Choice(frozenset({EXAM}), frozenset(), sheet.text_hash, NAME)
        witnessing = Witnessing("签字单 1", town.identity.accounts["he"])

        granted = await grant_witnessed(
            actor=await actor("nurse"), uid=card.uid, choice=choice, witnessing=witnessing, now=clock()
        )

        assert granted.signed

    async def test_stays_after_a_withdrawal(self, ask: Ask, actor: ActorOf, clock: Any) -> None:
        card = await ask(EXAM)
        await agreed(card.uid, NAME, actor, clock)

        withdrawn = await withdraw_consent(actor=await actor("wang"), uid=card.uid, now=clock())

        assert withdrawn.signed

    async def test_that_is_refused_leaves_no_consent(self, ask: Ask, actor: ActorOf, clock: Any) -> None:
        card = await ask(EXAM)

        with pytest.raises(SignatureTooShort):
            await agreed(card.uid, Signature(300, 120, (((1, 1),) * 11,)), actor, clock)

        assert (await Consent.get(uid=card.uid)).decided_at is None

    async def test_under_another_text_is_found(self, ask: Ask, actor: ActorOf, clock: Any) -> None:
        card = await ask(EXAM)
        await agreed(card.uid, NAME, actor, clock)
        kept = await ConsentSignature.get(consent__uid=card.uid)

        await ConsentSignature.filter(id=kept.id).update(text_hash="0" * 64)
        moved = await faults(now=clock())
        await ConsentSignature.filter(id=kept.id).update(sealed=kept.sealed[:-1] + b"x")
        broken = await faults(now=clock())

        assert len(moved) == len(broken) == 1
        assert "not what was signed" in moved[0]
        assert "does not belong" in broken[0]


@pytest.mark.parametrize(
    ("strokes", "refusal"),
    [
        ((), SignatureTooShort),
        ((((5, 5),) * 11,), SignatureTooShort),
        ((((5, 5),) * 4001,), SignatureTooLong),
        ((((5, 5),),) * 121, SignatureTooLong),
        ((((5, 5),) * 12, ((301, 5),)), SignatureOutside),
        ((((5, 5),) * 12, ((5, 121),)), SignatureOutside),
        ((((5, 5),) * 12, ((-1, 5),)), SignatureOutside),
    ],
)
def test_what_nobody_wrote_is_refused(strokes: Any, refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        ensure_signature(Signature(300, 120, strokes))


@pytest.mark.parametrize("strokes", [(((0, 0),) * 12,), (((300, 120),) * 4000,), (((5, 5),),) * 120])
def test_the_edges_belong_to_it(strokes: Any) -> None:
    ensure_signature(Signature(300, 120, strokes))
