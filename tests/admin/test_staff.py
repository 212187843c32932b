"""Who works here, as what, from when to when, on which phone."""

import re
from datetime import timedelta

import pyotp
import pytest

from server.audit.models import AuditEntry
from server.authority.actor import Channel
from server.authority.permissions import Role
from server.demo import cast
from server.identity.models import Account, ConsoleCredential, Device, RoleGrant, StaffBindCode
from server.identity.queries import actor_of
from server.identity.rules import digest
from server.kit.idempotency import AnsweredRequest
from server.kit.sealing import open_sealed

ONCE = re.compile(r'class="once[^"]*">\s*([^<]+?)\s*<')


def post_at(town, house, role):
    return f"{getattr(town.alliance, house)}:{role}"


async def grant_of(town, key):
    return await RoleGrant.get(account__uid=town.identity.accounts[key])


class TestList:
    async def test_a_manager_sees_the_staff_of_her_own_home_and_of_no_other(self, console, town):
        page = (await (await console("he")).get("/admin/staff")).text

        assert "李秀英" in page
        assert "孙小芳" not in page
        assert "林致远" not in page

    async def test_the_system_administrator_sees_everybody(self, console):
        page = (await (await console("root")).get("/admin/staff")).text

        assert "李秀英" in page
        assert "孙小芳" in page

    @pytest.mark.parametrize("login", ["qian", "shen", "zheng", "xu"])
    async def test_it_is_not_for_those_who_manage_nobody(self, console, login):
        assert (await (await console(login)).get("/admin/staff")).status_code == 403

    async def test_those_who_left_are_on_the_other_list(self, console, town, clock):
        await RoleGrant.filter(account__uid=town.identity.accounts["nurse"]).update(ends_at=clock())
        page = await console("he")

        assert "李秀英" not in (await page.get("/admin/staff")).text
        assert "李秀英" in (await page.get("/admin/staff?past=true")).text


class TestTakeOn:
    async def test_a_nurse_for_a_time(self, console, town, clock):
        page = await console("he")

        answer = await page.submit(
            "/admin/staff",
            {"name": "钱小红", "post": post_at(town, "yihe", "nurse"), "last_day": "2026-03-31"},
        )

        assert answer.status_code == 200, answer.text
        grant = await RoleGrant.get(account__name="钱小红")
        assert grant.role is Role.NURSE
        assert grant.starts_at == clock()
        assert grant.ends_at.isoformat() == "2026-03-31T16:00:00+00:00"  # the 31st is still hers
        assert await AuditEntry.filter(action="identity.role_granted", subject_uid=grant.uid).exists()

    async def test_with_a_login_she_gets_secrets_that_are_shown_once_and_kept_nowhere(
        self, console, town, clock, anonymous, browser_for
    ):
        page = await console("he")
        form = {"name": "钱小红", "post": post_at(town, "yihe", "home_manager"), "login": "Hong"}

        answer = await page.submit("/admin/staff", form, key="one-and-the-same-key")
        again = await page.submit("/admin/staff", form, key="one-and-the-same-key")

        login, password, secret = ONCE.findall(answer.text)
        assert login == "hong"
        assert again.status_code == 303
        stored = repr(await AnsweredRequest.all().values()) + repr(await AuditEntry.all().values())
        assert password not in stored
        assert secret not in stored
        credential = await ConsoleCredential.get(login="hong")
        assert (
            open_sealed(credential.totp_sealed, place=f"console_credential.totp|{credential.uid}") == secret
        )
        signed_in = await browser_for("hong", password, pyotp.TOTP(secret).at(clock()))
        assert signed_in.status_code == 303

    @pytest.mark.parametrize(
        ("house", "role", "code"),
        [
            ("yihe", "clinician", "identity.role_does_not_fit"),
            ("songhe", "nurse", "identity.not_yours_to_give"),
            ("health_center", "clinician", "identity.not_yours_to_give"),
            ("civil_affairs", "auditor", "identity.not_yours_to_give"),
        ],
    )
    async def test_not_elsewhere_and_not_as_what_is_not_hers_to_give(self, console, town, house, role, code):
        page = await console("he")

        answer = await page.submit("/admin/staff", {"name": "钱小红", "post": post_at(town, house, role)})

        assert code in answer.text
        assert not await Account.filter(name="钱小红").exists()

    async def test_an_administrator_is_made_by_administrators_only(self, console):
        form = {"name": "钱小红", "post": "-:administrator"}

        assert "not_yours_to_give" in (await (await console("he")).submit("/admin/staff", form)).text
        assert (await (await console("root")).submit("/admin/staff", form)).status_code == 200

    @pytest.mark.parametrize(
        "wrong",
        [
            {"post": "x"},
            {"post": "-:king"},
            {"name": ""},
            {"first_day": "1900-01-01"},
            {"last_day": "9999-12-31"},
        ],
    )
    async def test_nonsense_is_refused(self, console, town, wrong):
        page = await console("he")

        answer = await page.submit(
            "/admin/staff", {"name": "钱小红", "post": post_at(town, "yihe", "nurse"), **wrong}
        )

        assert answer.status_code == 422

    async def test_a_period_that_ends_before_it_begins_is_refused(self, console, town):
        page = await console("he")
        form = {
            "name": "钱小红",
            "post": post_at(town, "yihe", "nurse"),
            "first_day": "2026-04-02",
            "last_day": "2026-04-01",
        }

        assert "identity.period_backwards" in (await page.submit("/admin/staff", form)).text

    async def test_a_login_is_nobody_elses(self, console, town):
        page = await console("he")
        form = {"name": "钱小红", "post": post_at(town, "yihe", "nurse"), "login": "song"}

        assert "identity.login_taken" in (await page.submit("/admin/staff", form)).text
        assert not await Account.filter(name="钱小红").exists()


