"""From a filled-in form to what is judged, and to what stands in the health record."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from server.consent.rules import RecordCategory
from server.followups.rules.diseases import Disease, subject_of
from server.followups.rules.forms import YES, Form
from server.followups.rules.judging import COURSE_WORDS, Complication, Decision, Finding, Measured
from server.records.rules import BLOOD_PRESSURE, EntryKind

# Question -> LOINC code of the record.
MEASURED: Mapping[str, str] = {
    "pulse": "8867-4",
    "temperature": "8310-5",
    "weight": "29463-7",
    "height": "8302-2",
    "glucose": "1558-6",
}
LABS: Mapping[str, str] = {"hba1c": "4548-4"}
SHEET_CODE = "follow-up-sheet"  # the note in which the whole form is read out
LONGEST_NOTE, LONGEST_REMARK = 2000, 500


@dataclass(frozen=True)
class Written:
    """One entry of the record that a follow-up makes."""

    kind: EntryKind
    category: RecordCategory
    code: str
    body: dict[str, Any]

    @property
    def key(self) -> str:
        """Name what it is, so that a correction finds the entry that it replaces."""
        return f"{self.kind}|{self.code}"


def finding_of(form: Form, answers: Mapping[str, Any]) -> Finding:
    signs = next(each for each in form.questions if each.name == "urgent_signs")
    words = dict(signs.options)
    return Finding(
        disease=form.disease,
        measured=Measured(
            systolic=answers["systolic"],
            diastolic=answers["diastolic"],
            glucose=_tenths(answers.get("glucose")),
            pulse=answers.get("pulse"),
            temperature=_tenths(answers.get("temperature")),
        ),
        signs=tuple(words[code] for code in answers.get("urgent_signs", ())),
        reaction=answers["reaction"] == YES,
        reaction_hard=bool(answers.get("reaction_hard")),
        complication=Complication(answers["complication"]),
    )


def entries_of(
    form: Form, answers: Mapping[str, Any], decision: Decision, next_on: date
) -> tuple[Written, ...]:
    """Return the follow-up itself first, then every number, then the whole form as it is read out."""
    return tuple(_entries(form, answers, decision, next_on))


def body_mass_index(answers: Mapping[str, Any]) -> float | None:
    weight, height = answers.get("weight"), answers.get("height")
    if weight is None or height is None:
        return None
    return float(round(weight / (height / 100) ** 2, 1))


def _entries(form: Form, answers: Mapping[str, Any], decision: Decision, next_on: date) -> Iterator[Written]:
    chronic = RecordCategory.CHRONIC
    remark = f"{'；'.join(decision.why)}。{COURSE_WORDS[decision.course]}。"
    yield Written(
        EntryKind.FOLLOW_UP,
        chronic,
        str(form.disease),
        {
            "subject": subject_of(Disease(form.disease)),
            "outcome": str(decision.outcome),
            "next_on": next_on.isoformat(),
            "remark": remark[:LONGEST_REMARK],
        },
    )
    pressure = {name: answers[name] for name in ("systolic", "diastolic")}
    yield Written(EntryKind.OBSERVATION, chronic, BLOOD_PRESSURE, pressure)
    for names, category in ((MEASURED, chronic), (LABS, RecordCategory.LABS)):
        for name, code in names.items():
            if name in answers:
                yield Written(EntryKind.OBSERVATION, category, code, {"value": answers[name]})
    if (index := body_mass_index(answers)) is not None:
        yield Written(EntryKind.OBSERVATION, chronic, "39156-5", {"value": index})
    text = "\n".join(
        f"{title}：" + "；".join(f"{asked} {said}" for asked, said in pairs)
        for title, pairs in form.read_out(answers)
    )
    yield Written(EntryKind.NOTE, chronic, SHEET_CODE, {"text": text[:LONGEST_NOTE]})


def _tenths(value: float | None) -> int | None:
    return None if value is None else round(value * 10)
