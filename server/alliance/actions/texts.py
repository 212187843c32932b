"""The text of an agreement while it is drafted and signed: its digest, its soundness, whose signature is missing."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from server.alliance.errors import AgreementChanged, AlreadySigned, SameSigner, WrongContent
from server.alliance.models import AgreementSignature, Institution, ServiceAgreement
from server.alliance.queries import AgreementCard, agreement_card
from server.alliance.rules import AgreementContent, AgreementSide, content_digest, content_faults, content_of
from server.authority.actor import Actor
from server.authority.permissions import Permission


@dataclass(frozen=True)
class Terms:
    first_day: date
    last_day: date
    content: AgreementContent


def ensure_sound(terms: Terms) -> None:
    faults = content_faults(terms.content)
    if terms.last_day < terms.first_day:
        faults["last_day"] = "结束日期不能早于开始日期。"
    if faults:
        raise WrongContent(fields=faults)


def ensure_as_read(row: ServiceAgreement, content_hash: str) -> None:
    if content_hash != row.content_hash or content_hash != digest_of(row):
        raise AgreementChanged


async def side_to_sign(actor: Actor, row: ServiceAgreement) -> AgreementSide:
    """Return the actor's side that has not signed yet; one person is never both."""
    signed = await AgreementSignature.filter(agreement_id=row.id).order_by("id")
    own = actor.institutions_with(Permission.AGREEMENT_SIGN)
    parties = ((AgreementSide.HOME, row.home_id), (AgreementSide.PROVIDER, row.provider_id))
    sides = [side for side, institution_id in parties if institution_id in own]
    open_sides = [side for side in sides if side not in {each.side for each in signed}]
    if not open_sides:
        raise AlreadySigned
    if actor.account_id in {each.account_id for each in signed}:
        raise SameSigner
    return open_sides[0]


def written(content: AgreementContent, **changes: Any) -> AgreementContent:
    return replace(content, **changes)


def digest_of(row: ServiceAgreement) -> str:
    """Return the digest of what is stored now; `row` has its institutions with it."""
    return digest(
        row.home, row.provider, row.version, Terms(row.first_day, row.last_day, content_of(row.content))
    )


def digest(home: Institution, provider: Institution, version: int, terms: Terms) -> str:
    return content_digest(
        home_uscc=home.uscc,
        provider_uscc=provider.uscc,
        version=version,
        first_day=terms.first_day,
        last_day=terms.last_day,
        content=terms.content,
    )


async def agreement_card_of(row_id: int) -> AgreementCard:
    return agreement_card(await ServiceAgreement.get(id=row_id).select_related("home", "provider"))
