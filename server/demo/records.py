"""What the town's records say. Fictional, like everybody in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.authority.actor import Channel
from server.consent.rules import RecordCategory
from server.identity.queries import actor_of
from server.records.actions import NewEntry, write_entries
from server.records.rules import BLOOD_PRESSURE, EntryKind

_K = EntryKind
_C = RecordCategory
GLUCOSE = "1558-6"

# Months ago, high, low: the last one is what the summary speaks of.
PRESSURES = (
    (12, 162, 94), (11, 158, 92), (10, 156, 90), (9, 154, 90), (8, 150, 88), (7, 148, 86), (6, 146, 86), (5, 148, 84),
    (4, 144, 82), (3, 146, 84), (2, 148, 86), (0, 152, 88),
)  # fmt: skip
SUGARS = ((9, 9.1), (7, 8.4), (5, 7.9), (3, 7.6), (1, 7.2), (0, 6.8))
MONTH = timedelta(days=30)


@dataclass(frozen=True)
class RecordsTown:
    wang_checkup: str
    wang_hypertension: str
    wang_penicillin: str
    wang_pressure: str  # the latest
    wang_restricted: str
    wang_yihe_note: str  # written by the home
    li_diabetes: str
    li_sugar: str  # the latest


async def load(town: Any, *, now: datetime) -> RecordsTown:
    def new(
        kind: EntryKind, code: str, category: RecordCategory, days: float, body: Mapping[str, Any]
    ) -> NewEntry:
        at = now - timedelta(days=days, hours=1)
        return NewEntry(kind=kind, code=code, effective_at=at, body=body, category=category)

    def measured(code: str, category: RecordCategory, months: int, body: Mapping[str, Any]) -> NewEntry:
        return new(_K.OBSERVATION, code, category, months * MONTH.days, body)

    async def write(persona: str, resident: str, *entries: NewEntry) -> list[str]:
        author = await actor_of(
            account_uid=town.identity.accounts[persona], channel=Channel.MINI_PROGRAM, now=now
        )
        return [
            card.uid
            for card in await write_entries(actor=author, resident_uid=resident, entries=entries, now=now)
        ]

    wang, li = town.people.wang, town.people.li
    pressures = await write(
        "doctor",
        wang,
        *(
            measured(BLOOD_PRESSURE, _C.CHRONIC, months, {"systolic": high, "diastolic": low})
            for months, high, low in PRESSURES
        ),
    )
    checkup, hypertension, penicillin, _, _, _, restricted = await write(
        "doctor",
        wang,
        new(_K.DIAGNOSTIC_REPORT, "checkup-2025", _C.EXAM, 150, {
            "title": "2025 年度健康体检",
            "conclusion": "血压偏高，轻度贫血，其余未见明显异常",
            "abnormal": ["血压 154/90 mmHg", "血红蛋白 108 g/L"],
            "advice": "低盐饮食，按时服药，三个月后复查血常规",
        }),
        new(_K.CONDITION, "I10", _C.CHRONIC, 900, {"name": "高血压", "status": "active", "since": "2009-05-01"}),
        new(_K.ALLERGY, "penicillin", _C.MEDS, 900, {"substance": "青霉素", "reaction": "皮疹", "severity": "moderate"}),
        new(_K.MEDICATION, "amlodipine", _C.MEDS, 300, {
            "name": "苯磺酸氨氯地平片", "dose": "5 毫克", "frequency": "每天早上一次", "status": "taking",
        }),
        new(_K.MEDICATION, "calcium", _C.MEDS, 200, {
            "name": "碳酸钙 D3 片", "dose": "600 毫克", "frequency": "每天晚饭后一次", "status": "taking",
        }),
        new(_K.FOLLOW_UP, "hypertension", _C.CHRONIC, 60, {"subject": "高血压", "outcome": "good"}),
        new(_K.NOTE, "note", _C.RESTRICTED_MENTAL, 80, {"text": "睡眠差、情绪低落两周，建议心理门诊（虚构示例）"}),
    )  # fmt: skip
    (note,) = await write(
        "nurse",
        wang,
        new(_K.NOTE, "care", _C.BASIC, 2, {"text": "近两天胃口好，夜间起身两次，已提醒开小夜灯"}),
    )
    diabetes, *_ = await write(
        "doctor",
        li,
        new(_K.CONDITION, "E11.9", _C.CHRONIC, 1200, {"name": "2 型糖尿病", "status": "active"}),
        new(_K.MEDICATION, "metformin", _C.MEDS, 400, {
            "name": "盐酸二甲双胍片", "dose": "0.5 克", "frequency": "每天两次，随餐", "status": "taking",
        }),
    )  # fmt: skip
    sugars = await write(
        "doctor", li, *(measured(GLUCOSE, _C.CHRONIC, months, {"value": value}) for months, value in SUGARS)
    )
    return RecordsTown(
        wang_checkup=checkup,
        wang_hypertension=hypertension,
        wang_penicillin=penicillin,
        wang_pressure=pressures[-1],
        wang_restricted=restricted,
        wang_yihe_note=note,
        li_diabetes=diabetes,
        li_sugar=sugars[-1],
    )
