"""What the town's clinicians have learnt, and a course this afternoon that is open to the whole alliance."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from server.alliance.models import Institution
from server.demo.visits import crew_of
from server.identity.models import Account, TrainingRecord
from server.kit.clock import local_date, start_of_day
from server.training import actions
from server.training.actions import Planned
from server.training.rules import OpenTo, course_on_paper, runs_out_on

LEARNT_AGO = timedelta(days=120)
LICENSED_ON = date(2005, 7, 1)  # long before any course was taught here
CLINICIANS = {
    "doctor": "health_center",
    "feng": "health_center",
    "zhao": "first_hospital",
    "sun": "second_hospital",
}
NEEDED = ("round_pre_service", "infection_control", "practice_licence")
AFTERNOON = timedelta(hours=14, minutes=30)


@dataclass(frozen=True)
class TrainingTown:
    session: str  # this afternoon's, of the health center, open to the alliance


async def load(town: Any, *, now: datetime) -> TrainingTown:
    for key, house in CLINICIANS.items():
        for course in NEEDED:
            on = LICENSED_ON if course == "practice_licence" else None
            await certificate(town, key, house, course, now - LEARNT_AGO, on=on)
    crew = await crew_of(town, now)
    begins = start_of_day(local_date(now)) + AFTERNOON
    uid = await actions.plan_session(
        actor=crew.feng,
        institution_uid=town.alliance.health_center,
        planned=Planned(
            course="infection_control",
            place="河东社区卫生服务中心三楼会议室",
            trainer="周护士长",
            starts_at=begins,
            ends_at=begins + timedelta(hours=2),
            seats=20,
            open_to=OpenTo.ALLIANCE,
        ),
        now=now - timedelta(days=7),
    )
    return TrainingTown(uid)


async def certificate(
    town: Any, key: str, house: str, code: str, at: datetime, *, on: date | None = None
) -> None:
    """Lay down a certificate as somebody else entered it from paper."""
    account, desk = (
        await Account.get(uid=town.identity.accounts[key]),
        await Account.get(uid=town.identity.accounts["root"]),
    )
    institution = await Institution.get(uid=getattr(town.alliance, house))
    day = on or local_date(at)
    course = course_on_paper(code, day)
    await TrainingRecord(
        account_id=account.id,
        institution_id=institution.id,
        title=course.title,
        certificate_number=f"云培{day:%Y}-{account.id:04d}",
        completed_on=day,
        expires_on=runs_out_on(course, day),
        recorded_by_id=desk.id,
        course=course.code,
        course_version=course.version,
        created_at=at,
    ).save()
