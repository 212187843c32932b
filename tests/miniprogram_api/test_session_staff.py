"""Staff on phones: bound WeChats, approved devices, and what is taken away."""

from datetime import timedelta

import pytest

from server.authority.actor import Channel
from server.authority.permissions import Role
from server.identity import actions, doors
from server.identity.models import Account, Device, RoleGrant
from server.identity.queries import actor_of
from server.identity.rules import AccountStatus, digest
from server.kit.errors import DomainError
from tests.miniprogram_api.signing_in import login_code


class TestStaffOnPhones:
    async def test_a_nurse_on_her_approved_phone_acts_as_nurse(self, api):
        nurse = await api("nurse")

        said = (await nurse.get("/session")).json()

        assert said["roles"] == ["nurse", "person"]
        assert said["workplaces"][0]["institution"] == "云桥市颐和养老院"
        assert said["needs"] == []

    async def test_on_a_new_phone_she_is_a_person_until_it_is_approved(self, anonymous, town, actor, clock):
        said = (await anonymous.post("/session", json={"code": login_code("nurse")})).json()
        anonymous.headers["Authorization"] = f"Bearer {said['token']}"
        assert said["roles"] == ["person"]
        assert said["needs"] == ["device_approval"]

        device = await Device.get(secret_hash=digest(said["device_id"]))
        await actions.approve_device(actor=await actor("he"), device_uid=device.uid, now=clock())

        now = (await anonymous.get("/session")).json()
        assert now["roles"] == ["nurse", "person"]
        assert now["needs"] == []

    async def test_a_phone_that_is_withdrawn_is_signed_out_at_once(self, api, town, actor, clock):
        nurse = await api("nurse")
        device = await Device.get(secret_hash=digest(town.identity.devices["nurse"]))

        await actions.withdraw_device(actor=await actor("he"), device_uid=device.uid, now=clock())

        assert (await nurse.get("/session")).status_code == 401

    async def test_her_shift_ends_after_a_day_while_a_daughter_stays_signed_in(self, api, clock):
        nurse, daughter = await api("nurse"), await api("daughter")

        clock.advance(hours=11)
        assert (await nurse.get("/session")).status_code == 200
        clock.advance(hours=11)
        assert (await nurse.get("/session")).status_code == 200
        clock.advance(hours=2)

        assert (await nurse.get("/session")).status_code == 401
        assert (await daughter.get("/session")).status_code == 200

    async def test_a_nurse_who_leaves_her_phone_for_half_a_day_is_signed_out(self, api, clock):
        nurse = await api("nurse")

        clock.advance(hours=12)

        assert (await nurse.get("/session")).status_code == 401

    async def test_a_role_that_begins_tomorrow_is_hers_tomorrow_without_another_sign_in(
        self, api, town, clock
    ):
        grant = await RoleGrant.get(account__uid=town.identity.accounts["nurse"])
        begins = clock() + timedelta(hours=6)
        await RoleGrant.filter(id=grant.id).update(starts_at=begins)
        nurse = await api("nurse")

        clock.set(begins - timedelta(microseconds=1))
        early = (await nurse.get("/session")).json()
        clock.set(begins)
        on_time = (await nurse.get("/session")).json()

        assert (early["roles"], early["needs"]) == (["person"], [])
        assert on_time["roles"] == ["nurse", "person"]

    async def test_one_phone_of_two_people_keeps_the_approval_of_each(self, anonymous, town):
        shared_phone = town.identity.devices["nurse"]

        other = (
            await anonymous.post("/session", json={"code": login_code("daughter"), "device_id": shared_phone})
        ).json()
        nurse = (
            await anonymous.post(
                "/session", json={"code": login_code("nurse"), "device_id": other["device_id"]}
            )
        ).json()

        assert other["device_id"] == shared_phone
        assert nurse["roles"] == ["nurse", "person"]

    async def test_a_colleague_on_her_phone_still_needs_an_approval_of_his_own(self, anonymous, town):
        body = {"code": login_code("other_nurse"), "device_id": town.identity.devices["nurse"]}

        assert (await anonymous.post("/session", json=body)).json()["needs"] == ["device_approval"]


