"""What an agreement says, and the one digest that both sides sign (facts/domain.md §7.2)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import orjson

MOST_FEN = 10**12  # no line of an agreement is worth ten billion yuan
MOST_PEOPLE = 100_000  # in one home
PHONE_DIGITS = 7  # the least of a number that can be called
MINUTES_A_DAY = 24 * 60
SUNDAY = 7


class Cooperation(StrEnum):
    STATIONED = "stationed"  # 派驻
    PATROL = "patrol"  # 巡诊
    BRANCH = "branch"  # 设分院、延伸医务室
    REMOTE = "remote"  # 远程
    GREEN_CHANNEL = "green_channel"
    PRIMARY_CARE = "primary_care"


class FeeKind(StrEnum):
    FREE_PUBLIC_HEALTH = "free_public_health"  # 基本公卫, nobody pays
    CONTRACT = "contract"  # 家医签约包
    INSURANCE = "insurance"
    HOME_PAYS = "home_pays"  # beyond the quota, by this agreement
    RESIDENT_PAYS = "resident_pays"
    REFERRAL_FEE = "referral_fee"  # 推荐费: cannot be filed (I21)


class PayCycle(StrEnum):
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    PER_PERSON = "per_person"  # 按人次
    ONCE = "once"


@dataclass(frozen=True)
class ServiceItem:
    code: str
    name: str
    times_a_year: int | None = None  # None: as needed
    free_quota: int | None = None  # so many of one resident in a calendar year are free
    price: int | None = (
        None  # fen for one time (beyond the quota); None: beyond a quota, as the catalogue says
    )
    fee: FeeKind | None = None  # how this one is charged, where it is not as the whole


@dataclass(frozen=True)
class Fee:
    kind: FeeKind
    amount: int  # fen
    cycle: PayCycle
    note: str = ""


@dataclass(frozen=True)
class VisitDay:
    weekday: int  # 1 Monday … 7 Sunday
    from_minute: int  # minutes since midnight
    to_minute: int


@dataclass(frozen=True)
class Contact:
    """Whom the other side calls; a work number."""

    name: str
    phone: str
    duty: str  # "绿色通道 24 小时"


@dataclass(frozen=True)
class Parties:
    """What each side is by its papers, as it stood when the text was written."""

    number: str = ""  # 协议编号, the parties' own
    home_filing: str = ""  # 甲方备案号
    home_beds: int | None = None
    home_residents: int | None = None
    provider_licence: str = ""  # 乙方执业许可证号
    practice_filing: str = ""  # 执业地点备案号: where the provider's people may practise (A02)


@dataclass(frozen=True)
class Attachment:
    """A paper that belongs to the text: its digest stands in what is signed, the paper itself beside it."""

    name: str
    digest: str  # SHA-256 of what was handed in


@dataclass(frozen=True)
class AgreementContent:
    cooperation: tuple[Cooperation, ...]
    items: tuple[ServiceItem, ...]
    fees: tuple[Fee, ...] = ()
    visit_days: tuple[VisitDay, ...] = ()
    contacts: tuple[Contact, ...] = ()
    home_duties: str = ""
    provider_duties: str = ""
    emergency: str = ""
    sharing: str = ""  # information and confidentiality
    disputes: str = ""
    parties: Parties = Parties()
    attachments: tuple[Attachment, ...] = ()

    @property
    def has_referral_fee(self) -> bool:
        return any(fee.kind is FeeKind.REFERRAL_FEE for fee in self.fees)


def content_faults(content: AgreementContent) -> dict[str, str]:
    """Return what is wrong with the content, by field, as sentences for the person who wrote it."""
    faults: dict[str, str] = {}
    if not content.cooperation:
        faults["cooperation"] = "请至少选择一种合作方式。"
    if not content.items:
        faults["items"] = "请至少写一项服务内容。"
    if any(not 0 <= fee.amount <= MOST_FEN for fee in content.fees):
        faults["fees"] = "费用应是不小于 0 的金额。"
    if any(item.price is not None and not 0 <= item.price <= MOST_FEN for item in content.items):
        faults["items"] = "每次的价格应是不小于 0 的金额。"
    if any(
        not (1 <= day.weekday <= SUNDAY and 0 <= day.from_minute < day.to_minute <= MINUTES_A_DAY)
        for day in content.visit_days
    ):
        faults["visit_days"] = "巡诊时间的结束要晚于开始，且在同一天之内。"
    return faults | _faults_of_contacts(content) | _faults_of_parties(content.parties)


def _faults_of_contacts(content: AgreementContent) -> dict[str, str]:
    if Cooperation.GREEN_CHANNEL in content.cooperation and not content.contacts:
        return {"contact_name": "约定了绿色通道，请写明 24 小时有人接的联系人和电话。"}
    if any(sum(letter.isdigit() for letter in each.phone) < PHONE_DIGITS for each in content.contacts):
        return {"contact_phone": "联系电话至少要有 7 位数字，请核对。"}
    return {}


def _faults_of_parties(parties: Parties) -> dict[str, str]:
    counts = {"home_beds": parties.home_beds, "home_residents": parties.home_residents}
    return {
        name: "请填不小于 0 的人数或床位数。"
        for name, count in counts.items()
        if count is not None and not 0 <= count <= MOST_PEOPLE
    }


def plain_content(content: AgreementContent) -> dict[str, Any]:
    """Return the content as it is stored.

    What was not agreed is not mentioned where it came later than the first agreements (prices, ways of charging, papers of
    the parties, attachments): agreements signed before keep their digest.
    """
    plain = dict(orjson.loads(orjson.dumps(content)))
    for item in plain["items"]:
        for later in ("price", "fee"):
            if item[later] is None:
                del item[later]
    plain["parties"] = {name: value for name, value in plain["parties"].items() if value not in ("", None)}
    for later in ("parties", "attachments"):
        if not plain[later]:
            del plain[later]
    return plain


def content_of(plain: Mapping[str, Any]) -> AgreementContent:
    return AgreementContent(
        cooperation=tuple(Cooperation(word) for word in plain["cooperation"]),
        items=tuple(_item(item) for item in plain["items"]),
        fees=tuple(
            Fee(FeeKind(fee["kind"]), fee["amount"], PayCycle(fee["cycle"]), fee["note"])
            for fee in plain["fees"]
        ),
        visit_days=tuple(VisitDay(**day) for day in plain["visit_days"]),
        contacts=tuple(Contact(**contact) for contact in plain["contacts"]),
        **{
            name: plain[name]
            for name in ("home_duties", "provider_duties", "emergency", "sharing", "disputes")
        },
        parties=Parties(**plain.get("parties", {})),
        attachments=tuple(Attachment(**each) for each in plain.get("attachments", ())),
    )


def _item(plain: Mapping[str, Any]) -> ServiceItem:
    fee = plain.get("fee")
    return ServiceItem(**{**plain, "fee": FeeKind(fee) if fee else None})


def content_digest(
    *,
    home_uscc: str,
    provider_uscc: str,
    version: int,
    first_day: date,
    last_day: date,
    content: AgreementContent,
    algorithm: str = "sha256",
) -> str:
    """Return "sha256:…" (or "sm3:…") over the canonical JSON: keys sorted, UTF-8, no spaces."""
    whole = {
        "home": home_uscc,
        "provider": provider_uscc,
        "version": version,
        "first_day": first_day,
        "last_day": last_day,
        "content": plain_content(content),
    }
    return (
        f"{algorithm}:{hashlib.new(algorithm, orjson.dumps(whole, option=orjson.OPT_SORT_KEYS)).hexdigest()}"
    )
