"""One look at a record as a sentence that the resident understands. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from server.audit.chain import AccessBasis
from server.consent.rules import PURPOSE_WORDS, Purpose
from server.people.rules import Relation
from server.records.rules.kinds import EmergencyStatus

RELATION_WORDS: Mapping[Relation, str] = {
    Relation.SPOUSE: "配偶",
    Relation.CHILD: "子女",
    Relation.CHILD_IN_LAW: "儿媳或女婿",
    Relation.GRANDCHILD: "孙辈",
    Relation.SIBLING: "兄弟姐妹",
    Relation.NIECE_NEPHEW: "侄辈",
    Relation.FRIEND: "朋友",
    Relation.NEIGHBOR: "邻居",
    Relation.ORGANIZATION: "受托机构",
}
_REVIEWED: Mapping[EmergencyStatus, str] = {
    EmergencyStatus.OPEN: "紧急查阅，正在复核",
    EmergencyStatus.JUSTIFIED: "紧急查阅，复核认为确有必要",
    EmergencyStatus.UNJUSTIFIED: "紧急查阅，复核认为没有必要",
}


class Addressee(StrEnum):
    """Who reads the sentence."""

    RESIDENT = "resident"
    PROXY = "proxy"
    OVERSIGHT = "oversight"


@dataclass(frozen=True)
class Look:
    reader: str
    institution: str | None
    purpose: Purpose
    basis: AccessBasis
    seen: str  # categories in words; empty: there was nothing to see
    to: Addressee
    by_addressee: bool = False
    relation: Relation | None = None  # of a proxy
    review: EmergencyStatus | None = None  # of an emergency read


def look_in_words(look: Look) -> str:
    """Return who looked, why, at what and by what right."""
    did = f"看了：{look.seen}" if look.seen else "打开过档案，没有看到内容"
    right = _right(look)
    return f"{_who(look)}{_why(look)}{did}" + (f"（{right}）" if right else "")


def _who(look: Look) -> str:
    if look.by_addressee and look.institution is None:
        return "您自己" if look.basis is AccessBasis.OWN else "您"
    if look.basis is AccessBasis.OWN:
        return f"{look.reader}本人"
    if look.basis is AccessBasis.PROXY:
        whose = "您的" if look.to is Addressee.RESIDENT else ""
        relation = RELATION_WORDS.get(look.relation) if look.relation else None
        return f"{whose}代办人{look.reader}" + (f"（{relation}）" if relation else "")
    return f"{look.institution}的{look.reader}" if look.institution else look.reader


def _why(look: Look) -> str:
    if look.purpose is Purpose.SELF:
        return ""
    return "因急救" if look.purpose is Purpose.EMERGENCY else f"因{PURPOSE_WORDS[look.purpose]}"


def _right(look: Look) -> str:
    match look.basis:
        case AccessBasis.AUTHOR:
            return "他们自己写的记录"
        case AccessBasis.CONSENT:
            return "您同意过" if look.to is Addressee.RESIDENT else "长者一方同意过"
        case AccessBasis.EMERGENCY:
            return _REVIEWED[look.review or EmergencyStatus.OPEN]
        case AccessBasis.DUTY:
            return "依法履行职责"
        case _:
            return ""
