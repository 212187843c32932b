"""A past of courses for `make run`: who was there, what runs out soon, and a doctor who practises at two places."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.alliance.models import Institution
from server.authority.permissions import Role
from server.demo.training import certificate
from server.demo.visits import crew_of
from server.identity.models import Account, RoleGrant
from server.identity.rules import Engagement
from server.kit.clock import local_date
from server.training import actions
from server.training.actions import Planned
from server.training.models import TrainingAttendance, TrainingSession
from server.training.rules import Means, OpenTo

AT_HOMES = {"nurse": "yihe", "other_nurse": "songhe"}


@dataclass(frozen=True)
class SchoolingTown:
    session: str  # finished last month


async def load(town: Any, *, now: datetime) -> SchoolingTown:
    for key, house in AT_HOMES.items():
        await certificate(town, key, house, "care_pre_service", now - timedelta(days=300))
    await certificate(town, "nurse", "yihe", "care_grade", now - timedelta(days=280))
    await certificate(
        town, "nurse", "yihe", "care_annual", now - timedelta(days=345)
    )  # runs out in three weeks
    uid = await _last_month(town, now)
    await _at_two_places(town, now)
    return SchoolingTown(uid)


async def _last_month(town: Any, now: datetime) -> str:
    crew, began = await crew_of(town, now), now - timedelta(days=30)
    planned = Planned(
        "emergency", "颐和养老院活动室", "急救中心 陆老师", began, began + timedelta(hours=3), 25, OpenTo.OWN
    )
    uid = await actions.plan_session(
        actor=crew.he, institution_uid=town.alliance.yihe, planned=planned, now=began - timedelta(days=5)
    )
    row = await TrainingSession.get(uid=uid)
    nurse = await Account.get(uid=town.identity.accounts["nurse"])
    await TrainingAttendance(
        session_id=row.id,
        account_id=nurse.id,
        institution_id=row.institution_id,
        means=Means.SCAN,
        entered_by_id=nurse.id,
        created_at=began,
    ).save()
    await TrainingSession.filter(id=row.id).update(taken=1)
    await actions.finish_session(actor=crew.he, uid=uid, now=began + timedelta(hours=3))
    return uid


async def _at_two_places(town: Any, now: datetime) -> None:
    doctor = await Account.get(uid=town.identity.accounts["doctor"])
    place = await Institution.get(uid=town.alliance.second_hospital)
    await RoleGrant(
        account=doctor,
        institution=place,
        role=Role.CLINICIAN,
        starts_at=now - timedelta(days=90),
        engagement=Engagement.MULTI_SITE,
        registration_number="云多执 2025-0117",
        registration_ends_on=local_date(now) + timedelta(days=25),
        note="每周三下午门诊",
        created_at=now - timedelta(days=90),
    ).save()
