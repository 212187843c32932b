"""Papers and tables, made ready to be stopped at any of their statements."""

from datetime import timedelta

from server.consent.rules import Purpose
from server.documents import actions
from server.documents.actions import printing
from server.documents.queries import papers
from server.documents.rules import SheetKind, new_number
from tests.conftest import Clock
from tests.core.documents.test_exports import asked, written
from tests.crashes import Flow, flow
from tests.stage import Stage


async def keep_the_number_of_a_paper(stage: Stage) -> Flow:
    """Of printing it is what is written; the paper is read and drawn before."""
    he, now = await stage.actor("he"), stage.now
    paper = await papers.health_summary(
        actor=he, resident_uid=stage.town.people.wang, purpose=Purpose.CARE, now=now
    )
    told = {"paper": paper, "number": new_number(), "digest": "0" * 64}
    return flow(he, printing._keep, **told, valid_until=now + timedelta(days=90), now=now)


async def ask(stage: Stage) -> Flow:
    wish = {"kind": SheetKind.RESIDENTS, "filters": {}, "reason": "季度汇报"}
    return flow(await stage.actor("he"), actions.ask_for_export, **wish, now=stage.now)


async def cancel_what_waits(stage: Stage) -> Flow:
    he = await stage.actor("he")
    return flow(he, actions.cancel_export, uid=await asked(he, Clock()), now=stage.now)


async def cancel_what_is_written(stage: Stage) -> Flow:
    he = await stage.actor("he")
    uid = await asked(he, Clock())
    await written(Clock())
    return flow(he, actions.cancel_export, uid=uid, now=stage.now)


async def forget(stage: Stage) -> Flow:
    he = (await cancel_what_is_written(stage)).actor
    return flow(he, actions.forget_exports, now=stage.now)


WRITES = (keep_the_number_of_a_paper, ask, cancel_what_waits, cancel_what_is_written, forget)