class TestRoles:
    async def test_one_person_works_at_two_homes_for_overlapping_times(self, console, town, clock):
        """A24: several workplaces and periods; each counts within its own, the end exclusive."""
        uid = town.identity.accounts["nurse"]
        root = await console("root")
        form = {"post": post_at(town, "songhe", "nurse"), "first_day": "2026-03-10", "last_day": "2026-03-10"}
        assert (await root.submit(f"/admin/staff/{uid}/roles", form)).status_code == 303
        second = await RoleGrant.get(account__uid=uid, starts_at__gt=clock())

        homes = []
        for instant in (
            second.starts_at - timedelta(microseconds=1),
            second.starts_at,
            second.ends_at - timedelta(microseconds=1),
            second.ends_at,
        ):
            nurse = await actor_of(account_uid=uid, channel=Channel.MINI_PROGRAM, now=instant)
            homes.append(len([grant for grant in nurse.grants if grant.role is Role.NURSE]))

        assert homes == [1, 2, 2, 1]

    async def test_the_same_role_twice_at_once_is_refused(self, console, town):
        page = await console("he")

        answer = await page.submit(
            f"/admin/staff/{town.identity.accounts['nurse']}/roles", {"post": post_at(town, "yihe", "nurse")}
        )

        assert "identity.role_held_already" in answer.text

    async def test_but_after_its_end_it_may_begin_again(self, console, town, clock):
        page = await console("he")
        uid = town.identity.accounts["nurse"]
        end = clock() + timedelta(days=30)
        await RoleGrant.filter(account__uid=uid).update(ends_at=end.replace(hour=16, minute=0))

        answer = await page.submit(
            f"/admin/staff/{uid}/roles", {"post": post_at(town, "yihe", "nurse"), "first_day": "2026-04-02"}
        )

        assert answer.status_code == 303

    @pytest.mark.parametrize("role", ["auditor", "moderator"])
    async def test_the_three_separated_duties_stay_apart(self, console, town, role):
        """GB/T 22239-2019: system, security and audit administrators are three people."""
        root = await console("root")
        other = await root.submit("/admin/staff", {"name": "第二管理员", "post": "-:administrator"})
        assert other.status_code == 200
        uid = (await Account.get(name="第二管理员")).uid

        answer = await root.submit(
            f"/admin/staff/{uid}/roles", {"post": post_at(town, "civil_affairs", role)}
        )

        assert "identity.conflicting_duties" in answer.text

    async def test_nobody_promotes_herself(self, console, town):
        page = await console("he")

        answer = await page.submit(
            f"/admin/staff/{town.identity.accounts['he']}/roles", {"post": post_at(town, "yihe", "nurse")}
        )

        assert "identity.not_to_yourself" in answer.text

    async def test_ending_one_needs_a_reason_and_works_once(self, console, town, clock):
        page = await console("he")
        grant = await grant_of(town, "nurse")
        assert (await page.submit(f"/admin/staff/roles/{grant.uid}/end", {})).status_code == 422

        assert (
            await page.submit(f"/admin/staff/roles/{grant.uid}/end", {"reason": "合同到期"})
        ).status_code == 303

        ended = await grant_of(town, "nurse")
        assert (ended.ends_at, ended.ended_reason) == (clock(), "合同到期")
        again = await page.submit(f"/admin/staff/roles/{grant.uid}/end", {"reason": "再来一次"})
        assert "identity.ended_already" in again.text

    @pytest.mark.parametrize("key", ["other_nurse", "doctor", "zheng"])
    async def test_other_institutions_staff_do_not_exist_for_her(self, console, town, key):
        page = await console("he")
        uid = town.identity.accounts[key]
        grant = await grant_of(town, key)

        assert (await page.get(f"/admin/staff/{uid}")).status_code == 404
        for path in (f"roles/{grant.uid}/end", f"{uid}/close"):
            assert (await page.submit(f"/admin/staff/{path}", {"reason": "不归我管"})).status_code == 404
        for path in ("bind-code", "password-reset"):
            assert (await page.submit(f"/admin/staff/{uid}/{path}")).status_code == 404
        assert (await grant_of(town, key)).ends_at is None


