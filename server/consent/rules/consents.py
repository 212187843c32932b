"""The words of consent, its moves, and the text that is read out before anybody decides. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256

from server.alliance.rules import Parameter
from server.kit.moves import Moves


class Purpose(StrEnum):
    """For what a record is read. Every route that shows or writes records names one."""

    SELF = "self"
    CARE = "care"
    TREATMENT = "treatment"
    VISIT = "visit"
    CONTINUITY = "continuity"
    EMERGENCY = "emergency"
    OVERSIGHT = "oversight"


PURPOSE_WORDS: Mapping[Purpose, str] = {
    Purpose.SELF: "本人或家属查看",
    Purpose.CARE: "日常照护",
    Purpose.TREATMENT: "看病诊疗",
    Purpose.VISIT: "上门巡诊",
    Purpose.CONTINUITY: "转诊衔接",
    Purpose.EMERGENCY: "紧急救治",
    Purpose.OVERSIGHT: "监管复核",
}
SHAREABLE = frozenset({Purpose.CARE, Purpose.TREATMENT, Purpose.VISIT, Purpose.CONTINUITY})


class RecordCategory(StrEnum):
    """What a consent is about (facts/domain.md 3.4). The four restricted ones are decided one by one."""

    BASIC = "basic"
    EXAM = "exam"
    ABILITY = "ability"
    HOMEBED = "homebed"
    CHRONIC = "chronic"
    MEDS = "meds"
    LABS = "labs"
    ENCOUNTER = "encounter"
    TCM = "tcm"
    RESTRICTED_MENTAL = "restricted_mental"
    RESTRICTED_SEXUAL = "restricted_sexual"
    RESTRICTED_INFECTIOUS = "restricted_infectious"
    RESTRICTED_GENETIC = "restricted_genetic"
    # Not a category that anyone may ask for: an entry that nobody labeled. A grant of every category above
    # carries it along, so that "visible only to holders of all labels" (I10) is the same test as any other.
    UNLABELED = "unlabeled"


CATEGORY_WORDS: Mapping[RecordCategory, str] = {
    RecordCategory.BASIC: "基本信息与紧急联系人",
    RecordCategory.EXAM: "健康体检报告",
    RecordCategory.ABILITY: "能力评估结果",
    RecordCategory.HOMEBED: "家庭病床与巡诊记录",
    RecordCategory.CHRONIC: "慢性病随访",
    RecordCategory.MEDS: "用药与过敏",
    RecordCategory.LABS: "检验检查",
    RecordCategory.ENCOUNTER: "门诊、住院与转诊",
    RecordCategory.TCM: "中医体质",
    RecordCategory.RESTRICTED_MENTAL: "精神心理疾病",
    RecordCategory.RESTRICTED_SEXUAL: "艾滋病与性传播疾病",
    RecordCategory.RESTRICTED_INFECTIOUS: "结核等传染病",
    RecordCategory.RESTRICTED_GENETIC: "遗传信息",
    RecordCategory.UNLABELED: "还没有归类的记录",
}
RESTRICTED = frozenset(
    {
        RecordCategory.RESTRICTED_MENTAL,
        RecordCategory.RESTRICTED_SEXUAL,
        RecordCategory.RESTRICTED_INFECTIOUS,
        RecordCategory.RESTRICTED_GENETIC,
    }
)
REQUESTABLE = tuple(category for category in RecordCategory if category is not RecordCategory.UNLABELED)


class Verdict(StrEnum):
    """FHIR Consent.provision.type, and the state before the answer."""

    ASKED = "asked"
    PERMIT = "permit"
    DENY = "deny"


class DecisionBasis(StrEnum):
    """By what right somebody decided."""

    OWN = "own"  # the resident
    PROXY = "proxy"  # somebody whose proxy grant covers consent
    WITNESSED = "witnessed"  # the resident's word, before two of the home's staff


class Tie(StrEnum):
    """What a consent hangs on; asked again at every read."""

    NOTHING = "nothing"
    RESIDENCE = "residence"  # the recipient is the home where the resident lives
    AGREEMENT = "agreement"  # the recipient serves that home under an agreement


class ConsentStatus(StrEnum):
    REQUESTED = "requested"
    GRANTED = "granted"
    DENIED = "denied"
    LAPSED = "lapsed"  # nobody answered in time
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"  # by a later grant to the same recipient for the same purpose


class ConsentEvent(StrEnum):
    GRANT = "grant"
    DENY = "deny"
    LAPSE = "lapse"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    SUPERSEDE = "supersede"


BASIS_WORDS: Mapping[DecisionBasis, str] = {
    DecisionBasis.OWN: "本人决定",
    DecisionBasis.PROXY: "代办人按授权代为决定",
    DecisionBasis.WITNESSED: "本人口头或在纸上表示，两位工作人员在场见证",
}
STATUS_WORDS: Mapping[ConsentStatus, str] = {
    ConsentStatus.REQUESTED: "等您决定",
    ConsentStatus.GRANTED: "已同意",
    ConsentStatus.DENIED: "没有同意",
    ConsentStatus.LAPSED: "过期未答复",
    ConsentStatus.WITHDRAWN: "已撤回",
    ConsentStatus.EXPIRED: "已到期",
    ConsentStatus.SUPERSEDED: "已被新的同意代替",
}

MOVES: Moves[ConsentStatus, ConsentEvent] = Moves(
    {
        (ConsentStatus.REQUESTED, ConsentEvent.GRANT): ConsentStatus.GRANTED,
        (ConsentStatus.REQUESTED, ConsentEvent.DENY): ConsentStatus.DENIED,
        (ConsentStatus.REQUESTED, ConsentEvent.LAPSE): ConsentStatus.LAPSED,
        (ConsentStatus.GRANTED, ConsentEvent.WITHDRAW): ConsentStatus.WITHDRAWN,
        (ConsentStatus.GRANTED, ConsentEvent.EXPIRE): ConsentStatus.EXPIRED,
        (ConsentStatus.GRANTED, ConsentEvent.SUPERSEDE): ConsentStatus.SUPERSEDED,
    }
)


def words_of(categories: Iterable[RecordCategory]) -> str:
    """Name categories in the order of the list that people are shown."""
    wanted = frozenset(categories)
    return "、".join(CATEGORY_WORDS[category] for category in RecordCategory if category in wanted)


@dataclass(frozen=True)
class Notice:
    """What a text has to tell about one request (PIPL art. 17, 23 and 30)."""

    resident: str
    recipient: str
    contact: str
    purpose: Purpose
    categories: frozenset[RecordCategory]
    last_day: date


@dataclass(frozen=True)
class ConsentText:
    """One version of the text; a changed sentence is a new version, and who agreed to the old one is not moved over."""

    version: str
    sections: tuple[tuple[str, str], ...]  # heading, sentence with places to fill
    restricted: str  # only where something restricted is asked for


TEXTS: tuple[ConsentText, ...] = (
    ConsentText(
        version="2026-1",
        sections=(
            ("谁想看", "{recipient}想查看{resident}的一部分健康档案。联系方式：{contact}。"),
            (
                "为了什么、怎么看",
                "只用于“{purpose}”。由该机构的工作人员在本系统里查看，每看一次都会留下记录，您随时可以查。",
            ),
            ("看哪些内容", "{categories}。没有列出的内容，他们看不到。"),
            (
                "看到什么时候",
                "从您同意的时候起，到{last_day}止；{tie}到期后自动停止。病历由原写机构按国家规定年限保存。",
            ),
            (
                "您的权利",
                "您可以只同意其中几项，可以随时撤回，撤回后立刻看不到；还可以查阅、复制、要求更正，对某条记录提出异议。在“谁能看我的档案”里就能办，也可以请护士或拨打96345帮您办。",
            ),
            (
                "为什么需要、有什么影响",
                "健康信息属于敏感个人信息，看到这些内容有助于{purpose}；被不当使用可能影响您的隐私。不同意或者撤回，不会影响您住养、看病、预约和任何服务。",
            ),
        ),
        restricted="其中特别敏感的内容（{categories}）要一项一项单独决定，不选就是不同意。",
    ),
)
CURRENT_TEXT = TEXTS[-1]


def rendered(text: ConsentText, notice: Notice) -> str:
    """Return what is shown and kept: a heading line and a sentence per section, sections apart by an empty line."""
    restricted = notice.categories & RESTRICTED
    places = {
        "resident": notice.resident,
        "recipient": notice.recipient,
        "contact": notice.contact,
        "purpose": PURPOSE_WORDS[notice.purpose],
        "categories": words_of(notice.categories),
        "last_day": f"{notice.last_day.year}年{notice.last_day.month}月{notice.last_day.day}日",
        "tie": "您搬离现在的机构，或者两家机构的协议结束，也会自动停止；",
    }
    paragraphs = [f"{heading}\n{sentence.format(**places)}" for heading, sentence in text.sections]
    if restricted:
        paragraphs.append("单独决定\n" + text.restricted.format(categories=words_of(restricted)))
    return "\n\n".join(paragraphs)


def hash_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def carried(permitted: Iterable[RecordCategory]) -> frozenset[RecordCategory]:
    """Return what a grant of these categories opens: with every category, the unlabeled entries too (I10)."""
    chosen = frozenset(permitted)
    return chosen | {RecordCategory.UNLABELED} if chosen >= frozenset(REQUESTABLE) else chosen


PARAMETERS: tuple[Parameter, ...] = (
    Parameter("consent.answer_days", 30, "days", "征求同意后无人答复自动失效的天数（自拟）", "assumed"),
    Parameter(
        "consent.longest_days",
        366,
        "days",
        "一次同意的最长期限，与家庭医生签约“原则上不少于一年”相当（facts/domain.md §7.2，自拟上限）",
        "assumed",
    ),
)
