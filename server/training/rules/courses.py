"""Courses and who needs which, as versioned data (A17).

A certificate keeps the course's code and version: what was asked then can be read for ever. A new version is a new line
with the day from which it is taught; earlier certificates stay valid until their own end.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.alliance.rules import Confidence
from server.authority.permissions import Role
from server.kit.months import months_after
from server.training.errors import UnknownCourse


class CourseKind(StrEnum):
    PRE_SERVICE = "pre_service"
    ANNUAL = "annual"
    EMERGENCY = "emergency"
    INFECTION_CONTROL = "infection_control"
    CERTIFICATE = "certificate"  # a licence or a grade of skill: given by others, entered from paper


KIND_WORDS: Mapping[CourseKind, str] = {
    CourseKind.PRE_SERVICE: "岗前培训",
    CourseKind.ANNUAL: "年度培训",
    CourseKind.EMERGENCY: "急救",
    CourseKind.INFECTION_CONTROL: "感染防控",
    CourseKind.CERTIFICATE: "资格证书",
}


@dataclass(frozen=True)
class Course:
    code: str
    version: int
    title: str
    kind: CourseKind
    hours: int
    months: int | None  # how long its certificate holds; None: it does not run out
    source: str
    confidence: Confidence = "assumed"
    since: date = date(2024, 1, 1)


_K = CourseKind
COURSES: tuple[Course, ...] = (
    Course(
        "round_pre_service",
        1,
        "上门巡诊岗前培训",
        _K.PRE_SERVICE,
        8,
        None,
        "政策② 岗前培训率 90%→100%；课程名称和课时自拟",
    ),
    Course(
        "infection_control",
        1,
        "感染防控与手卫生",
        _K.INFECTION_CONTROL,
        4,
        12,
        "医疗机构感染预防与控制基本制度要求全员培训（记忆）；课时和一年有效期自拟",
    ),
    Course(
        "emergency",
        1,
        "急救与心肺复苏",
        _K.EMERGENCY,
        8,
        24,
        "救护员证一般两到三年复训（记忆）；取两年，课时自拟",
    ),
    Course(
        "care_pre_service",
        1,
        "养老护理员岗前培训",
        _K.PRE_SERVICE,
        40,
        None,
        "政策② 岗前培训率 90%→100%；课时自拟",
    ),
    Course("care_annual", 1, "养老护理年度培训", _K.ANNUAL, 20, 12, "facts/domain.md 培训；课时自拟"),
    Course(
        "practice_licence",
        1,
        "医师或护士执业证书",
        _K.CERTIFICATE,
        0,
        None,
        "医师法、护士条例：持证执业；护士证五年延续，按证书填有效期",
        "high",
    ),
    Course(
        "care_grade",
        1,
        "养老护理员职业技能等级证书",
        _K.CERTIFICATE,
        0,
        None,
        "政策② 持证率 85%→95%；养老护理员国家职业技能标准",
        "medium",
    ),
    Course(
        "ability_assessor",
        1,
        "老年人能力评估员证书",
        _K.CERTIFICATE,
        0,
        None,
        "人社部 2020 年新职业“老年人能力评估师”（记忆）；能力评估须持证为自拟，没有结束日",
    ),
)


@dataclass(frozen=True)
class Requirement:
    """Who needs a course; where it `blocks`, nobody without it is assigned to a round."""

    role: Role
    course: str
    blocks: bool = False


VERSION = "2026-11"  # of the requirements below, for whoever asks by what a rate was counted
REQUIREMENTS: tuple[Requirement, ...] = (
    Requirement(Role.CLINICIAN, "round_pre_service", blocks=True),
    Requirement(Role.CLINICIAN, "infection_control", blocks=True),
    Requirement(Role.CLINICIAN, "practice_licence"),
    Requirement(Role.HOSPITAL_MANAGER, "round_pre_service", blocks=True),  # when they come along on a round
    Requirement(Role.HOSPITAL_MANAGER, "infection_control", blocks=True),
    Requirement(Role.NURSE, "care_pre_service"),
    Requirement(Role.NURSE, "care_annual"),
    Requirement(Role.NURSE, "emergency"),
    Requirement(Role.NURSE, "care_grade"),
)
COUNTED_ROLES = (Role.CLINICIAN, Role.NURSE)  # those whose work is with residents: of whom rates are counted
OF_CODE: Mapping[str, tuple[Course, ...]] = {
    course.code: tuple(each for each in COURSES if each.code == course.code) for course in COURSES
}
NEWEST: Mapping[str, Course] = {
    code: max(versions, key=lambda each: each.version) for code, versions in OF_CODE.items()
}


def course_on(code: str, day: date) -> Course:
    """Return the version that is taught on a day; an unknown code, or a day before the first, is refused."""
    course = course_on_paper(code, day)
    if day < course.since:
        raise UnknownCourse
    return course


def course_on_paper(code: str, day: date) -> Course:
    """Return the version to which a certificate of a day belongs; what is older than the first counts as the first.

    From when on a version is taught binds the sessions held here: a licence of twenty years ago is a licence.
    """
    versions = OF_CODE.get(code, ())
    if not versions:
        raise UnknownCourse
    taught = [each for each in versions if each.since <= day]
    return max(taught or versions[:1], key=lambda each: each.version)


def required_of(role: Role, *, kind: CourseKind | None = None) -> tuple[Course, ...]:
    needed = [NEWEST[each.course] for each in REQUIREMENTS if each.role is role]
    return tuple(each for each in needed if kind is None or each.kind is kind)


def blocking(roles: Iterable[Role]) -> frozenset[str]:
    """Return the courses without which somebody in these roles is not assigned; any one role that fits is enough."""
    sets = [
        frozenset(each.course for each in REQUIREMENTS if each.role is role and each.blocks) for role in roles
    ]
    return min(sets, key=len, default=frozenset())


def runs_out_on(course: Course, completed_on: date) -> date | None:
    """Return the first day on which a certificate no longer holds: the same day of the month, so many months on."""
    return None if course.months is None else months_after(completed_on, course.months)


def counts(completed_on: date, expires_on: date | None, *, day: date, grace_days: int = 0) -> bool:
    """Tell whether a certificate holds on a day; a run-out one still does for the days of grace."""
    if completed_on > day:
        return False
    return expires_on is None or (day - expires_on).days < grace_days
