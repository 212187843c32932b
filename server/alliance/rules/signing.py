"""Who may sign for an institution: an authorisation with a scope and a period (A01), or a hand on paper. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.alliance.errors import PaperTooLarge, PaperUnreadable
from server.alliance.rules.content import AgreementContent, Cooperation

LARGEST_PAPER = 8 * 1024 * 1024
MOST_PAPERS = 12  # of one agreement
_BEGINNINGS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"%PDF-": "application/pdf",
}


class SigningWay(StrEnum):
    ELECTRONIC = "electronic"  # on the page, under one's own account
    PAPER = "paper"  # signed and sealed by hand; the scan is beside it


class PaperKind(StrEnum):
    ATTACHMENT = "attachment"
    SIGNED = "signed"


@dataclass(frozen=True)
class SigningScope:
    """What an authorisation covers; an empty list of forms is all of them, no sum is any sum."""

    first_day: date
    last_day: date  # still valid on this day
    cooperation: Sequence[Cooperation] = ()
    most_fen: int | None = None  # of any one fee of the agreement


def covers(scope: SigningScope, content: AgreementContent, day: date) -> bool:
    """Tell whether the authorisation suffices to sign this text on this day."""
    return (
        scope.first_day <= day <= scope.last_day
        and (not scope.cooperation or set(content.cooperation) <= set(scope.cooperation))
        and (scope.most_fen is None or all(fee.amount <= scope.most_fen for fee in content.fees))
    )


def media_type_of(scan: bytes) -> str:
    """Return what a scan is by its first bytes; a name proves nothing."""
    if len(scan) > LARGEST_PAPER:
        raise PaperTooLarge(fields={"file": PaperTooLarge.message})
    for beginning, media_type in _BEGINNINGS.items():
        if scan.startswith(beginning):
            return media_type
    raise PaperUnreadable(fields={"file": PaperUnreadable.message})
