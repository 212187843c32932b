"""Courses announced, scanned into, written down from paper, finished; certificates run out, are struck out, and bar from rounds."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import ClassVar

from server.alliance.models import ServiceAgreement
from server.identity.models import TrainingRecord
from server.kit.clock import SHANGHAI, local_date
from server.training.actions import sweep_certificates, sweep_sessions
from server.training.codes import shown_code
from server.training.models import TrainingSession
from server.training.rules import STATUS_WORDS, SessionStatus
from tests.architecture.subjects import NOW
from tests.machines.playing import DONE, NOT_THEIRS, NOT_THERE, Machine, mostly, one_of

MONTHS = {"infection_control": 12, "emergency": 24}  # how long a certificate holds
BLOCKS = ("infection_control", "round_pre_service")  # without these nobody is sent on a round
HOSTS = {"feng": "health_center", "he": "yihe", "zhao": "first_hospital"}
STAFF = {"doctor": "health_center", "nurse": "yihe", "other_nurse": "songhe"}  # who come and scan
MANAGERS = {"feng": "health_center", "he": "yihe", "song": "songhe"}  # who write their staff down from paper
EARLY, LATE, UNFINISHED = timedelta(minutes=30), timedelta(minutes=60), timedelta(hours=24)
NOTICES = (30, 7)
NOT_THIS = "training.not_this_session"


@dataclass
class Course:
    uid: str
    number: int
    code: str
    host: str
    everybody: bool  # of the alliance, else the host's own staff
    starts_at: datetime
    ends_at: datetime
    seats: int
    status: SessionStatus = SessionStatus.PLANNED
    there: list[str] = field(default_factory=list)
    told: bool = False  # that nobody finished it

    def invites(self, house: str) -> bool:
        return self.everybody or house == self.host

    def word_for(self, who: str) -> str:
        """Foretell what becomes of the wish for a seat of somebody who is invited, in time."""
        if who in self.there:
            return "training.attended_already"
        if self.status is not SessionStatus.PLANNED:
            return NOT_THIS
        return DONE if len(self.there) < self.seats else "training.session_full"


@dataclass
class Certificate:
    uid: str
    who: str
    course: str
    completed_on: date
    expires_on: date | None
    struck_out: bool = False
    told_days: int | None = None

    def holds(self, day: date) -> bool:
        return (
            not self.struck_out
            and self.completed_on <= day
            and (self.expires_on is None or day < self.expires_on)
        )


@dataclass
class Courses(Machine):
    courses: list[Course] = field(default_factory=list)
    papers: list[Certificate] = field(default_factory=list)
    agreed_until: date = date.max
    told_of: dict[str, int] = field(default_factory=lambda: {"certificate_ending": 0, "unfinished": 0})

    moves: ClassVar = (
        "plan", "plan", "scan", "scan", "scan", "scan", "enter", "enter", "finish", "finish", "cancel", "assign", "assign",
        "assign", "record", "strike_out", "time_passes", "time_passes", "time_passes",
    )  # fmt: skip
    needs: ClassVar = {each: {SessionStatus.PLANNED} for each in ("scan", "enter", "finish", "cancel")}
    sweeps: ClassVar = (sweep_certificates, sweep_sessions)

    def states(self) -> set[SessionStatus]:
        return {each.status for each in self.courses}

    async def look_around(self) -> None:
        await self._learn("health_center", everybody=True)
        keys = {uid: key for key, uid in self.town.identity.accounts.items()}
        for row in await TrainingRecord.all().order_by("id").select_related("account"):
            assert row.course is not None
            paper = Certificate(row.uid, keys[row.account.uid], row.course, row.completed_on, row.expires_on)
            self.papers.append(paper)
        agreement = await ServiceAgreement.get(uid=self.town.alliance.yihe_health_center)
        self.agreed_until = agreement.last_day

    async def _learn(self, host: str, *, everybody: bool) -> None:
        row = await TrainingSession.all().order_by("-id").first()
        assert row is not None
        self.courses.append(
            Course(row.uid, row.id, row.course, host, everybody, row.starts_at, row.ends_at, row.seats)
        )

    async def check(self, number: int) -> None:
        who = one_of(list(STAFF), number)
        told = await self.asks(who, "/training")
        held = [each for each in self.papers if each.who == who and not each.struck_out]
        assert sorted(
            (each["uid"], each["completed_on"], each["last_day"]) for each in told["certificates"]
        ) == sorted((each.uid, each.completed_on.isoformat(), _last_day(each)) for each in held), self.told
        if who == "doctor":
            assert {each["course"]: each["held"] for each in told["needs"] if each["blocks"]} == {
                course: self._has("doctor", course, self.today) for course in BLOCKS
            }, self.told
        course = one_of(self.courses[::-1], number)
        page = await self.page(
            next(each for each, house in HOSTS.items() if house == course.host), f"/courses/{course.uid}"
        )
        assert f">{STATUS_WORDS[course.status]}</span>" in page, self.told
        for topic, times in self.told_of.items():
            assert await self.said(f"training.{topic}") == times, (topic, self.told)

    @property
    def today(self) -> date:
        return local_date(self.now)

    # What the people do

    async def plan(self, one: int, two: int) -> None:
        who, everybody = mostly(list(HOSTS), ("song",), one), bool(two % 2)
        who, host = ("song", "yihe") if who not in HOSTS else (who, HOSTS[who])
        starts = self.now.astimezone(SHANGHAI) + timedelta(minutes=(0, 20, 120)[two % 3])
        says = {
            "institution": getattr(self.town.alliance, host), "course": one_of(list(MONTHS), one),
            "place": "三楼", "trainer": "周老师", "starts_at": f"{starts:%Y-%m-%dT%H:%M}", "minutes": "60",
            "seats": str(1 + one % 2), "open_to": "alliance" if everybody else "own",
        }  # fmt: skip
        if (
            await self.does(who, "POST", "/courses", says, allowed=[DONE if who in HOSTS else NOT_THERE])
        ).done:
            await self._learn(host, everybody=everybody)

    async def scan(self, one: int, two: int) -> None:
        who, course = mostly(list(STAFF), ("wang",), one), self._course(two)
        kind = one_of(("shown", "shown", "shown", "shown", "of an hour ago", "of another house"), one)
        at = self.now - timedelta(hours=kind == "of an hour ago")
        code = shown_code(session_id=course.number, now=at)
        if who == "wang":
            word = NOT_THEIRS
        elif kind == "of another house":
            code, word = f"X{code[1:]}", "training.code_not_ours"
        elif kind == "of an hour ago":
            word = "training.code_over"
        elif not course.starts_at - EARLY <= self.now <= course.ends_at + LATE:
            word = "training.outside_hours"
        else:
            word = course.word_for(who) if course.invites(STAFF[who]) else "training.not_invited"
        if (await self.does(who, "POST", "/training/attendances", {"code": code}, allowed=[word])).done:
            course.there.append(who)

    async def enter(self, one: int, two: int) -> None:
        """Write somebody down from the paper list."""
        who, course = one_of(list(MANAGERS), one), self._course(two)
        house = MANAGERS[who]
        own = next(each for each, place in STAFF.items() if place == house)
        whom = mostly((own,), (who, *STAFF), one)
        word = NOT_THERE
        if course.invites(house) and whom in {own, who}:
            word = "training.second_person_needed" if whom == who else course.word_for(whom)
            if whom != who and self.now < course.starts_at:
                word = "training.not_begun"
        says = {"person": self.town.identity.accounts[whom], "reason": "没有带手机"}
        if (await self.does(who, "POST", f"/courses/{course.uid}/attendances", says, allowed=[word])).done:
            course.there.append(whom)

    async def finish(self, one: int, two: int) -> None:
        course = self._course(two)
        who, word = self._holder(one, course)
        if word == DONE and self.now < course.starts_at:
            word = "training.not_begun"
        elif word == DONE and course.status is not SessionStatus.PLANNED:
            word = NOT_THIS
        if not (await self.does(who, "POST", f"/courses/{course.uid}/finish", allowed=[word])).done:
            return
        course.status, day = SessionStatus.FINISHED, local_date(course.starts_at)
        rows = await TrainingRecord.all().order_by("-id").limit(len(course.there))
        for person, row in zip(course.there, rows[::-1], strict=True):
            self.papers.append(
                Certificate(row.uid, person, course.code, day, _months_on(day, MONTHS[course.code]))
            )

    async def cancel(self, one: int, two: int) -> None:
        course = self._course(two)
        who, word = self._holder(one, course)
        if word == DONE and course.status is not SessionStatus.PLANNED:
            word = NOT_THIS
        path = f"/courses/{course.uid}/cancel"
        if two % 2 and (await self.does(who, "POST", path, {"reason": "老师病了"}, allowed=[word])).done:
            course.status = SessionStatus.CANCELLED

    async def assign(self, one: int, two: int) -> None:
        """Plan a round for the doctor, soon or in half a year: on that day everything that bars must hold."""
        day = self.today + timedelta(days=(1, 30, 150, 250)[one % 4])
        who, word = one_of(("feng", "he"), two), DONE
        if day > self.agreed_until:
            word = "alliance.no_agreement"
        elif not all(self._has("doctor", course, day) for course in BLOCKS):
            word = "training.untrained"
        says = {
            "home": self.town.alliance.yihe, "provider": self.town.alliance.health_center, "kind": "round",
            "starts_at": f"{day}T14:00", "ends_at": f"{day}T15:00", "service": "patrol",
            "residents": [self.town.people.wang], "clinicians": [self.town.identity.accounts["doctor"]],
        }  # fmt: skip
        await self.does(who, "POST", "/visits", says, allowed=[word])

    async def record(self, one: int, two: int) -> None:
        """Enter a certificate of the doctor's that came on paper."""
        who, course = mostly(("feng",), ("he", "qian"), one), one_of(BLOCKS, two)
        word = {"he": NOT_THERE, "qian": NOT_THEIRS}.get(who, DONE)
        day = self.today - timedelta(days=(0, 20, 200)[two % 3])
        says = {"place": self.town.alliance.health_center, "course": course, "completed_on": day.isoformat()}
        path = f"/staff/{self.town.identity.accounts['doctor']}/training"
        if (await self.does(who, "POST", path, says, allowed=[word])).done:
            row = await TrainingRecord.all().order_by("-id").first()
            assert row is not None
            ends = _months_on(day, MONTHS[course]) if course in MONTHS else None
            self.papers.append(Certificate(row.uid, "doctor", course, day, ends))

    async def strike_out(self, one: int, two: int) -> None:
        mine = [each for each in self.papers if each.who == "doctor"]
        who, paper = mostly(("feng",), ("he",), one), one_of(mine[::-1], two)
        word = NOT_THERE
        if who == "feng":
            word = "identity.struck_out_already" if paper.struck_out else DONE
        path = f"/staff/training/{paper.uid}/strike-out"
        if (await self.does(who, "POST", path, {"reason": "登错了人"}, allowed=[word])).done:
            paper.struck_out = True

    async def time_passes(self, one: int, two: int) -> None:
        far = 110 if self.now < NOW + timedelta(days=250) else 1
        await self.passes(minutes=(10, 30, 70, 60 * 23, 60 * 24 * far)[one % 5])
        if two % 5:
            await self.work()
            self._swept()

    # What the model makes of it

    def _course(self, number: int) -> Course:
        fit = [
            each
            for each in self.courses
            if each.status is SessionStatus.PLANNED and each.ends_at + LATE > self.now
        ]
        return mostly(fit[::-1], self.courses[::-1], number)

    def _holder(self, number: int, course: Course) -> tuple[str, str]:
        """Return who is to close a course, and what they would be told of one that can be closed."""
        host = next(each for each, house in HOSTS.items() if house == course.host)
        who = mostly((host,), ("song", "qian"), number)
        return who, DONE if who == host else NOT_THERE

    def _has(self, who: str, course: str, day: date) -> bool:
        return any(each.holds(day) for each in self.papers if (each.who, each.course) == (who, course))

    def _swept(self) -> None:
        for days in NOTICES:
            for each in self.papers:
                self._told_of_its_end(each, days)
        for course in self.courses:
            late = course.status is SessionStatus.PLANNED and course.ends_at + UNFINISHED <= self.now
            if late and not course.told:
                course.told = True
                self.told_of["unfinished"] += 1

    def _told_of_its_end(self, paper: Certificate, days: int) -> None:
        ends = paper.expires_on
        if paper.struck_out or ends is None or not self.today < ends <= self.today + timedelta(days=days):
            return
        if paper.told_days is None or paper.told_days > days:
            paper.told_days = days
            others = [each for each in self.papers if (each.who, each.course) == (paper.who, paper.course)]
            self.told_of["certificate_ending"] += not any(
                not each.struck_out
                and each is not paper
                and (each.expires_on is None or each.expires_on > ends)
                for each in others
            )


def _last_day(paper: Certificate) -> str | None:
    return (paper.expires_on - timedelta(days=1)).isoformat() if paper.expires_on else None


def _months_on(day: date, months: int) -> date:
    """Return the same day of the month so many whole years on; of a leap day, the one before it."""
    year = day.year + months // 12
    is_leap_day = (day.month, day.day) == (2, 29)
    return date(year, 2, 28) if is_leap_day and year % 4 else day.replace(year=year)
