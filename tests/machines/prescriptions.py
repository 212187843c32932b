"""Long prescriptions: written within their terms, refilled before they run out, brought to the bed, stopped (M1–M4)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, ClassVar

from server.kit.clock import local_date
from server.prescriptions import actions
from server.prescriptions.models import PrescribingRight, Refill
from tests.architecture.subjects import LOGINS
from tests.machines.playing import DONE, NOT_THEIRS, NOT_THERE, Machine, one_of

NOT_NOW, NOT_FIT, NO_RIGHT = (
    "prescriptions.not_this_now",
    "prescriptions.not_fit",
    "prescriptions.no_prescribing_right",
)
DOCTORS = ("doctor", "feng")
OTHERS = {
    "zhao": NO_RIGHT,
    "sun": NOT_THERE,
    "he": NOT_THEIRS,
    "nurse": NOT_THEIRS,
    "wang": NOT_THEIRS,
    "other_nurse": NOT_THEIRS,
}
DRUGS = ("缬沙坦胶囊", "盐酸二甲双胍片", "苯磺酸氨氯地平片")
EXCLUDED = (
    "阿普唑仑片",
    "阿莫西林胶囊",
    "胰岛素注射液（需冷藏）",
)  # psychotropic, antimicrobial, to be kept cold
TUBERCULOSIS = "异烟肼片"  # the one antimicrobial that may be, for a reason
USUAL, LONGEST, AHEAD = 28, 84, 7
FAMILY = {
    "wang": {"wang"},
    "daughter": {"wang"},
    "guardian": {"li"},
    "nephew": set[str](),
    "stranger": set[str](),
}
UNTIL = date(2026, 11, 1)
DAYS = (28, 14, 28, 56, 84, 28, 90)


@dataclass
class Line:
    name: str
    first: date
    last: date
    left: int  # units that were not packed yet


@dataclass
class Script:
    uid: str
    resident: str
    lines: list[Line]
    refill: str
    opens: date
    due: date
    status: str = "active"
    waits: str = "open"  # its refill: "open", "done" or "waived"
    asked: bool = False

    @property
    def first(self) -> date:
        return self.lines[0].first

    @property
    def last(self) -> date:
        return max(each.last for each in self.lines)


@dataclass
class Parcel:
    uid: str
    script: Script
    units: int
    status: str = "assigned"


@dataclass
class Prescriptions(Machine):
    scripts: list[Script] = field(default_factory=list)
    parcels: list[Parcel] = field(default_factory=list)
    right: str = ""  # the doctor's
    right_until: date = date(2029, 1, 1)
    right_ended: bool = False
    li_lives: bool = True

    moves: ClassVar = (
        "prescribe", "prescribe", "refill", "refill", "refill", "ask", "ask", "waive", "take", "stop", "pack", "pack",
        "receive", "hand_over", "close", "cancel", "right_ends", "right_given", "time_passes", "time_passes", "time_passes",
        "dies",
    )  # fmt: skip
    sweeps: ClassVar = (actions.sweep_prescriptions,)

    async def look_around(self) -> None:
        self.right = self.town.prescriptions.doctor
        await self._prescribe("doctor", "wang", (DRUGS[0],), 28, 0)
        await self._prescribe("feng", "li", (DRUGS[1], DRUGS[2]), 28, 0)

    @property
    def today(self) -> date:
        return local_date(self.now)

    async def check(self, number: int) -> None:
        shown = await self.asks("doctor", f"/prescriptions?work={('running', 'due')[number % 2]}&limit=100")
        expected = [
            each for each in self.scripts
            if (each.status == "active" if number % 2 == 0 else each.waits == "open" and (each.opens <= self.today or each.asked))
        ]  # fmt: skip
        told = {each["uid"]: (each["status"], each["first_on"], each["last_on"]) for each in shown["items"]}
        assert told == {
            each.uid: (each.status, each.first.isoformat(), each.last.isoformat()) for each in expected
        }, self.told
        if number % 3 == 0:
            await self._family_reads()
        if number % 3 == 1:
            coming = await self.asks("nurse", "/deliveries?brought=coming&limit=100")
            assert {each["uid"] for each in coming["items"]} == {
                each.uid for each in self.parcels if each.status == "assigned"
            }, self.told

    async def _family_reads(self) -> None:
        told = await self.asks("wang", f"/residents/{self.town.people.wang}/medicines?purpose=self")
        assert {
            each["prescription_uid"]: (
                each["until"],
                {line["name"] for line in each["medicines"]},
                each["may_ask"],
            )
            for each in told
        } == {
            each.uid: (
                each.last.isoformat(),
                {line.name for line in each.lines},
                each.waits == "open" and not each.asked,
            )
            for each in self.scripts
            if each.resident == "wang" and each.status == "active" and each.last >= self.today
        }, self.told

    # The doctors

    async def prescribe(self, one: int, two: int) -> None:
        who = one_of(DOCTORS, one) if one % 6 < 5 else one_of(list(OTHERS), one // 6)
        await self._prescribe(who, self._somebody(two), self._drugs(one, two), one_of(DAYS, two // 2), one)

    def _drugs(self, one: int, two: int) -> tuple[str, ...]:
        if one % 7 == 6:
            return one_of(DRUGS, two), one_of(EXCLUDED, one // 7)
        if one % 11 == 10:
            return (TUBERCULOSIS,)
        return (one_of(DRUGS, two),) if one % 2 else (one_of(DRUGS, two), one_of(DRUGS, two + 1))

    async def _prescribe(self, who: str, resident: str, drugs: Sequence[str], days: int, number: int) -> None:
        signed, fault = number % 5 < 4, number % 13 == 12
        word = OTHERS.get(who, DONE)
        if word == DONE:
            word = self._word_to_write(who, resident, drugs, days, self.today, signed=signed, fault=fault)
        says, uid = _said(who, drugs, days, signed=signed, fault=fault), getattr(self.town.people, resident)
        if who in LOGINS:
            told = await self.does(who, "POST", "/prescriptions", {"resident": uid, **says}, allowed=[word])
        else:
            told = await self.does(who, "POST", f"/residents/{uid}/prescriptions", says, allowed=[word])
        if told.done:
            await self._written(told.uid, resident, drugs, days, self.today)

    async def refill(self, one: int, two: int) -> None:
        waiting = [each for each in self.scripts if each.waits == "open"]
        script = one_of(waiting if waiting and two % 7 < 6 else self.scripts, two // 7)
        who = one_of(DOCTORS, one) if one % 6 < 5 else one_of(("zhao", "he", "sun", "nurse"), one // 6)
        drugs = [each.name for each in script.lines][: 1 + one % 2]
        days, signed, fault = one_of(DAYS, one // 2), one % 5 < 4, one % 13 == 12
        first = max(self.today, script.last + timedelta(days=1))
        word = {"zhao": NOT_THERE, "sun": NOT_THERE, "he": NOT_THEIRS, "nurse": NOT_THEIRS}.get(who, DONE)
        if word == DONE and script.resident == "li" and not self.li_lives:
            word = NOT_THERE
        elif word == DONE and self._may_prescribe(who) and script.waits != "open":
            word = "prescriptions.refill_taken"
        elif word == DONE:
            word = self._word_to_write(
                who, script.resident, drugs, days, first, signed=signed, fault=fault, before=script
            )
        says = _said(who, drugs, days, signed=signed, fault=fault)
        told = await self.does(who, "POST", f"/prescriptions/refills/{script.refill}", says, allowed=[word])
        if told.done:
            script.waits = "done"
            await self._written(told.uid, script.resident, drugs, days, first)

    async def waive(self, one: int, two: int) -> None:
        who, script = one_of(("feng", "zhao", "he"), one), one_of(self.scripts, two)
        word = {"zhao": NOT_THERE, "he": NOT_THEIRS}.get(
            who, DONE if script.waits == "open" else "prescriptions.refill_taken"
        )
        told = await self.does(
            who,
            "POST",
            f"/prescriptions/refills/{script.refill}/waive",
            {"text": "改为门诊调整"},
            allowed=[word],
        )
        if told.done:
            script.waits = "waived"

    async def take(self, one: int, two: int) -> None:
        who, script = one_of(("feng", "zhao", "he"), one), one_of(self.scripts, two)
        word = {"zhao": NOT_THERE, "he": NOT_THEIRS}.get(
            who, DONE if script.waits == "open" else "prescriptions.refill_taken"
        )
        await self.does(who, "POST", f"/prescriptions/refills/{script.refill}/take", {}, allowed=[word])

    async def stop(self, one: int, two: int) -> None:
        who, script = one_of(("doctor", "feng", "zhao", "he", "nurse"), one), one_of(self.scripts, two)
        word = {"zhao": NOT_THERE, "he": NOT_THEIRS, "nurse": NOT_THEIRS}.get(who, DONE)
        if word == DONE:
            word = (
                NO_RIGHT if not self._may_prescribe(who) else DONE if script.status == "active" else NOT_NOW
            )
        says = {"why": one_of(("changed", "reaction", "own_wish"), two), "text": "头晕，先停"}
        if (await self.does(who, "POST", f"/prescriptions/{script.uid}/stop", says, allowed=[word])).done:
            self._stops(script)

    # The family

    async def ask(self, one: int, two: int) -> None:
        who, script = one_of((*FAMILY, "wang", "guardian"), one), one_of(self.scripts, two)
        resident = script.resident if one % 9 < 8 else self._somebody(one)
        word = DONE if script.waits == "open" else "prescriptions.refill_taken"
        word = "prescriptions.refill_asked" if script.asked else word
        if (
            resident not in FAMILY[who]
            or resident != script.resident
            or (resident == "li" and not self.li_lives)
        ):
            word = NOT_THERE
        path = f"/residents/{getattr(self.town.people, resident)}/medicines/{script.uid}/refill"
        if (await self.does(who, "POST", path, allowed=[word])).done:
            script.asked = True

    # What is brought

    async def pack(self, one: int, two: int) -> None:
        who, script = one_of(("feng", "feng", "feng", "he", "zhao"), one), one_of(self.scripts, two)
        units, due = (7, 14, 40)[one // 2 % 3], self.today + timedelta(days=(1, 0, 3, -1)[one // 3 % 4])
        word = {"zhao": NOT_THERE, "he": NOT_THEIRS}.get(who, DONE)
        if word == DONE and script.status != "active":
            word = NOT_NOW
        elif word == DONE and not self.today <= due <= script.last:
            word = "prescriptions.wrong_period"
        elif word == DONE and units > script.lines[0].left:
            word = "prescriptions.too_much"
        says = {"due_on": due.isoformat(), "carrier": "中心药房", "line_1": str(units)}
        told = await self.does(who, "POST", f"/prescriptions/{script.uid}/deliveries", says, allowed=[word])
        if told.done:
            script.lines[0].left -= units
            self.parcels.append(Parcel(told.uid, script, units))

    async def receive(self, one: int, two: int) -> None:
        """Have the home say under its own name that it has come."""
        who = one_of(("nurse", "he", "other_nurse", "song", "doctor", "feng"), one)
        others = {"other_nurse": NOT_THERE, "song": NOT_THERE, "doctor": NOT_THEIRS, "feng": NOT_THEIRS}
        end = "receive" if who in LOGINS else "receipt"
        await self._carried(who, two, end, others=others, leads={"assigned": "handed_over"})

    async def hand_over(self, one: int, two: int) -> None:
        says = {"receiver": "nurse", "slip": "0312"}
        await self._sent(one, two, "hand-over", says, {"assigned": "handed_over"})

    async def close(self, one: int, two: int) -> None:
        await self._sent(one, two, "close", {"text": ""}, {"handed_over": "closed"})

    async def cancel(self, one: int, two: int) -> None:
        await self._sent(one, two, "cancel", {"text": "药没有到货"}, {"assigned": "cancelled"})

    async def _sent(self, one: int, two: int, end: str, says: dict[str, str], leads: dict[str, str]) -> None:
        who = one_of(("feng", "feng", "feng", "he", "zhao"), one)
        others = {"he": NOT_THEIRS, "zhao": NOT_THERE}
        await self._carried(who, two, end, says, others=others, leads=leads)

    async def _carried(
        self, who: str, number: int, end: str, says: Any = None, *, others: dict[str, str], leads: dict[str, str]
    ) -> None:  # fmt: skip
        if not self.parcels:
            return
        parcel = one_of(self.parcels, number)
        word = others.get(who, DONE if parcel.status in leads else NOT_NOW)
        if (await self.does(who, "POST", f"/deliveries/{parcel.uid}/{end}", says, allowed=[word])).done:
            parcel.status = leads[parcel.status]
            if parcel.status == "cancelled":
                parcel.script.lines[0].left += parcel.units

    # The right to prescribe

    async def right_ends(self, one: int, _: int) -> None:
        who = one_of(("feng", "zhao", "he"), one)
        word = {"zhao": NOT_THERE, "he": NOT_THEIRS}.get(who, NOT_NOW if self.right_ended else DONE)
        if (await self.does(who, "POST", f"/prescriptions/rights/{self.right}/end", {}, allowed=[word])).done:
            self.right_ended = True

    async def right_given(self, one: int, two: int) -> None:
        until = self.today + timedelta(days=(20, 400, 0)[two % 3])
        word = "prescriptions.wrong_period" if until <= self.today else DONE
        word = "prescriptions.right_exists" if word == DONE and not self.right_ended else word
        says = {
            "account": self.town.identity.accounts["doctor"], "licence": f"虚构执业证 {one}", "last_on": until.isoformat(),
        }  # fmt: skip
        if (await self.does("feng", "POST", "/prescriptions/rights", says, allowed=[word])).done:
            self.right = (await PrescribingRight.all().order_by("-id").first()).uid  # type: ignore[union-attr]
            self.right_until, self.right_ended = until, False

    def _may_prescribe(self, who: str) -> bool:
        return who == "feng" or (not self.right_ended and self.today <= self.right_until)

    # What time does

    async def time_passes(self, one: int, two: int) -> None:
        """In which the worker may be away."""
        if self.today < UNTIL:
            await self.passes(days=(1, 5, 13, 22, 30)[one % 5])
        if two % 4:
            await self._worker_came()

    async def dies(self, one: int, _: int) -> None:
        if one % 4 < 3 or not self.li_lives:
            return
        path = f"/residents/{self.town.people.li}/death"
        await self.does("he", "POST", path, {"day": self.today.isoformat()}, allowed=[DONE])
        self.li_lives = False
        await self._worker_came()

    async def _worker_came(self) -> None:
        await self.work()
        for each in self.scripts:
            if each.status == "active" and each.resident == "li" and not self.li_lives:
                self._stops(each)
            elif each.status == "active" and each.last < self.today:
                each.status = "finished"
        kept = await Refill.all().values_list("uid", "status", "opens_on", "due_on")
        assert set(kept) == {(each.refill, each.waits, each.opens, each.due) for each in self.scripts}, (
            self.told
        )

    # The model

    def _somebody(self, number: int) -> str:
        return one_of(("wang", "li") if self.li_lives else ("wang",), number)

    def _word_to_write(
        self, who: str, resident: str, drugs: Sequence[str], days: int, first: date, *, signed: bool, fault: bool,
        before: Script | None = None,
    ) -> str:  # fmt: skip
        if not self._may_prescribe(who):
            return NO_RIGHT
        fits = not set(drugs) & set(EXCLUDED) and days <= LONGEST and not fault
        fits = fits and (signed or (days <= USUAL and TUBERCULOSIS not in drugs))
        if not fits or first > self.today + timedelta(days=LONGEST):
            return NOT_FIT
        running = {
            line.name
            for each in self.scripts
            if each.resident == resident and each.status == "active" and each is not before
            for line in each.lines
            if line.last >= first
        }
        return "prescriptions.already_running" if running & set(drugs) else DONE

    async def _written(self, uid: str, resident: str, drugs: Sequence[str], days: int, first: date) -> None:
        """Remember it: one refill, from a week before the last day on, to be done before that day."""
        last = first + timedelta(days=days - 1)
        due = max(first, last - timedelta(days=1))
        opens = max(first, min(due, last - timedelta(days=AHEAD)))
        task = await Refill.get(prescription__uid=uid)
        lines = [Line(each, first, last, days) for each in drugs]
        self.scripts.append(Script(uid, resident, lines, task.uid, opens, due))

    def _stops(self, script: Script) -> None:
        script.status = "stopped"
        script.waits = "waived" if script.waits == "open" else script.waits
        for parcel in self.parcels:
            if parcel.script is script and parcel.status == "assigned":
                parcel.status = "cancelled"
                script.lines[0].left += parcel.units


def _said(who: str, drugs: Sequence[str], days: int, *, signed: bool, fault: bool) -> dict[str, Any]:
    """Say a prescription as the form or the phone does; a tablet a day of each, `fault`: the illness is not stable."""
    how = (
        {"agreed": "signed", "slip": "柜 3", "reason": "行动不便，半年来平稳"}
        if signed
        else {"agreed": "oral"}
    )
    one = {"dose": "一片", "frequency": "每天早上一次", "unit": "片"}
    if who not in LOGINS:
        lines = [{"name": each, **one, "per_day_tenths": 10, "days": days} for each in drugs]
        return {
            "lines": lines,
            "diagnosis": "高血压",
            "diagnosed": True,
            "stable": not fault,
            "adherent": True,
            **how,
        }
    rows = {
        f"{part}_{place}": said
        for place, each in enumerate(drugs, start=1)
        for part, said in {"name": each, **one, "per_day": "1", "days": str(days)}.items()
    }
    vouched = {"diagnosed": "true", "adherent": "true", **({} if fault else {"stable": "true"})}
    return {**rows, "diagnosis": "高血压", **vouched, **how}
