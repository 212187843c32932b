"""Which measurements are kept: LOINC code, unit, what is plausible (facts/domain.md 9.4)."""

from collections.abc import Mapping
from dataclasses import dataclass

BLOOD_PRESSURE = "85354-9"  # the panel; its parts are 8480-6 and 8462-4


@dataclass(frozen=True)
class Measure:
    """One number in a body, and the limits outside which somebody mistyped."""

    field: str
    words: str
    unit: str
    low: float
    high: float
    decimals: int = 0

    @property
    def refusal(self) -> str:
        return f"{self.words}应在 {self.low:g} 到 {self.high:g} {self.unit} 之间，请核对后重新填写。"


MEASURES: Mapping[str, tuple[Measure, ...]] = {
    BLOOD_PRESSURE: (
        Measure("systolic", "收缩压（高压）", "mmHg", 50, 300),
        Measure("diastolic", "舒张压（低压）", "mmHg", 20, 200),
    ),
    "29463-7": (Measure("value", "体重", "kg", 20, 250, 1),),
    "8302-2": (Measure("value", "身高", "cm", 80, 230, 1),),
    "39156-5": (Measure("value", "体重指数", "kg/m²", 8, 80, 1),),
    "8867-4": (Measure("value", "心率", "次/分", 20, 250),),
    "1558-6": (Measure("value", "空腹血糖", "mmol/L", 0.5, 50, 1),),
    "4548-4": (Measure("value", "糖化血红蛋白", "%", 2, 20, 1),),
    # Known by heart, not looked up (facts/domain.md lists only those above).
    "8310-5": (Measure("value", "体温", "℃", 30, 44, 1),),
    "9279-1": (Measure("value", "呼吸", "次/分", 4, 80),),
    "59408-5": (Measure("value", "血氧饱和度", "%", 30, 100),),
}


def sentence_of_value(code: str, body: Mapping[str, object]) -> str:
    """Return a measurement as it is read out: 血压 152/88 mmHg."""
    parts = MEASURES[code]
    if code == BLOOD_PRESSURE:
        return f"血压 {body['systolic']}/{body['diastolic']} {parts[0].unit}"
    return f"{parts[0].words} {body['value']} {parts[0].unit}"
