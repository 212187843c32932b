"""The writes around a family doctor's contract, each made ready to be stopped at any of its statements."""

from server.enrolments import actions, queries
from server.enrolments.models import Enrolment
from server.enrolments.rules import EndReason, Group
from tests.core.enrolments.test_actions import SCAN, near_its_end, renewed
from tests.crashes import Flow, flow
from tests.stage import Stage


async def renewal(stage: Stage) -> str:
    await near_its_end(stage.town, None)
    return await renewed(stage.town, stage.actor, lambda: stage.now)


async def ask(stage: Stage) -> Flow:
    await near_its_end(stage.town, None)
    wang, about = await stage.actor("wang"), {"resident_uid": stage.town.people.wang, "package": "senior"}
    about["team_uid"] = stage.town.enrolments.team
    shown = await queries.offer_text(actor=wang, **about, now=stage.now)
    return flow(wang, actions.ask_for_doctor, **about, text_hash=shown.text_hash, now=stage.now)


async def take_back(stage: Stage) -> Flow:
    uid = await renewal(stage)
    return flow(await stage.actor("wang"), actions.leave_doctor, uid=uid, now=stage.now)


async def offer(stage: Stage) -> Flow:
    await (await decline(stage)).run()
    return flow(
        await stage.actor("feng"), actions.offer_doctor, resident_uid=stage.town.people.li,
        team_uid=stage.town.enrolments.team, package="base", now=stage.now,
    )  # fmt: skip


async def sign_so_that_it_begins(stage: Stage) -> Flow:
    row = await Enrolment.get(uid=stage.town.enrolments.li)
    guardian = await stage.actor("guardian")
    return flow(guardian, actions.sign_enrolment, uid=row.uid, text_hash=row.text_hash, now=stage.now)


async def sign_on_paper(stage: Stage) -> Flow:
    return flow(
        await stage.actor("he"), actions.sign_on_paper, uid=stage.town.enrolments.li, grant_uid=None,
        evidence="柜", scan=SCAN, now=stage.now,
    )  # fmt: skip


async def accept_a_renewal(stage: Stage) -> Flow:
    uid = await renewal(stage)
    return flow(await stage.actor("feng"), actions.accept_enrolment, uid=uid, now=stage.now)


async def decline(stage: Stage) -> Flow:
    uid = stage.town.enrolments.li
    return flow(
        await stage.actor("feng"), actions.end_enrolment, uid=uid, reason=EndReason.DECLINED, text="再来",
        now=stage.now,
    )  # fmt: skip


async def leave_with_a_renewal_on_its_way(stage: Stage) -> Flow:
    await renewal(stage)
    uid = stage.town.enrolments.wang
    return flow(await stage.actor("wang"), actions.leave_doctor, uid=uid, now=stage.now)


async def form_a_team(stage: Stage) -> Flow:
    accounts = stage.town.identity.accounts
    return flow(
        await stage.actor("feng"), actions.form_team, name="二组", leader_uid=accounts["feng"],
        member_uids=[accounts["doctor"]], capacity=10, now=stage.now,
    )  # fmt: skip


async def change_a_team(stage: Stage) -> Flow:
    uid = stage.town.enrolments.team
    return flow(
        await stage.actor("feng"), actions.change_team, uid=uid, member_uids=[], capacity=10, now=stage.now
    )


async def close_a_team(stage: Stage) -> Flow:
    uid = await (await form_a_team(stage)).run()
    return flow(await stage.actor("feng"), actions.close_team, uid=uid, now=stage.now)


async def state_other_groups(stage: Stage) -> Flow:
    said = {"resident_uid": stage.town.people.li, "source": "出院小结", "now": stage.now}
    feng = await stage.actor("feng")
    await actions.state_groups(actor=feng, groups=frozenset({Group.DIABETES}), **said)
    return flow(feng, actions.state_groups, groups=frozenset({Group.DISABLED}), **said)


WRITES = (
    ask, take_back, offer, sign_so_that_it_begins, sign_on_paper, accept_a_renewal, decline,
    leave_with_a_renewal_on_its_way, form_a_team, change_a_team, close_a_team, state_other_groups,
)  # fmt: skip
