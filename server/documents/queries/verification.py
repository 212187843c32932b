"""Whether a paper is genuine: for anybody who holds it, and no more than is printed on it."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from server.documents.errors import UnknownNumber
from server.documents.models import IssuedDocument
from server.documents.rules import DOCUMENT_WORDS, read_number, spelled
from server.kit.masking import masked_name


@dataclass(frozen=True)
class VerifiedCard:
    number: str
    kind_words: str
    issuer: str
    issued_at: datetime
    valid_until: datetime
    is_old: bool  # genuine, and perhaps no longer how things are
    resident: str | None  # masked


@dataclass(frozen=True)
class Comparison:
    card: VerifiedCard
    same: bool


async def issued_document(*, number: str, now: datetime) -> VerifiedCard:
    return _card(await _row(number), now)


async def compare(*, number: str, content: bytes, now: datetime) -> Comparison:
    """Tell whether a file is, to the last byte, the one that was issued under this number."""
    row = await _row(number)
    same = hmac.compare_digest(sha256(content).hexdigest(), row.digest)
    return Comparison(card=_card(row, now), same=same)


async def _row(number: str) -> IssuedDocument:
    plain = read_number(number)
    row = None
    if plain is not None:
        row = await IssuedDocument.filter(number=plain).select_related("institution", "resident").first()
    if row is None:
        raise UnknownNumber
    return row


def _card(row: IssuedDocument, now: datetime) -> VerifiedCard:
    return VerifiedCard(
        number=spelled(row.number),
        kind_words=DOCUMENT_WORDS[row.kind],
        issuer=row.institution.name if row.institution else "长者一方",
        issued_at=row.created_at,
        valid_until=row.valid_until,
        is_old=row.valid_until <= now,
        resident=masked_name(row.resident.name) if row.resident else None,
    )
