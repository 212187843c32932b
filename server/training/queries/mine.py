"""What a member of staff sees of their own: certificates, what their work asks for, and where to go for it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from server.alliance.queries import parameter
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.identity.models import TrainingRecord
from server.identity.rules import TrainingState, training_state
from server.kit.clock import local_date
from server.training.access import sessions_visible_to
from server.training.models import TrainingAttendance, TrainingSession
from server.training.queries.sessions import CourseSessionCard, session_card
from server.training.queries.standing import valid_courses
from server.training.rules import REQUIREMENTS, SessionStatus, required_of

MOST = 100
MOST_COMING = 20


@dataclass(frozen=True)
class CertificateCard:
    uid: str
    title: str
    certificate_number: str
    completed_on: date
    last_day: date | None
    state: TrainingState


@dataclass(frozen=True)
class NeedCard:
    course: str
    title: str
    held: bool
    blocks: bool  # without it nobody is sent on a round


@dataclass(frozen=True)
class MyTraining:
    certificates: tuple[CertificateCard, ...]
    needs: tuple[NeedCard, ...]
    coming: tuple[CourseSessionCard, ...]
    attended: tuple[str, ...]  # uids of those among them to which one has signed in


async def my_training(*, actor: Actor, now: datetime) -> MyTraining:
    today = local_date(now)
    days = await parameter("identity.training_notice_days", on=today)
    rows = TrainingRecord.filter(account_id=actor.account_id, struck_out_at__isnull=True)
    found = await rows.order_by("-completed_on", "-id").limit(MOST)
    held = (await valid_courses([actor.account_id or 0], day=today)).get(actor.account_id or 0, set())
    coming = await _coming(actor, now)
    return MyTraining(
        certificates=tuple(
            CertificateCard(
                uid=row.uid,
                title=row.title,
                certificate_number=row.certificate_number,
                completed_on=row.completed_on,
                last_day=row.expires_on - timedelta(days=1) if row.expires_on else None,
                state=training_state(row.expires_on, today=today, notice_days=days),
            )
            for row in found
        ),
        needs=_needs(actor, held),
        coming=coming,
        attended=await _attended(actor, coming),
    )


def _needs(actor: Actor, held: set[str]) -> tuple[NeedCard, ...]:
    roles = {grant.role for grant in actor.grants}
    blocks = {each.course for each in REQUIREMENTS if each.role in roles and each.blocks}
    needed = {course.code: course for role in sorted(roles) for course in required_of(role)}
    return tuple(
        NeedCard(code, course.title, code in held, code in blocks) for code, course in needed.items()
    )


async def _coming(actor: Actor, now: datetime) -> tuple[CourseSessionCard, ...]:
    visible = await sessions_visible_to(actor=actor, permission=Permission.TRAINING_ATTEND, now=now)
    rows = TrainingSession.filter(visible, status=SessionStatus.PLANNED, ends_at__gte=now)
    found = await rows.select_related("institution").order_by("starts_at", "id").limit(MOST_COMING)
    return tuple(session_card(row) for row in found)


async def _attended(actor: Actor, coming: tuple[CourseSessionCard, ...]) -> tuple[str, ...]:
    uids = [each.uid for each in coming]
    rows = TrainingAttendance.filter(account_id=actor.account_id, session__uid__in=uids) if uids else None
    return tuple([str(each) for each in await rows.values_list("session__uid", flat=True)]) if rows else ()
