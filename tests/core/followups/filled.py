"""Forms as a doctor would fill them in, with whatever a test wants otherwise."""

from typing import Any

from server.followups.actions import Filled

PRESSURE: dict[str, Any] = {
    "way": "2", "symptoms": ["1"], "systolic": 138, "diastolic": 82, "weight": 58.5, "height": 156, "pulse": 72, "salt": "1",
    "adherence": "1", "reaction": "1", "complication": "1", "medicine_1": "苯磺酸氨氯地平片", "medicine_1_times": 1,
    "medicine_1_dose": "5 毫克",
}  # fmt: skip
SUGAR: dict[str, Any] = {
    "way": "2", "symptoms": ["1"], "systolic": 128, "diastolic": 76, "glucose": 6.4, "hba1c": 6.8, "adherence": "1",
    "reaction": "1", "complication": "1", "low_sugar": "1", "staple": 250,
}  # fmt: skip
FORM = {"form_version": "2017.1"}


def pressure(**otherwise: Any) -> Filled:
    days = {name: otherwise.pop(name) for name in ("happened_on", "next_on") if name in otherwise}
    return Filled({**PRESSURE, **otherwise}, **days)


def sugar(**otherwise: Any) -> Filled:
    days = {name: otherwise.pop(name) for name in ("happened_on", "next_on") if name in otherwise}
    return Filled({**SUGAR, **otherwise}, **days)
