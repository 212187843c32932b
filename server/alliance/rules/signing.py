"""Who may sign for an institution: an authorisation with a scope and a period (A01), or a hand on paper. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.alliance.errors import PaperTooLarge, PaperUnreadable
from server.alliance.rules.content import AgreementContent, Cooperation
from server.kit import scans

MOST_ATTACHMENTS = 12  # of one agreement; the pages that are signed come besides


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
    most_fen: int | None = None  # of any one sum that the agreement names


def covers(scope: SigningScope, content: AgreementContent, day: date) -> bool:
    """Tell whether the authorisation suffices to sign this text on this day."""
    return (
        scope.first_day <= day <= scope.last_day
        and (not scope.cooperation or set(content.cooperation) <= set(scope.cooperation))
        and (scope.most_fen is None or all(fen <= scope.most_fen for fen in _sums(content)))
    )


def _sums(content: AgreementContent) -> list[int]:
    """Return every sum that the text names: its fees, and what one time of a service costs."""
    prices = [item.price for item in content.items if item.price is not None]
    return [*(fee.amount for fee in content.fees), *prices]


def media_type_of(scan: bytes) -> str:
    return scans.media_type_of(scan, too_large=PaperTooLarge, unreadable=PaperUnreadable)
