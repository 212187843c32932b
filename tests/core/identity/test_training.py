"""When a certificate speaks, when it warns, and where it goes."""

from datetime import date, timedelta

import pytest

from server.identity import actions, queries
from server.identity.models import Account, RoleGrant, TrainingRecord
from server.identity.rules import TrainingState, training_state
from server.kit.pages import PageWish

TODAY = date(2026, 3, 2)


class TestState:
    @pytest.mark.parametrize(
        ("days", "state"),
        [
            (None, TrainingState.VALID),
            (61, TrainingState.VALID),
            (60, TrainingState.EXPIRING),
            (1, TrainingState.EXPIRING),
            (0, TrainingState.EXPIRED),
            (-1, TrainingState.EXPIRED),
        ],
    )
    def test_the_day_of_expiry_is_the_first_on_which_it_no_longer_holds(self, days, state):
        expires_on = None if days is None else TODAY + timedelta(days=days)

        assert training_state(expires_on, today=TODAY, notice_days=60) is state


async def recorded(actor, town, now, key="nurse", **says):
    return await actions.record_training(
        **{
            "actor": actor,
            "account_uid": town.identity.accounts[key],
            "institution_uid": town.alliance.yihe,
            "title": "急救员证",
            "completed_on": date(2025, 3, 1),
            "expires_on": TODAY + timedelta(days=30),
            "now": now,
            **says,
        }
    )


class TestBoard:
    async def test_another_title_does_not_renew(self, town, actor, clock):
        he, now = await actor("he"), clock()
        await recorded(he, town, now)
        await recorded(he, town, now, title="岗前培训", expires_on=None)

        board = await queries.training_board(actor=he, wish=PageWish(), now=now)

        assert [card.title for card in board.due] == ["急救员证"]

    async def test_who_left_warns_no_longer(self, town, actor, clock):
        he, now = await actor("he"), clock()
        await recorded(he, town, now)
        await RoleGrant.filter(account__uid=town.identity.accounts["nurse"]).update(ends_at=now)

        assert await queries.count_training_due(actor=he, now=now) == 0

    async def test_somebody_with_several_roles_is_named_once(self, town, actor, clock):
        jin, now = await actor("jin"), clock()

        board = await queries.training_board(actor=jin, wish=PageWish(), now=now)

        assert [card.name for card in board.untrained].count("金萍") == 1

    async def test_the_worst_certificate_speaks_in_the_list_of_staff(self, town, actor, clock):
        he, now = await actor("he"), clock()
        await recorded(he, town, now, title="岗前培训", expires_on=None)
        await recorded(he, town, now, expires_on=TODAY)

        page = await queries.staff(actor=he, wish=PageWish(), now=now)

        assert {line.grant.name: line.training for line in page.items}["李秀英"] is TrainingState.EXPIRED


class TestBinding:
    async def test_what_was_written_down_follows_the_roles_to_the_real_account(self, town, actor, clock):
        he, now = await actor("he"), clock()
        card = await actions.create_staff(
            actor=he,
            name="钱小红",
            role="nurse",
            institution_uid=town.alliance.yihe,
            starts_at=now,
            ends_at=None,
            now=now,
        )
        uid = await recorded(he, town, now, account_uid=card.account_uid)
        await actions.issue_bind_code(actor=he, account_uid=card.account_uid, code="ABCDEFGH", now=now)

        await actions.bind_staff(actor=await actor("stranger"), code="ABCDEFGH", now=now)

        row = await TrainingRecord.get(uid=uid)
        stranger = await Account.get(uid=town.identity.accounts["stranger"])
        assert row.account_id == stranger.id