class TestWaysIn:
    async def test_a_bind_code_is_shown_once_and_kept_as_a_digest(self, console, town, clock):
        page = await console("he")

        answer = await page.submit(f"/admin/staff/{town.identity.accounts['nurse']}/bind-code")

        code = ONCE.findall(answer.text)[0].replace(" ", "")
        row = await StaffBindCode.get()
        assert len(code) == 8
        assert row.expires_at == clock() + timedelta(minutes=10)
        assert "09:10" in answer.text
        assert code not in repr(await StaffBindCode.all().values()) + repr(
            await AnsweredRequest.all().values()
        )

    async def test_who_works_elsewhere_too_gets_her_way_in_from_the_system_administrator(self, console, town):
        """A manager who hands out a way to sign in could use it, and would then act at the other home."""
        uid = town.identity.accounts["nurse"]
        await (await console("root")).submit(
            f"/admin/staff/{uid}/roles", {"post": post_at(town, "songhe", "nurse")}
        )
        page = await console("he")

        answers = [
            await page.submit(f"/admin/staff/{uid}/bind-code"),
            await page.submit(f"/admin/staff/{uid}/login", {"login": "xiuying"}),
        ]

        assert all("identity.not_yours_to_give" in answer.text for answer in answers)

    async def test_a_phone_is_approved_by_somebody_else(self, console, town, clock):
        page = await console("he")
        he = await Account.get(uid=town.identity.accounts["he"])
        own = await Device.create(account=he, secret_hash=digest("own"), label="x", created_at=clock())

        assert (
            "identity.not_to_yourself" in (await page.submit(f"/admin/staff/devices/{own.uid}/approve")).text
        )

    async def test_an_approval_is_given_once(self, console, town):
        page = await console("he")
        phone = await Device.get(account__uid=town.identity.accounts["nurse"])

        assert (
            "identity.approved_already"
            in (await page.submit(f"/admin/staff/devices/{phone.uid}/approve")).text
        )

    async def test_a_phone_that_waits_is_on_the_list_and_on_the_home_page(self, console, town):
        await Device.filter(account__uid=town.identity.accounts["nurse"]).update(approved_at=None)
        page, other = await console("he"), await console("song")

        assert "等您批准的工作手机" in (await page.get("/admin/staff")).text
        assert "台工作手机等您批准" in (await page.get("/admin")).text
        assert "台工作手机等您批准" not in (await other.get("/admin")).text

    async def test_another_homes_phone_is_not_there(self, console, town):
        page = await console("he")
        phone = await Device.get(account__uid=town.identity.accounts["other_nurse"])

        for verb in ("approve", "withdraw"):
            assert (await page.submit(f"/admin/staff/devices/{phone.uid}/{verb}")).status_code == 404

    async def test_a_reset_ends_the_old_password_and_the_old_second_factor(
        self, console, town, clock, browser_for
    ):
        root, he = await console("root"), await console("he")
        clock.advance(seconds=60)

        answer = await root.submit(f"/admin/staff/{town.identity.accounts['he']}/password-reset")

        _, password, secret = ONCE.findall(answer.text)
        assert (await he.get("/admin")).status_code == 303
        old = await browser_for("he", cast.CONSOLE_PASSWORD, pyotp.TOTP(cast.TOTP_SECRET).at(clock()))
        assert old.status_code == 422
        assert (await browser_for("he", password, pyotp.TOTP(secret).at(clock()))).status_code == 303

    async def test_an_account_is_closed_by_the_system_administrator_alone(self, console, town):
        uid = town.identity.accounts["nurse"]

        assert (
            await (await console("he")).submit(f"/admin/staff/{uid}/close", {"reason": "离职"})
        ).status_code == 404
        assert (
            await (await console("root")).submit(f"/admin/staff/{uid}/close", {"reason": "离职"})
        ).status_code == 303
