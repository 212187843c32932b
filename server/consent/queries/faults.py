"""What must never be true of these tables, for `python -m server check`. Rows are read in batches so that a city fits."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from server.consent.models import Consent, ConsentProvision, ConsentSignature, signature_place
from server.consent.rules import (
    CATEGORY_WORDS,
    REQUESTABLE,
    ConsentStatus,
    DecisionBasis,
    RecordCategory,
    Verdict,
    hash_of,
)
from server.kit.sealing import SealBroken, open_sealed

BATCH = 500
NEVER_GRANTED = frozenset({ConsentStatus.REQUESTED, ConsentStatus.DENIED, ConsentStatus.LAPSED})


async def faults(*, now: datetime) -> list[str]:  # noqa: ARG001  every feature is asked alike
    """Return one line per broken invariant; each names rows by uid only."""
    found: list[str] = []
    last = 0
    while batch := await Consent.filter(id__gt=last).order_by("id").limit(BATCH):
        last = batch[-1].id
        found += await _of_consents(batch)
    return found


async def _of_consents(batch: Sequence[Consent]) -> list[str]:
    verdicts: dict[int, dict[RecordCategory, Verdict]] = defaultdict(dict)
    for each in await ConsentProvision.filter(consent_id__in=[row.id for row in batch]):
        verdicts[each.consent_id][each.category] = each.verdict
    written = await ConsentSignature.filter(consent_id__in=[row.id for row in batch])
    signatures = {each.consent_id: each for each in written}
    return [
        f"{fault} (consent {row.uid})"
        for row in batch
        for fault in (*_text(row), *_of_one(row, verdicts[row.id]), *_signature(row, signatures.get(row.id)))
    ]


def _signature(row: Consent, signature: ConsentSignature | None) -> list[str]:
    if signature is None:
        return []
    if row.status in NEVER_GRANTED:
        return ["I14 signed, and never granted"]
    place = signature_place(consent_uid=row.uid, text_hash=row.text_hash)
    try:
        strokes = open_sealed(signature.sealed, place=place)
    except SealBroken:
        return ["I14 the signature does not belong to this consent and text"]
    same = sha256(strokes.encode()).hexdigest() == signature.digest
    return (
        [] if same and signature.text_hash == row.text_hash else ["I14 the signature is not what was signed"]
    )


def _text(row: Consent) -> list[str]:
    return [] if hash_of(row.text) == row.text_hash else ["I14 the text is not the one whose hash was kept"]


def _of_one(row: Consent, verdicts: dict[RecordCategory, Verdict]) -> list[str]:
    permitted = {category for category, verdict in verdicts.items() if verdict is Verdict.PERMIT}
    if row.status in NEVER_GRANTED:
        return ["I9 something is permitted that nobody agreed to"] if permitted else []
    found = [*_decision(row), *_beyond(row, permitted)]
    if not permitted:
        found.append("I7 granted, and nothing is permitted")
    if Verdict.ASKED in verdicts.values():
        found.append("I7 granted, and a category is left undecided")
    if (row.status is ConsentStatus.GRANTED) is (row.granted_key is None):
        found.append("I9 the key that only a grant in force holds does not fit its status")
    return found


def _decision(row: Consent) -> list[str]:
    known = row.decided_at is not None and row.decided_by_id is not None and row.basis is not None
    if not known:
        return ["I7 granted by nobody, at no time, or by no right"]
    if row.basis is DecisionBasis.PROXY and row.basis_uid is None:
        return ["I7 granted by a proxy without a grant"]
    if row.basis is DecisionBasis.WITNESSED and None in (row.evidence, row.second_witness_id):
        return ["I7 witnessed by one, or without a sheet"]
    return []


def _beyond(row: Consent, permitted: set[RecordCategory]) -> list[str]:
    """Find what is permitted beyond what the text, which was fixed when it was asked, names."""
    unlabeled = RecordCategory.UNLABELED
    found = [
        f"I8 {category} is permitted, and was not asked for"
        for category in sorted(permitted - {unlabeled})
        if CATEGORY_WORDS[category] not in row.text
    ]
    if unlabeled in permitted and not permitted >= set(REQUESTABLE):
        found.append("I10 the unlabeled are permitted without all the rest")
    return found
