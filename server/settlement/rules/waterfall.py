"""Whose money pays for one service (A04): each fund in its turn says yes or why not, and the first yes pays.

Policy ①: what basic public health and the family doctor's contract promise is free within its quota, and what goes beyond is
paid by the home as agreed. Only catalogue ∩ agreement is billable at all (A03).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from server.alliance.rules import FUNDING_WORDS, Funding

NOT_LISTED = "不在服务目录里，不能结算"
NOT_AGREED = "协议里没有这一项，不能结算"
FLAT = "按协议的固定费用服务，不按次收"


@dataclass(frozen=True)
class Terms:
    """What catalogue and agreement say of one service on the day it was given."""

    listed: bool
    agreed: bool
    funding: frozenset[Funding] = frozenset()
    price: int | None = None  # fen for one time; None: nothing is asked by the time
    free_quota: int | None = None
    resident_pays: bool = False  # the agreement passes on to the resident what no fund pays


@dataclass(frozen=True)
class Situation:
    """What is known of the resident on that day."""

    used: int = 0  # how many of this kind were free already this year
    home_bed: bool = False  # open on that day at the institution that came: then the insurance is asked
    insured_here: bool = False  # that institution is designated for medical insurance (A07)
    long_term_care: bool = False  # an entered grade that this insurance pays for
    care_insured_here: bool = False  # and that institution is designated for it


@dataclass(frozen=True)
class Step:
    """What one fund said."""

    funding: Funding | None  # None: the question before all funds, whether it is billable
    pays: bool
    words: str


@dataclass(frozen=True)
class Funded:
    payer: Funding | None  # None: nobody, it is not billable
    amount: int  # fen
    steps: tuple[Step, ...]


def fund(terms: Terms, situation: Situation) -> Funded:
    """Return who pays how much, with every answer on the way there."""
    if not (terms.listed and terms.agreed):
        words = NOT_LISTED if not terms.listed else NOT_AGREED
        return Funded(None, 0, (Step(None, pays=False, words=words),))
    steps: list[Step] = []
    for each in Funding:
        pays, words = _asked(each, terms, situation)
        steps.append(Step(each, pays, f"{FUNDING_WORDS[each]}：{words}"))
        if pays:
            free = each is Funding.PUBLIC_HEALTH or terms.price is None
            return Funded(each, 0 if free else terms.price or 0, tuple(steps))
    return Funded(None, 0, tuple(steps))


def _asked(funding: Funding, terms: Terms, situation: Situation) -> tuple[bool, str]:
    if funding not in terms.funding and funding is not Funding.AGREEMENT:
        return False, "目录里这一项不由它付"
    return _ANSWERS[funding](terms, situation)


def _public_health(terms: Terms, situation: Situation) -> tuple[bool, str]:
    if terms.free_quota is None:
        return False, "协议没有约定免费次数"
    if situation.used >= terms.free_quota:
        return False, f"今年的 {terms.free_quota} 次免费已用完"
    return True, f"今年第 {situation.used + 1} 次，共 {terms.free_quota} 次免费"


def _insurance(terms: Terms, situation: Situation) -> tuple[bool, str]:  # noqa: ARG001  all are asked alike
    if not situation.home_bed:
        return False, "没有登记开着的家庭病床"
    if not situation.insured_here:
        return False, "开着家庭病床，但这家机构当天不是医保定点"
    return True, "开着家庭病床"


def _long_term_care(terms: Terms, situation: Situation) -> tuple[bool, str]:  # noqa: ARG001  all are asked alike
    if not situation.long_term_care:
        return False, "没有登记长护险待遇"
    if not situation.care_insured_here:
        return False, "有长护险待遇，但这家机构当天不是长护险定点"
    return True, "有长护险待遇"


def _agreement(terms: Terms, situation: Situation) -> tuple[bool, str]:  # noqa: ARG001  all are asked alike
    if terms.price is None:
        return True, FLAT
    if terms.resident_pays:
        return False, "协议约定由长者自付"
    return True, "协议约定由养老机构付"


def _resident(terms: Terms, situation: Situation) -> tuple[bool, str]:  # noqa: ARG001  all are asked alike
    return (True, "协议约定") if terms.resident_pays else (False, "协议没有约定长者自付")


_ANSWERS: Mapping[Funding, Callable[[Terms, Situation], tuple[bool, str]]] = {
    Funding.PUBLIC_HEALTH: _public_health,
    Funding.INSURANCE: _insurance,
    Funding.LONG_TERM_CARE: _long_term_care,
    Funding.AGREEMENT: _agreement,
    Funding.RESIDENT: _resident,
}
