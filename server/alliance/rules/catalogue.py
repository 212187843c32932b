"""The catalogue of services: what may be billed at all, for how much, out of whose money (A03).

The recommended catalogue of the province (浙卫发〔2022〕11 号) could not be had; what stands here follows the outline of
facts/domain.md §7.11, and every price is our own guess. The bureau puts real ones in their place: a new version, never an edit.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.alliance.rules.parameters import Confidence


class ServiceCategory(StrEnum):
    """The eight kinds of services of the national guideline of 2023 (facts/domain.md §7.8), and training."""

    EDUCATION = "education"
    MANAGEMENT = "management"
    ROUND = "round"
    HOME_BED = "home_bed"
    HOME_CARE = "home_care"
    TCM = "tcm"
    MENTAL = "mental"
    REFERRAL = "referral"
    TRAINING = "training"


SERVICE_CATEGORY_WORDS = {
    ServiceCategory.EDUCATION: "健康教育",
    ServiceCategory.MANAGEMENT: "健康管理",
    ServiceCategory.ROUND: "医疗巡诊",
    ServiceCategory.HOME_BED: "家庭病床",
    ServiceCategory.HOME_CARE: "居家医疗",
    ServiceCategory.TCM: "中医药服务",
    ServiceCategory.MENTAL: "心理精神支持",
    ServiceCategory.REFERRAL: "转诊服务",
    ServiceCategory.TRAINING: "培训",
}


class Funding(StrEnum):
    """Whose money, in the order in which it is asked (A04)."""

    PUBLIC_HEALTH = "public_health"
    INSURANCE = "insurance"
    LONG_TERM_CARE = "long_term_care"
    AGREEMENT = "agreement"
    RESIDENT = "resident"


FUNDING_WORDS = {
    Funding.PUBLIC_HEALTH: "基本公共卫生",
    Funding.INSURANCE: "医疗保险",
    Funding.LONG_TERM_CARE: "长期护理保险",
    Funding.AGREEMENT: "养老机构按协议付",
    Funding.RESIDENT: "长者自付",
}


@dataclass(frozen=True)
class CatalogueEntry:
    """One service as the city recognises it; a change is a new version from a day on."""

    code: str
    name: str
    category: ServiceCategory
    price: int  # fen for one time, where the agreement says nothing else
    funding: tuple[Funding, ...]  # what may be asked for it
    clause: str
    unit: str = "次"
    confidence: Confidence = "assumed"
    version: int = 1
    effective_from: date = date(2024, 1, 1)
    withdrawn: bool = False


_F = Funding
_C = ServiceCategory
# Institutions read these on the catalogue's page.
_PUBLIC = "政策① 二：基本公卫、家医签约内免费，超出由养老机构付。价格为试行（自拟）"
_AGREED = "双方协商收费。价格为试行（自拟）"
_BED = "医保或双方协商收费。价格为试行（自拟）"

CATALOGUE: tuple[CatalogueEntry, ...] = (
    CatalogueEntry("patrol", "医疗巡诊", _C.ROUND, 3000, (_F.PUBLIC_HEALTH, _F.AGREEMENT), _PUBLIC),
    CatalogueEntry("follow_up", "慢病随访", _C.MANAGEMENT, 2000, (_F.PUBLIC_HEALTH, _F.AGREEMENT), _PUBLIC),
    CatalogueEntry("checkup", "年度健康体检", _C.MANAGEMENT, 12000, (_F.PUBLIC_HEALTH, _F.AGREEMENT), _PUBLIC),
    CatalogueEntry("ability", "能力评估", _C.MANAGEMENT, 10000, (_F.PUBLIC_HEALTH, _F.AGREEMENT), _PUBLIC),
    CatalogueEntry("constitution", "中医体质辨识", _C.TCM, 2000, (_F.PUBLIC_HEALTH, _F.AGREEMENT), _PUBLIC),
    CatalogueEntry("education", "健康教育", _C.EDUCATION, 0, (_F.PUBLIC_HEALTH, _F.AGREEMENT), _PUBLIC),
    CatalogueEntry("consultation", "专科会诊", _C.ROUND, 10000, (_F.INSURANCE, _F.AGREEMENT, _F.RESIDENT), _AGREED),
    CatalogueEntry("remote", "远程会诊", _C.ROUND, 8000, (_F.INSURANCE, _F.AGREEMENT, _F.RESIDENT), _AGREED),
    CatalogueEntry("bed_round", "家庭病床查床", _C.HOME_BED, 5000, (_F.INSURANCE, _F.LONG_TERM_CARE, _F.AGREEMENT), _BED),
    CatalogueEntry("sampling", "上门采样", _C.HOME_BED, 1500, (_F.INSURANCE, _F.AGREEMENT, _F.RESIDENT), _BED),
    CatalogueEntry("dressing", "换药", _C.HOME_BED, 2500, (_F.INSURANCE, _F.LONG_TERM_CARE, _F.AGREEMENT, _F.RESIDENT), _BED),
    CatalogueEntry("tube_care", "导尿、鼻饲管护理", _C.HOME_BED, 4000, (_F.INSURANCE, _F.LONG_TERM_CARE, _F.AGREEMENT, _F.RESIDENT), _BED),
    CatalogueEntry("rehabilitation", "康复指导", _C.HOME_BED, 4000, (_F.INSURANCE, _F.LONG_TERM_CARE, _F.AGREEMENT, _F.RESIDENT), _BED),
    CatalogueEntry("acupuncture", "中医适宜技术", _C.TCM, 4000, (_F.INSURANCE, _F.AGREEMENT, _F.RESIDENT), _AGREED),
    CatalogueEntry("mood", "情绪筛查", _C.MENTAL, 0, (_F.PUBLIC_HEALTH, _F.AGREEMENT), _PUBLIC),
    CatalogueEntry("training", "护理员培训", _C.TRAINING, 20000, (_F.AGREEMENT,), _AGREED),
)  # fmt: skip
