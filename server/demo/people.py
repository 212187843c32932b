"""The town's residents, and who may act for them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from server.authority.actor import Actor, Channel
from server.identity.queries import actor_of
from server.outbox.models import MessageStatus, OutboxMessage
from server.people.actions import (
    admit,
    apply_for_proxy,
    bind_account,
    confirm_by_document,
    confirm_proxy,
    record_kinship,
    verify_proxy,
)
from server.people.rules import Basis, ProxyScope, Relation, Sex

WANG_NUMBER = "330299193602290029"
LI_NUMBER = "330299194001010014"
ZHAO_YUN_NUMBER = "330299194806060027"
GUARDIANSHIP = "云桥公证〔2025〕第 12 号"


@dataclass(frozen=True)
class PeopleTown:
    wang: str  # residents
    li: str
    zhao_yun: str
    daughter_grant: str  # active, everything
    guardian_grant: str  # active, everything
    nephew_grant: str  # applied only


async def load(town: Any, *, now: datetime) -> PeopleTown:
    moved_in = now - timedelta(days=300)

    async def actor(key: str) -> Actor:
        channel = Channel.CONSOLE if key in {"he", "song"} else Channel.MINI_PROGRAM
        return await actor_of(account_uid=town.identity.accounts[key], channel=channel, now=moved_in)

    he, song = await actor("he"), await actor("song")
    wang = await _wang(town, he, moved_in)
    li = await _li(town, he, moved_in)
    zhao_yun = await admit(
        actor=song,
        home_uid=town.alliance.songhe,
        name="赵云珍",
        sex=Sex.FEMALE,
        birth_date=date(1948, 6, 6),
        national_id=ZHAO_YUN_NUMBER,
        bed="101-1",
        now=moved_in,
    )
    grants = {
        "daughter_grant": await _daughter(await actor("daughter"), he, await actor("wang"), moved_in),
        "guardian_grant": await _guardian(await actor("guardian"), he, moved_in),
        "nephew_grant": await _applied(
            await actor("nephew"), "王桂兰", WANG_NUMBER, Relation.NIECE_NEPHEW, now - timedelta(days=1)
        ),
    }
    # All this is old news: nobody is told of it again when the worker starts.
    await OutboxMessage.filter(topic__startswith="people.").update(status=MessageStatus.DONE)
    return PeopleTown(wang=wang, li=li, zhao_yun=zhao_yun.uid, **grants)


async def _wang(town: Any, he: Actor, moved_in: datetime) -> str:
    card = await admit(
        actor=he,
        home_uid=town.alliance.yihe,
        name="王桂兰",
        sex=Sex.FEMALE,
        birth_date=date(1936, 2, 29),
        national_id=WANG_NUMBER,
        phone="13900001936",
        bed="201-1",
        now=moved_in,
    )
    await bind_account(
        actor=he, resident_uid=card.uid, account_uid=town.identity.accounts["wang"], now=moved_in
    )
    await record_kinship(
        actor=he,
        resident_uid=card.uid,
        name="陈晓敏",
        relation=Relation.CHILD,
        phone="13900000003",
        emergency=True,
        now=moved_in,
    )
    return card.uid


async def _li(town: Any, he: Actor, moved_in: datetime) -> str:
    card = await admit(
        actor=he,
        home_uid=town.alliance.yihe,
        name="李福生",
        sex=Sex.MALE,
        birth_date=date(1940, 1, 1),
        national_id=LI_NUMBER,
        bed="202-1",
        now=moved_in,
    )
    return card.uid


async def _daughter(daughter: Actor, he: Actor, wang: Actor, at: datetime) -> str:
    uid = await _applied(daughter, "王桂兰", WANG_NUMBER, Relation.CHILD, at)
    await verify_proxy(actor=he, uid=uid, now=at)
    await confirm_proxy(actor=wang, uid=uid, now=at)
    return uid


async def _guardian(guardian: Actor, he: Actor, at: datetime) -> str:
    uid = await _applied(guardian, "李福生", LI_NUMBER, Relation.FRIEND, at, basis=Basis.DURABLE)
    await verify_proxy(actor=he, uid=uid, now=at)
    await confirm_by_document(actor=he, uid=uid, document_ref=GUARDIANSHIP, now=at)
    return uid


async def _applied(
    actor: Actor,
    name: str,
    number: str,
    relation: Relation,
    at: datetime,
    *,
    basis: Basis = Basis.OWN_CONSENT,
) -> str:
    card = await apply_for_proxy(
        actor=actor,
        name=name,
        national_id=number,
        basis=basis,
        relation=relation,
        scopes=tuple(ProxyScope),
        document_ref=GUARDIANSHIP if basis.needs_document else None,
        now=at,
    )
    return card.uid
