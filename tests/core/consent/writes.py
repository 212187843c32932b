"""The writes of consent, each made ready to be stopped at any of its statements."""

from datetime import timedelta

from server.consent import actions
from server.consent.actions import Choice
from server.consent.queries import consent_sheet
from server.consent.rules import Purpose, RecordCategory
from server.kit.clock import local_date
from tests.crashes import Flow, flow
from tests.stage import Stage


async def ask(stage: Stage) -> Flow:
    return flow(
        await stage.actor("he"), actions.request_consent, resident_uid=stage.town.people.wang,
        institution_uid=stage.town.alliance.yihe, purpose=Purpose.TREATMENT, categories=(RecordCategory.EXAM,),
        last_day=local_date(stage.now) + timedelta(days=30), now=stage.now,
    )  # fmt: skip


async def grant(stage: Stage) -> Flow:
    wang, uid = await stage.actor("wang"), stage.town.consent.wang_pending
    sheet = await consent_sheet(actor=wang, uid=uid, now=stage.now)
    wanted = frozenset(each.category for each in sheet.card.provisions)
    choice = Choice(categories=wanted, restricted=frozenset(), text_hash=sheet.text_hash)
    return flow(wang, actions.grant_consent, uid=uid, choice=choice, now=stage.now)


async def deny(stage: Stage) -> Flow:
    wang = await stage.actor("wang")
    return flow(wang, actions.deny_consent, uid=stage.town.consent.wang_pending, now=stage.now)


async def withdraw(stage: Stage) -> Flow:
    wang = await stage.actor("wang")
    return flow(wang, actions.withdraw_consent, uid=stage.town.consent.wang_yihe, now=stage.now)


WRITES = (ask, grant, deny, withdraw)
