"""From one piece of news to everybody whom it concerns: inbox always, WeChat where it reaches, a call where it matters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from server.audit.actions import note
from server.authority.actor import Actor
from server.identity.models import Account
from server.identity.queries import account_ids_in_role, account_ids_with_role, openid_of
from server.identity.rules import AccountStatus
from server.kit.masking import masked_name
from server.kit.transactions import action
from server.notifications.actions.fallback import call, fall_back
from server.notifications.models import CallListEntry, Delivery, InboxMessage
from server.notifications.queries import Facts, facts_of, quiet_hours_of
from server.notifications.rules import CallReason, DeliveryChannel, fitted
from server.notifications.templates import CITY, TEMPLATES, WECHAT, Audience, Template
from server.outbox.actions import enqueue
from server.people.models import Resident
from server.people.queries import family_account_ids


@dataclass(frozen=True)
class _News:
    """One template, filled in for one resident, or for none."""

    topic: str
    message_uid: str
    template: Template
    facts: Facts
    resident: Resident | None

    @property
    def text(self) -> str:
        return self.template.sentence.format_map(self._words)

    @property
    def target(self) -> str:
        return self.template.target.format_map(self._words)

    @property
    def _words(self) -> Mapping[str, str]:
        name, uid = (self.resident.name, self.resident.uid) if self.resident else ("长者", "")
        return {**self.facts.spoken(name), "resident_uid": uid}

    def fields(self, now: datetime) -> dict[str, str]:
        """Return the template's fields, cut to size; names are masked, since phones show them on the lock screen."""
        words = {
            **self.facts.words,
            "resident": masked_name(self.resident.name) if self.resident else "长者",
            "hint": self.template.hint,
            "state": self.template.state,
            "now": now,
        }
        if self.template.wechat is None:
            return {}
        return {key: _field(key, words.get(word), now) for key, word in WECHAT[self.template.wechat].items()}


def _field(key: str, value: str | datetime | None, now: datetime) -> str:
    if key.startswith("time") and not isinstance(value, datetime):
        value = now  # the platform takes no empty time
    return fitted(key, value)


@action
async def announce(
    *, actor: Actor, topic: str, payload: Mapping[str, Any], message_uid: str, now: datetime
) -> int:
    """Tell everybody whom a piece of news concerns, each exactly once; return how many inboxes it reached.

    However many workers deliver the same message, its uid and the account are unique together.
    """
    templates = TEMPLATES.get(topic, ())
    if not templates:
        return 0
    facts = await facts_of(payload)
    told = 0
    for template in templates:
        for resident in (
            facts.residents if template.audience is Audience.FAMILY else (_only(facts.residents),)
        ):
            # Somebody may answer for two residents of one visit, and hears of each.
            uid = f"{message_uid}:{resident.uid}" if resident and len(facts.residents) > 1 else message_uid
            told += await _tell(_News(topic, uid, template, facts, resident), now)
    await note(
        actor,
        "notifications.announced",
        subject_kind="outbox_message",
        subject_uid=message_uid,
        detail={"topic": topic, "told": told},
        now=now,
    )
    return told


def _only(residents: tuple[Resident, ...]) -> Resident | None:
    return residents[0] if len(residents) == 1 else None


async def _tell(news: _News, now: datetime) -> int:
    account_ids = await _audience(news, now)
    rows = [
        InboxMessage(
            account_id=account_id,
            message_uid=news.message_uid,
            topic=news.topic,
            title=news.template.title,
            text=news.text,
            target=news.target,
            resident_id=news.resident.id if news.resident else None,
            critical=news.template.critical,
            created_at=now,
        )
        for account_id in account_ids
    ]
    if not rows:
        await _call_resident(news, now)
        return 0
    await InboxMessage.bulk_create(rows, ignore_conflicts=True)
    # Those that another worker had written keep that worker's uid: ours are the ones that are new.
    new = await InboxMessage.filter(uid__in=[row.uid for row in rows]).order_by("id")
    for row in new:
        await _send(row, news, now)
    return len(new)


async def _audience(news: _News, now: datetime) -> list[int]:
    match news.template.audience:
        case Audience.FAMILY:
            found: Iterable[int] = (
                await family_account_ids(
                    resident_id=news.resident.id, permission=news.template.permission, now=now
                )
                if news.resident
                else ()
            )
        case Audience.AUTHOR:
            found = () if news.facts.author_id is None else (news.facts.author_id,)
        case Audience.STAFF:
            found = await _staff(news, now)
    active = await Account.filter(id__in=sorted(set(found)), status=AccountStatus.ACTIVE).order_by("id")
    return [account.id for account in active]


async def _staff(news: _News, now: datetime) -> set[int]:
    if news.template.place == CITY:
        everywhere = [await account_ids_in_role(role=role, now=now) for role in news.template.roles]
        return set(chain.from_iterable(everywhere))
    return {
        account_id
        for institution_id in news.facts.places.get(news.template.place, ())
        for role in news.template.roles
        for account_id in await account_ids_with_role(role=role, institution_id=institution_id, now=now)
    }


async def _send(row: InboxMessage, news: _News, now: datetime) -> None:
    if news.template.wechat is None:
        return
    if await openid_of(row.account_id) is None:
        await fall_back(row, CallReason.NO_ACCOUNT, now=now)
        return
    staff = news.template.audience is Audience.STAFF
    delivery = Delivery(
        inbox_message_id=row.id,
        channel=DeliveryChannel.EMPLOYEE if staff else DeliveryChannel.SUBSCRIPTION,
        template=news.template.wechat,
        data=news.fields(now),
        urgent=news.template.urgent,
        created_at=now,
    )
    await delivery.save()
    hours, _ = await quiet_hours_of(account_id=row.account_id, now=now)
    await enqueue(
        "wechat.send",
        {"delivery": delivery.uid},
        now=now,
        due_at=now if news.template.urgent else hours.due_at(now),
        once_key=f"wechat.send:{delivery.uid}",
    )


async def _call_resident(news: _News, now: datetime) -> None:
    """Have somebody called who has no WeChat and nobody who acts for them."""
    if news.resident is None or not news.template.critical:
        return
    await call(
        CallListEntry(
            once_key=f"{news.message_uid}:r{news.resident.id}",
            resident_id=news.resident.id,
            topic=news.topic,
            text=news.text,
            reason=CallReason.NO_ACCOUNT,
            created_at=now,
        )
    )