class TestBind:
    async def prepared(self, actor, clock, town):
        """Take a new nurse on at Yihe and make a bind code for her."""
        he = await actor("he")
        card = await actions.create_staff(
            actor=he,
            name="钱小红",
            role=Role.NURSE,
            institution_uid=town.alliance.yihe,
            starts_at=clock(),
            ends_at=None,
            now=clock(),
        )
        return card, await doors.issue_bind_code(actor=he, account_uid=card.account_uid, now=clock())

    async def test_the_prepared_roles_move_to_the_person_behind_the_wechat(
        self, api, anonymous, actor, clock, town
    ):
        stranger = await api("stranger")
        card, bind = await self.prepared(actor, clock, town)

        answer = await stranger.post(
            "/session/bind", json={"code": f"{bind.code[:4]} {bind.code[4:]}".lower()}
        )

        assert answer.status_code == 200, answer.text
        assert answer.json()["roles"] == ["nurse"]
        assert (await stranger.get("/session")).status_code == 401
        again = (await anonymous.post("/session", json={"code": login_code("stranger")})).json()
        assert again["account"]["uid"] == town.identity.accounts["stranger"]
        assert again["needs"] == ["device_approval"]
        folder = await Account.get(uid=card.account_uid).select_related("successor")
        assert folder.status is AccountStatus.CLOSED
        assert folder.successor.uid == town.identity.accounts["stranger"]

    async def test_a_code_works_once(self, api, actor, clock, town):
        _, bind = await self.prepared(actor, clock, town)
        await (await api("stranger")).post("/session/bind", json={"code": bind.code})

        answer = await (await api("nephew")).post("/session/bind", json={"code": bind.code})

        assert answer.json()["code"] == "identity.wrong_bind_code"

    async def test_a_nurse_with_a_new_wechat_takes_her_roles_along_and_her_old_one_stays_a_persons(
        self, api, actor, clock, town
    ):
        old = await api("nurse")
        bind = await doors.issue_bind_code(
            actor=await actor("he"), account_uid=town.identity.accounts["nurse"], now=clock()
        )

        first = await (await api("stranger")).post("/session/bind", json={"code": bind.code})
        second = await (await api("nephew")).post("/session/bind", json={"code": bind.code})

        assert first.json()["roles"] == ["nurse"]
        assert second.json()["code"] == "identity.wrong_bind_code"
        assert (await old.get("/session")).status_code == 401
        assert (await (await api("nurse")).get("/session")).json()["roles"] == ["person"]

    @pytest.mark.parametrize(("minutes", "status"), [(9.99, 200), (10, 422)])
    async def test_it_lives_for_ten_minutes(self, api, actor, clock, town, *, minutes, status):
        stranger = await api("stranger")
        _, bind = await self.prepared(actor, clock, town)
        clock.advance(minutes=minutes)

        assert (await stranger.post("/session/bind", json={"code": bind.code})).status_code == status

    async def test_a_new_code_kills_the_one_before(self, api, actor, clock, town):
        stranger = await api("stranger")
        card, first = await self.prepared(actor, clock, town)
        await doors.issue_bind_code(actor=await actor("he"), account_uid=card.account_uid, now=clock())

        assert (await stranger.post("/session/bind", json={"code": first.code})).status_code == 422

    async def test_guessing_ends_after_five_tries_even_with_the_right_code(self, api, actor, clock, town):
        stranger = await api("stranger")
        _, bind = await self.prepared(actor, clock, town)
        for _ in range(5):
            assert (await stranger.post("/session/bind", json={"code": "AAAABBBB"})).status_code == 422

        assert (await stranger.post("/session/bind", json={"code": bind.code})).status_code == 429

    async def test_an_auditor_on_probation_cannot_become_moderator_by_binding(self, api, actor, clock, town):
        root = await actor("root")
        stranger = await api("stranger")
        for role, status in ((Role.AUDITOR, 200), (Role.MODERATOR, 409)):
            card = await actions.create_staff(
                actor=root,
                name="某人",
                role=role,
                institution_uid=town.alliance.civil_affairs,
                starts_at=clock(),
                ends_at=None,
                now=clock(),
            )
            bind = await doors.issue_bind_code(actor=root, account_uid=card.account_uid, now=clock())
            answer = await stranger.post("/session/bind", json={"code": bind.code})
            assert answer.status_code == status, answer.text
            stranger = await api("stranger")


class TestRevocation:
    """T7: what is taken away is gone on the very next request."""

    async def test_a_role_that_ends_signs_out_at_once(self, api, actor, clock, town):
        nurse = await api("nurse")
        grant = await RoleGrant.get(account__uid=town.identity.accounts["nurse"])

        await actions.end_role(actor=await actor("he"), grant_uid=grant.uid, reason="离职", now=clock())

        assert (await nurse.get("/session")).status_code == 401

    async def test_a_role_whose_time_is_over_is_gone_at_that_very_instant(self, api, clock, town):
        nurse = await api("nurse")
        end = clock() + timedelta(hours=1)
        await RoleGrant.filter(account__uid=town.identity.accounts["nurse"]).update(ends_at=end)

        clock.set(end - timedelta(microseconds=1))
        assert "nurse" in (await nurse.get("/session")).json()["roles"]
        clock.set(end)
        assert (await nurse.get("/session")).json()["roles"] == ["person"]

    async def test_a_closed_account_is_out_at_once(self, api, actor, clock, town):
        nurse = await api("nurse")

        await actions.close_account(
            actor=await actor("root"), account_uid=town.identity.accounts["nurse"], reason="离职", now=clock()
        )

        assert (await nurse.get("/session")).status_code == 401

    async def test_a_live_session_of_a_closed_account_is_none(self, api, town):
        daughter = await api("daughter")

        await Account.filter(uid=town.identity.accounts["daughter"]).update(status=AccountStatus.CLOSED)

        assert (await daughter.get("/session")).status_code == 401

    async def test_the_core_knows_her_no_more_either(self, actor, clock, town):
        uid = town.identity.accounts["nurse"]
        await actions.close_account(actor=await actor("root"), account_uid=uid, reason="离职", now=clock())

        with pytest.raises(DomainError) as refused:
            await actor_of(account_uid=uid, channel=Channel.MINI_PROGRAM, now=clock())

        assert refused.value.code == "kit.not_found"
