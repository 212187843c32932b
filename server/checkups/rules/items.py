"""What is examined, as data by edition: a report keeps the edition it was made by. Never change one that was in use.

2017.3 is the third edition of the national norm; 2025.1 adds the chest X-ray and HbA1c for those aged 65 and more
(facts/domain.md 2.1). What cannot be done beside a bed is done at the hospital, or by its substitute.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.checkups.errors import WrongReport

Values = dict[str, Any]


@dataclass(frozen=True)
class Item:
    name: str
    words: str
    group: str
    unit: str = ""  # of a number; words otherwise
    low: float = 0
    high: float = 0  # 0: not a number
    decimals: int = 0
    loinc: str = ""  # where the record keeps it as a measurement
    on_site: bool = True
    substitute: str = ""  # instead, where they cannot be brought to it
    from_age: int = 0
    also: tuple[str, ...] = ()  # other headings of the same column

    @property
    def is_number(self) -> bool:
        return self.high > 0

    @property
    def headings(self) -> tuple[str, ...]:
        return (self.words, *self.also)

    @property
    def refusal(self) -> str:
        return f"{self.words}应在 {self.low:g} 到 {self.high:g} {self.unit} 之间，请核对。"

    def said(self, value: Any) -> str:
        return f"{self.words} {value:g} {self.unit}".strip() if self.is_number else f"{self.words}：{value}"


@dataclass(frozen=True)
class Edition:
    version: str
    citation: str
    items: tuple[Item, ...]

    def item(self, name: str) -> Item:
        return next(each for each in self.items if each.name == name)

    def checked(self, values: Mapping[str, Any]) -> Values:
        """Return the values as they are kept, or refuse with `WrongReport` that names every fault."""
        known = {each.name: each for each in self.items}
        faults = {name: "体检表里没有这一项。" for name in values if name not in known}
        kept: Values = {}
        for name, item in known.items():
            given = values.get(name)
            given = given.strip() if isinstance(given, str) else given
            if given is None or given == "":
                continue
            try:
                kept[name] = _number(item, given) if item.is_number else _words(item, given)
            except ValueError as fault:
                faults[name] = str(fault)
        faults |= _pressure(kept)
        if not kept and not faults:
            faults["values"] = "一项结果也没有。"
        if faults:
            raise WrongReport(fields=faults)
        return kept


def _number(item: Item, given: Any) -> float | int:
    try:
        number = float(given) if not isinstance(given, bool) else float("nan")
    except (TypeError, ValueError):
        number = float("nan")
    if not item.low <= number <= item.high:  # NaN compares false with everything
        raise ValueError(item.refusal)
    return round(number, item.decimals) if item.decimals else round(number)


def _words(item: Item, given: Any) -> str:
    text = str(given)
    if len(text) > LONGEST or any(unicodedata.category(letter) in {"Cc", "Cs", "Co"} for letter in text):
        message = f"{item.words}最多 {LONGEST} 个字，不含特殊符号。"
        raise ValueError(message)
    return text


def _pressure(kept: Values) -> dict[str, str]:
    if not {"systolic", "diastolic"} & kept.keys():
        return {}
    if not {"systolic", "diastolic"} <= kept.keys():
        return {"diastolic": "高压和低压要一起填。"}
    if kept["systolic"] <= kept["diastolic"]:
        return {"diastolic": "低压应比高压低，请看看是不是填反了。"}
    return {}


LONGEST = 200
BODY, BLOOD, IMAGE, WELL = "一般检查", "化验", "心电图和影像", "生活能力"

_THIRD = (
    Item("temperature", "体温", BODY, "℃", 30, 44, 1, "8310-5"),
    Item("pulse", "脉率", BODY, "次/分", 20, 250, 0, "8867-4", also=("心率", "脉搏")),
    Item("breath", "呼吸频率", BODY, "次/分", 4, 80, 0, "9279-1", also=("呼吸",)),
    Item("systolic", "收缩压", BODY, "mmHg", 50, 300, also=("高压",)),
    Item("diastolic", "舒张压", BODY, "mmHg", 20, 200, also=("低压",)),
    Item("height", "身高", BODY, "cm", 80, 230, 1, "8302-2"),
    Item("weight", "体重", BODY, "kg", 20, 250, 1, "29463-7"),
    Item("waist", "腰围", BODY, "cm", 30, 200, 1),
    Item("sight", "视力", BODY),
    Item("hearing", "听力", BODY),
    Item("motion", "运动功能", BODY),
    Item("heart_lungs", "心肺腹查体", BODY, also=("内科", "查体")),
    Item("self_care", "生活自理能力评分", WELL, "分", 0.0, 37, also=("自理能力",)),
    Item("cognition", "认知功能粗筛", WELL),
    Item("mood", "情感状态粗筛", WELL),
    Item("hgb", "血红蛋白", BLOOD, "g/L", 20, 250, also=("HGB", "Hb")),
    Item("wbc", "白细胞", BLOOD, "10⁹/L", 0.1, 200, 1, also=("WBC",)),
    Item("plt", "血小板", BLOOD, "10⁹/L", 1, 2000, also=("PLT",)),
    Item("urine_protein", "尿蛋白", BLOOD, also=("尿常规",)),
    Item("glucose", "空腹血糖", BLOOD, "mmol/L", 0.5, 50, 1, "1558-6", also=("血糖", "GLU")),
    Item("alt", "谷丙转氨酶", BLOOD, "U/L", 1, 5000, also=("ALT", "血清谷丙转氨酶")),
    Item("ast", "谷草转氨酶", BLOOD, "U/L", 1, 5000, also=("AST", "血清谷草转氨酶")),
    Item("tbil", "总胆红素", BLOOD, "μmol/L", 0.1, 1000, 1, also=("TBIL",)),
    Item("creatinine", "血清肌酐", BLOOD, "μmol/L", 5, 3000, also=("肌酐", "CREA", "Cr")),
    Item("urea", "血尿素", BLOOD, "mmol/L", 0.1, 100, 1, also=("尿素", "尿素氮", "BUN")),
    Item("cholesterol", "总胆固醇", BLOOD, "mmol/L", 0.5, 30, 2, also=("TC", "CHOL")),
    Item("triglyceride", "甘油三酯", BLOOD, "mmol/L", 0.1, 50, 2, also=("TG",)),
    Item("ldl", "低密度脂蛋白胆固醇", BLOOD, "mmol/L", 0.1, 20, 2, also=("LDL-C", "LDL")),
    Item("hdl", "高密度脂蛋白胆固醇", BLOOD, "mmol/L", 0.1, 10, 2, also=("HDL-C", "HDL")),
    Item("ecg", "心电图", IMAGE),
    Item("ultrasound", "腹部B超", IMAGE, on_site=False, substitute="便携式 B 超上门", also=("B超", "腹部超声", "肝胆胰脾B超")),
)  # fmt: skip
_ADDED_2025 = (
    Item("chest", "胸片", IMAGE, on_site=False, substitute="巡回体检车拍片（自拟）", from_age=65,
         also=("胸部X线", "胸部DR", "胸部正位片")),
    Item("hba1c", "糖化血红蛋白", BLOOD, "%", 2, 20, 1, "4548-4", from_age=65, also=("HbA1c",)),
)  # fmt: skip
EDITIONS: Mapping[str, Edition] = {
    each.version: each
    for each in (
        Edition("2017.3", "国家基本公共卫生服务规范（第三版，2017）健康体检表、老年人健康管理", _THIRD),
        Edition(
            "2025.1",
            "同上，2025年6月26日通稿：65 岁及以上增加胸部数字化 X 线正位片与糖化血红蛋白",
            (*_THIRD, *_ADDED_2025),
        ),
    )
}


def edition_of(year: int) -> Edition:
    """Return what is examined in a year."""
    return EDITIONS["2025.1" if year >= 2025 else "2017.3"]  # noqa: PLR2004  the year of the addition
