"""What may not be prescribed for long, and a small formulary, as data with a version.

The classes are those of the rule itself (长期处方管理规范（试行）第十条, facts/domain.md 7.6: high). The formulary is our own
draft (自拟) for a town: a hospital's list takes its place as a new version. What interacts with what is not asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

RULES_VERSION = "2021.1"
RULES_CITATION = "依据《长期处方管理规范（试行）》（2021）"
FORMULARY_VERSION = "2026.2"


class DrugClass(StrEnum):
    ORDINARY = "ordinary"
    TOXIC = "toxic"
    RADIOACTIVE = "radioactive"
    PRECURSOR = "precursor"
    NARCOTIC = "narcotic"
    PSYCHOTROPIC_1 = "psychotropic_1"
    PSYCHOTROPIC_2 = "psychotropic_2"
    ANTIMICROBIAL = "antimicrobial"
    ANTIMICROBIAL_CHRONIC = "antimicrobial_chronic"  # the exception: tuberculosis and the like, with a reason
    SPECIAL_STORAGE = "special_storage"


CLASS_WORDS: Mapping[DrugClass, str] = {
    DrugClass.ORDINARY: "普通药品",
    DrugClass.TOXIC: "医疗用毒性药品",
    DrugClass.RADIOACTIVE: "放射性药品",
    DrugClass.PRECURSOR: "易制毒药品",
    DrugClass.NARCOTIC: "麻醉药品",
    DrugClass.PSYCHOTROPIC_1: "第一类精神药品",
    DrugClass.PSYCHOTROPIC_2: "第二类精神药品",
    DrugClass.ANTIMICROBIAL: "抗微生物药物",
    DrugClass.ANTIMICROBIAL_CHRONIC: "抗微生物药物（结核等特殊慢性感染）",
    DrugClass.SPECIAL_STORAGE: "有特殊保存要求的药品",
}
ALLOWED = frozenset({DrugClass.ORDINARY, DrugClass.ANTIMICROBIAL_CHRONIC})
NEEDS_REASON = frozenset({DrugClass.ANTIMICROBIAL_CHRONIC})


@dataclass(frozen=True)
class Drug:
    code: str  # as it stands in the record's entry
    name: str
    unit: str
    kind: DrugClass = DrugClass.ORDINARY
    # What no name of it goes without, whatever salt, form or brand stands around it. Only what is left out or asks for a
    # reason has one: of the others a combination would be taken for one of its parts.
    stem: str = ""


FORMULARY: tuple[Drug, ...] = (
    Drug("amlodipine", "苯磺酸氨氯地平片", "片"),
    Drug("valsartan", "缬沙坦胶囊", "粒"),
    Drug("metoprolol", "酒石酸美托洛尔片", "片"),
    Drug("metformin", "盐酸二甲双胍片", "片"),
    Drug("gliclazide", "格列齐特缓释片", "片"),
    Drug("atorvastatin", "阿托伐他汀钙片", "片"),
    Drug("aspirin", "阿司匹林肠溶片", "片"),
    Drug("clopidogrel", "硫酸氢氯吡格雷片", "片"),
    Drug("calcium", "碳酸钙 D3 片", "片"),
    Drug("donepezil", "盐酸多奈哌齐片", "片"),
    Drug("levodopa", "多巴丝肼片", "片"),
    Drug("isoniazid", "异烟肼片", "片", DrugClass.ANTIMICROBIAL_CHRONIC, "异烟肼"),
    Drug("amoxicillin", "阿莫西林胶囊", "粒", DrugClass.ANTIMICROBIAL, "西林"),
    Drug("cefuroxime", "头孢呋辛酯片", "片", DrugClass.ANTIMICROBIAL, "头孢"),
    Drug("levofloxacin", "左氧氟沙星片", "片", DrugClass.ANTIMICROBIAL, "沙星"),
    Drug("alprazolam", "阿普唑仑片", "片", DrugClass.PSYCHOTROPIC_2, "阿普唑仑"),
    Drug("estazolam", "艾司唑仑片", "片", DrugClass.PSYCHOTROPIC_2, "艾司唑仑"),
    Drug("diazepam", "地西泮片", "片", DrugClass.PSYCHOTROPIC_2, "西泮"),
    Drug("zolpidem", "酒石酸唑吡坦片", "片", DrugClass.PSYCHOTROPIC_2, "唑吡坦"),
    Drug("methylphenidate", "盐酸哌甲酯片", "片", DrugClass.PSYCHOTROPIC_1, "哌甲酯"),
    Drug("morphine", "硫酸吗啡缓释片", "片", DrugClass.NARCOTIC, "吗啡"),
    Drug("ephedrine", "盐酸麻黄碱片", "片", DrugClass.PRECURSOR, "麻黄碱"),
    Drug("botulinum", "注射用 A 型肉毒毒素", "支", DrugClass.TOXIC, "肉毒毒素"),
    Drug("iodine_131", "碘[131I]化钠口服溶液", "瓶", DrugClass.RADIOACTIVE, "131I"),
    Drug("insulin", "胰岛素注射液（需冷藏）", "支", DrugClass.SPECIAL_STORAGE, "胰岛素"),
)
BY_NAME: Mapping[str, Drug] = {drug.name: drug for drug in FORMULARY}
OTHER = "other"


def known(name: str) -> Drug | None:
    """Return what the formulary says of a name: the whole name, a longer one that begins alike, or a stem anywhere in it."""
    wanted = name.strip()
    return BY_NAME.get(wanted) or next(
        (drug for drug in FORMULARY if wanted.startswith(drug.name) or (drug.stem and drug.stem in wanted)),
        None,
    )


def class_of(name: str, said: DrugClass) -> DrugClass:
    """Return the class that decides: what the formulary knows outweighs what was ticked."""
    found = known(name)
    return found.kind if found is not None and found.kind is not DrugClass.ORDINARY else said
