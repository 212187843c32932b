"""Invariants of agreements, asked of the tables (I18, A01)."""

from collections import defaultdict
from datetime import datetime

from server.alliance.models import AgreementSignature, ServiceAgreement, SigningAuthority
from server.alliance.rules import AgreementSide, AgreementStatus, SigningWay
from server.kit.clock import local_date

_FILED = (
    AgreementStatus.FILED,
    AgreementStatus.ACTIVE,
    AgreementStatus.EXPIRING,
    AgreementStatus.SUSPENDED,
)


async def faults(*, now: datetime) -> list[str]:  # noqa: ARG001  one form for all
    return await _unsigned() + await _unauthorised()


async def _unsigned() -> list[str]:
    """I18: what was filed has a number, and both sides have signed the text that is stored."""
    rows = ServiceAgreement.filter(status__in=[str(each) for each in _FILED])
    signed: defaultdict[int, dict[str, str]] = defaultdict(dict)
    signatures = AgreementSignature.filter(agreement__status__in=[str(each) for each in _FILED])
    for agreement_id, side, digest in await signatures.values_list("agreement_id", "side", "content_hash"):
        signed[agreement_id][str(side)] = digest
    found = []
    for row_id, uid, number, digest in await rows.values_list("id", "uid", "filing_number", "content_hash"):
        if not number:
            found.append(f"I18 agreement {uid} binds without a filing number")
        if signed[row_id] != {str(side): digest for side in AgreementSide}:
            found.append(f"I18 agreement {uid} binds without both signatures over its text")
    return found


async def _unauthorised() -> list[str]:
    """A01: whoever signed on the page was authorised by that side, on that day."""
    rows = AgreementSignature.filter(authority_id__isnull=False).select_related("authority", "agreement")
    found = [
        f"A01 signature {row.uid} is outside its authorisation"
        for row in await rows
        if row.authority is not None and not _within(row, row.authority)
    ]
    handless = AgreementSignature.filter(way=SigningWay.PAPER, signer="")
    return found + [
        f"A01 signature {uid} on paper names nobody" for uid in await handless.values_list("uid", flat=True)
    ]


def _within(row: AgreementSignature, authority: SigningAuthority) -> bool:
    agreement = row.agreement
    institution_id = agreement.home_id if row.side is AgreementSide.HOME else agreement.provider_id
    signed_at = row.created_at
    return (
        authority.institution_id == institution_id
        and authority.account_id == row.account_id
        and authority.first_day <= local_date(signed_at) <= authority.last_day
        and (authority.revoked_at is None or authority.revoked_at >= signed_at)
    )
