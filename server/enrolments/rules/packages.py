"""What is signed for: packages as data with a version, and the contract's own words.

Prices, contents and the text are our own draft (自拟): a city puts its published ones in their place as a new version.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from server.enrolments.rules.groups import Group

TEXT_VERSION = "2026.1"
CITATION = (
    "国卫基层发〔2022〕10 号《关于推进家庭医生签约服务高质量发展的指导意见》的服务类别；内容、价格和文字自拟"
)


@dataclass(frozen=True)
class Package:
    code: str
    version: str
    since: date
    name: str
    for_whom: str
    items: tuple[str, ...]
    price_fen: int  # a year, paid by the person; what public health and insurance pay is not in it
    groups: frozenset[Group] = frozenset()  # any one of them is asked for; empty: everybody
    ended: date | None = None  # the first day on which it is offered no more

    def is_offered(self, day: date) -> bool:
        return self.since <= day and (self.ended is None or day < self.ended)

    def is_meant_for(self, groups: Sequence[Group]) -> bool:
        return not self.groups or not self.groups.isdisjoint(groups)

    @property
    def key(self) -> str:
        return f"{self.code}@{self.version}"


_BASE = ("建立和更新健康档案", "每年一次健康评估和健康指导", "常见病、多发病诊疗和用药指导", "预约和双向转诊")
_SINCE = date(2024, 1, 1)
PACKAGES: tuple[Package, ...] = (
    Package("base", "2026.1", _SINCE, "基础包", "所有长者", _BASE, 0),
    Package(
        "senior", "2026.1", _SINCE, "65 岁及以上老年人包", "65 岁及以上的长者",
        (*_BASE, "每年一次免费体检和生活自理能力评估", "中医体质辨识和指导", "每季度一次电话或上门问候"),
        0, frozenset({Group.AGED_65}),
    ),
    Package(
        "chronic", "2026.1", _SINCE, "慢病管理包", "高血压、糖尿病的长者",
        (*_BASE, "每季度一次面对面随访", "长期处方和续方提醒", "每年一次并发症筛查建议"),
        2400, frozenset({Group.HYPERTENSION, Group.DIABETES}),
    ),
    Package(
        "impaired", "2026.1", _SINCE, "失能照护包", "失能、残疾、高龄的长者",
        (*_BASE, "每月一次上门巡诊", "护理员照护指导", "家庭病床评估", "送药上门"),
        12000, frozenset({Group.IMPAIRED, Group.DISABLED, Group.AGED_80}),
    ),
)  # fmt: skip
BY_KEY: Mapping[str, Package] = {package.key: package for package in PACKAGES}


def package_of(code: str, version: str) -> Package:
    return BY_KEY[f"{code}@{version}"]


def offered(day: date) -> tuple[Package, ...]:
    """Return what may be signed for on a day, of each code the newest."""
    newest: dict[str, Package] = {}
    for package in sorted(PACKAGES, key=lambda each: each.since):
        if package.is_offered(day):
            newest[package.code] = package
    return tuple(newest.values())


def price_words(fen: int) -> str:
    if not fen:
        return "不收费"
    yuan, rest = divmod(fen, 100)
    return f"每年 {yuan} 元" if not rest else f"每年 {yuan}.{rest:02d} 元"


def contract_text(
    package: Package, *, institution: str, team: str, leader: str, notices: Sequence[int]
) -> tuple[tuple[str, str], ...]:
    """Return the contract as headings and sentences, without anybody's name but the team's.

    `notices`: how many days before the end one is reminded, as the policy numbers stand today.
    """
    reminded = "和 ".join(f"{days} 天" for days in notices)
    return (
        ("谁和谁", f"甲方：长者本人。乙方：{institution}{team}，负责医生{leader}。"),
        ("做什么", f"{package.name}（{package.for_whom}）：{'；'.join(package.items)}。"),
        ("费用", f"{price_words(package.price_fen)}。基本公共卫生服务和医保承担的部分另计，不向长者收。"),
        ("期限", f"双方都签好的那天起一年；续签的，接着原来的期限。到期前 {reminded}提醒，不自动续。"),
        ("可以随时结束", "长者可以随时结束，不用说理由。不签、结束都不影响看病、住养和其他服务。"),
        ("个人信息", "团队要看健康档案，另外征求同意；不同意也可以签约。"),
    )


def digest_of(text: Sequence[tuple[str, str]]) -> str:
    """Return the digest that stands for exactly these words."""
    return sha256("\n".join(f"{heading}\n{said}" for heading, said in text).encode()).hexdigest()
