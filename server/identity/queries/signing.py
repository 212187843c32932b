"""Who may sign for which institution, and since when (A01)."""

from dataclasses import dataclass
from datetime import date, datetime

from server.alliance.access import authorities_visible_to
from server.alliance.models import SigningAuthority
from server.alliance.rules import Cooperation
from server.authority.actor import Actor
from server.authority.permissions import ROLE_PERMISSIONS, Permission
from server.identity.access import in_force, standing_grants
from server.identity.models import RoleGrant
from server.identity.queries.accounts import names_of
from server.kit.clock import local_date
from server.kit.pages import Page, PageWish, rows_of


@dataclass(frozen=True)
class AuthorityCard:
    uid: str
    name: str
    institution: str
    document: str
    cooperation: tuple[Cooperation, ...]  # empty: all
    most_fen: int | None
    first_day: date
    last_day: date
    revoked_at: datetime | None
    reason: str | None
    mine: bool
    in_force: bool


@dataclass(frozen=True)
class SignerChoice:
    """Somebody who may be authorised, at one institution."""

    account_uid: str
    institution_uid: str
    words: str


@dataclass(frozen=True)
class SignersBoard:
    page: Page[AuthorityCard]
    choices: tuple[SignerChoice, ...]


async def signers(*, actor: Actor, wish: PageWish, now: datetime) -> SignersBoard:
    rows = SigningAuthority.filter(authorities_visible_to(actor=actor)).select_related("institution")
    page = await rows_of(rows, wish, by="created_at")
    names = await names_of(row.account_id for row in page.items)
    cards = (_card(row, names.get(row.account_id, "—"), actor, now) for row in page.items)
    return SignersBoard(page.of(tuple(cards)), await _choices(actor, now))


def _card(row: SigningAuthority, name: str, actor: Actor, now: datetime) -> AuthorityCard:
    return AuthorityCard(
        uid=row.uid,
        name=name,
        institution=row.institution.name,
        document=row.document,
        cooperation=tuple(Cooperation(word) for word in row.cooperation),
        most_fen=row.most_fen,
        first_day=row.first_day,
        last_day=row.last_day,
        revoked_at=row.revoked_at,
        reason=row.reason,
        mine=row.account_id == actor.account_id,
        in_force=row.revoked_at is None and row.first_day <= local_date(now) <= row.last_day,
    )


async def _choices(actor: Actor, now: datetime) -> tuple[SignerChoice, ...]:
    may_sign = [role for role, held in ROLE_PERMISSIONS.items() if Permission.AGREEMENT_SIGN in held]
    theirs = standing_grants(actor=actor, permission=Permission.AGREEMENT_AUTHORISE, now=now)
    rows = RoleGrant.filter(theirs, in_force(now), role__in=may_sign, institution_id__isnull=False)
    found = (
        await rows.exclude(account_id=actor.account_id)
        .order_by("institution_id", "id")
        .values_list("account__uid", "institution__uid", "account__name", "institution__name")
    )
    return tuple(
        SignerChoice(account, institution, f"{name}（{where}）")
        for account, institution, name, where in dict.fromkeys(found)
    )
