"""Every step of an agreement and of an authorisation to sign, made ready to be stopped at any of its statements."""

from datetime import timedelta
from typing import Any

from server.alliance import actions
from server.alliance.queries import AgreementCard
from server.demo.alliance import PATROL
from server.kit.clock import local_date
from tests.core.alliance.test_agreements import drafted
from tests.core.alliance.test_signing import SCAN, proposed
from tests.crashes import Flow, flow
from tests.stage import Stage

BY_HAND = {"signer": "何院长", "scan": SCAN}


def days(stage: Stage) -> dict[str, Any]:
    today = local_date(stage.now)
    return {"first_day": today, "last_day": today + timedelta(days=200)}


async def draft(stage: Stage) -> Flow:
    alliance = stage.town.alliance
    pair = {"home_uid": alliance.yihe, "provider_uid": alliance.second_hospital}
    return flow(
        await stage.actor("he"), actions.draft_agreement, **pair, **days(stage), content=PATROL, now=stage.now
    )


async def draft_the_next_version(stage: Stage) -> Flow:
    he, uid = await stage.actor("he"), stage.town.alliance.yihe_health_center
    return flow(he, actions.draft_successor, uid=uid, **days(stage), content=PATROL, now=stage.now)


async def revise(stage: Stage) -> Flow:
    card = await drafted(stage.actor, stage.town, stage.now)
    he = await stage.actor("he")
    return flow(he, actions.revise_draft, uid=card.uid, **days(stage), content=PATROL, now=stage.now)


async def attach(stage: Stage) -> Flow:
    card = await drafted(stage.actor, stage.town, stage.now)
    he = await stage.actor("he")
    return flow(he, actions.attach_paper, uid=card.uid, name="价目", scan=SCAN, now=stage.now)


async def propose(stage: Stage) -> Flow:
    card = await drafted(stage.actor, stage.town, stage.now)
    return flow(await stage.actor("he"), actions.propose_agreement, uid=card.uid, now=stage.now)


async def withdraw(stage: Stage) -> Flow:
    card = await proposed(stage.actor, stage.town, stage.now)
    he = await stage.actor("he")
    return flow(he, actions.withdraw_agreement, uid=card.uid, reason="另行商议", now=stage.now)


async def sign(stage: Stage) -> Flow:
    card = await proposed(stage.actor, stage.town, stage.now)
    return await signing(stage, "he", card)


async def sign_second(stage: Stage) -> Flow:
    card = await proposed(stage.actor, stage.town, stage.now)
    await (await signing(stage, "he", card)).run()
    return await signing(stage, "sun", card)


async def sign_by_hand(stage: Stage) -> Flow:
    card = await proposed(stage.actor, stage.town, stage.now)
    read = {"uid": card.uid, "content_hash": card.content_hash, "now": stage.now}
    return flow(await stage.actor("he"), actions.sign_on_paper, **read, **BY_HAND)


async def file_what_takes_over_from_the_version_before(stage: Stage) -> Flow:
    card = await (await draft_the_next_version(stage)).run()
    await actions.propose_agreement(actor=await stage.actor("he"), uid=card.uid, now=stage.now)
    for key in ("he", "feng"):
        await (await signing(stage, key, card)).run()
    tang = await stage.actor("tang")
    return flow(tang, actions.file_agreement, uid=card.uid, filing_number="A1", now=stage.now)


async def suspend(stage: Stage) -> Flow:
    return await on_what_binds(stage, actions.suspend_agreement)


async def resume(stage: Stage) -> Flow:
    await (await suspend(stage)).run()
    return await on_what_binds(stage, actions.resume_agreement)


async def terminate(stage: Stage) -> Flow:
    return await on_what_binds(stage, actions.terminate_agreement)


async def revoke_an_authority(stage: Stage) -> Flow:
    he, uid = await stage.actor("he"), stage.town.signing.he
    return flow(he, actions.revoke_authority, uid=uid, reason="换人了", now=stage.now)


async def signing(stage: Stage, key: str, card: AgreementCard) -> Flow:
    read = {"uid": card.uid, "content_hash": card.content_hash, "now": stage.now}
    return flow(await stage.actor(key), actions.sign_agreement, **read)


async def on_what_binds(stage: Stage, step: Any) -> Flow:
    uid = stage.town.alliance.yihe_first_hospital
    return flow(await stage.actor("he"), step, uid=uid, reason="双方商定", now=stage.now)


WRITES = (
    draft, draft_the_next_version, revise, attach, propose, withdraw, sign, sign_second, sign_by_hand,
    file_what_takes_over_from_the_version_before, suspend, resume, terminate, revoke_an_authority,
)  # fmt: skip
