"""What waits for somebody, each as one whole sentence that is read out to an older adult."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from server.booking.queries import AppointmentCard, OfferCard
from server.booking.rules import AppointmentStatus
from server.consent.queries import ConsentCard
from server.enrolments.queries import EnrolmentCard
from server.feedback.queries import TokenCard
from server.kit.clock import SHANGHAI, local_date, said_time, start_of_day
from server.people.queries import MyResidentCard, ProxyCard
from server.records.queries import DueCard
from server.referrals.queries import StoryCard
from server.visits.queries import ComingVisit

DUE_SOON = timedelta(days=30)  # what is due later does not wait yet


class NextKind(StrEnum):
    """In the order in which they stand when nothing is urgent."""

    OFFER = "offer"
    CONSENT = "consent"
    PROXY = "proxy"
    DOCTOR = "doctor"
    REFERRAL = "referral"
    APPOINTMENT = "appointment"
    VISIT = "visit"
    DUE = "due"
    RATING = "rating"


class DutyKind(StrEnum):
    DEVICE = "device"
    ROUND = "round"
    ATTEST = "attest"
    WITNESS_CONSENT = "witness_consent"
    WITNESS_RATING = "witness_rating"
    DELIVERY = "delivery"


@dataclass(frozen=True)
class NextCard:
    kind: NextKind
    words: str  # a whole sentence
    note: str  # a second, smaller one; may be empty
    at: datetime | None  # when it is, or until when it waits
    urgent: bool
    target: str  # a page of the mini-program


@dataclass(frozen=True)
class DutyCard:
    kind: DutyKind
    words: str
    count: int
    target: str


@dataclass(frozen=True)
class Telling:
    """Who is spoken to, and when: whoever reads their own name hears “您”."""

    mine: Sequence[MyResidentCard]
    now: datetime

    def name(self, uid: str, name: str) -> str:
        return "您" if any(each.uid == uid and each.myself for each in self.mine) else name

    def when(self, instant: datetime) -> str:
        return said_time(instant, self.now)

    def day(self, instant: datetime) -> str:
        local = instant.astimezone(SHANGHAI)
        return f"{local.month} 月 {local.day} 日"

    def is_today(self, instant: datetime) -> bool:
        return local_date(instant) == local_date(self.now)

    # One sentence for each kind

    def offer(self, card: OfferCard) -> NextCard:
        who = self.name(card.resident_uid, card.resident_name)
        return NextCard(
            kind=NextKind.OFFER,
            words=f"{who}等的{card.institution_name}{card.department_name}有号了，{self.when(card.starts_at)}，请您决定要不要。",
            note=f"请在{self.when(card.expires_at)}前决定，过时会让给下一位。",
            at=card.expires_at,
            urgent=True,
            target=f"pages/booking/offer?uid={card.uid}",
        )

    def consent(self, card: ConsentCard) -> NextCard:
        who = self.name(card.resident_uid, card.resident)
        return NextCard(
            kind=NextKind.CONSENT,
            words=f"{card.recipient}想看{who}的一部分健康档案，请您决定同意不同意。",
            note="同意还是不同意，都不影响看病和服务。",
            at=card.answer_by,
            urgent=False,
            target=f"pages/consent/consent?uid={card.uid}",
        )

    def proxy(self, card: ProxyCard) -> NextCard:
        return NextCard(
            kind=NextKind.PROXY,
            words=f"{card.proxy}申请替您办事，证件已经核对过，请您决定让不让。",
            note="您点了同意才会生效，以后随时可以停。",
            at=card.applied_at,
            urgent=False,
            target=f"pages/family/proxy?uid={card.uid}",
        )

    def doctor(self, card: EnrolmentCard) -> NextCard:
        until = f"{card.answer_by.month} 月 {card.answer_by.day} 日前答复就行，" if card.answer_by else ""
        return NextCard(
            kind=NextKind.DOCTOR,
            words=f"{card.institution_name}请{self.name(card.resident_uid, card.resident_name)}签约家庭医生，请您看过协议再决定。",
            note=f"{until}不签也不影响任何服务。",
            at=start_of_day(card.answer_by) if card.answer_by else None,
            urgent=False,
            target=f"pages/doctor/doctor?resident={card.resident_uid}",
        )

    def appointment(self, card: AppointmentCard) -> NextCard:
        who = self.name(card.resident_uid, card.resident_name)
        held = card.status is AppointmentStatus.HELD and card.hold_expires_at is not None
        until = self.when(card.hold_expires_at) if held and card.hold_expires_at else ""
        going = f"{who}{self.when(card.starts_at)}去{card.institution_name}{card.department_name}看病"
        return NextCard(
            kind=NextKind.APPOINTMENT,
            words=f"{going}的号还没有确认，请您确认。" if held else f"{going}。",
            note=f"只保留到{until}，过时会放回去。"
            if held
            else f"第 {card.number} 号，请带好证件，提前半小时到。",
            at=card.starts_at,
            urgent=held or self.is_today(card.starts_at),
            target=f"pages/booking/appointment?uid={card.uid}",
        )

    def visit(self, card: ComingVisit, resident: MyResidentCard) -> NextCard:
        who = self.name(resident.uid, resident.name)
        coming = f"{card.provider_name}的医生{self.when(card.starts_at)}来{card.home_name}看{who}。"
        here = f"{card.provider_name}的医生正在{card.home_name}{card.kind_text}，会来看{who}。"
        return NextCard(
            kind=NextKind.VISIT,
            words=here if card.under_way else coming,
            note="请在房间里等一等，不用排队。",
            at=card.starts_at,
            urgent=False,
            target=f"pages/visits/visit?uid={card.uid}&resident={resident.uid}",
        )

    def referral(self, card: StoryCard) -> NextCard:
        # A time that was given is what one has to know; otherwise, whose turn it is.
        to_come = card.come_at if card.come_at is not None and card.come_at > self.now else None
        there = f"，{card.come_to}" if card.come_to else ""
        note = (
            f"{self.when(to_come)}到{card.upper_name}{there}。"
            if to_come
            else f"下一步由{card.next_by}来办。"
        )
        return NextCard(
            kind=NextKind.REFERRAL,
            words=f"{self.name(card.resident_uid, card.resident_name)}的转诊：{card.story}",
            note=note,
            at=to_come,
            urgent=card.urgent or (to_come is not None and self.is_today(to_come)),
            target=f"pages/care/referral?resident={card.resident_uid}&uid={card.uid}",
        )

    def due(self, card: DueCard, resident: MyResidentCard) -> NextCard:
        who = self.name(resident.uid, resident.name)
        at = start_of_day(card.due_day)
        said = f"{who}该做{card.words}了" if card.overdue else f"{who}在 {self.day(at)}前要做{card.words}"
        return NextCard(
            kind=NextKind.DUE,
            words=f"{said}，由{card.owed_by}来办。",
            note="没有人联系您的话，请问问护士。",
            at=at,
            urgent=False,
            target=f"pages/record/missing?resident={resident.uid}",
        )

    def rating(self, card: TokenCard) -> NextCard:
        who = self.name(card.resident_uid, card.resident)
        return NextCard(
            kind=NextKind.RATING,
            words=f"{self.day(card.served_at)}{card.institution}给{who}的服务做完了，请您打个分。",
            note=f"{self.day(card.expires_at)}前都可以评，不评也没关系。",
            at=card.expires_at,
            urgent=False,
            target=f"pages/feedback/rate?token={card.uid}",
        )


def due_now(cards: Iterable[DueCard], now: datetime) -> list[DueCard]:
    """Leave out what is due later than soon; what is overdue comes first."""
    soon = local_date(now) + DUE_SOON
    return sorted(
        (card for card in cards if card.overdue or card.due_day <= soon),
        key=lambda card: (not card.overdue, card.due_day),
    )


def in_order(cards: Iterable[NextCard]) -> list[NextCard]:
    """Put the urgent first, the soonest of them at the top; the rest by kind, as they came."""
    rank = {kind: place for place, kind in enumerate(NextKind)}
    urgent = [card for card in cards if card.urgent]
    calm = [card for card in cards if not card.urgent]
    return [
        *sorted(urgent, key=lambda card: (card.at is None, card.at.timestamp() if card.at else 0.0)),
        *sorted(calm, key=lambda card: rank[card.kind]),
    ]


def duties_of(counts: Iterable[tuple[DutyKind, int]]) -> tuple[DutyCard, ...]:
    """Put each count that is not nought into words."""
    said = {
        DutyKind.DEVICE: ("这部手机还没有被批准用于工作，请找单位管理员批准。", "pages/settings/settings"),
        DutyKind.ROUND: ("今天有 {count} 次巡诊。", "pages/round/round"),
        DutyKind.ATTEST: ("有 {count} 次巡诊等您确认。", "pages/round/round"),
        DutyKind.WITNESS_CONSENT: ("有 {count} 份授权要当面问没有手机的长者。", "pages/witness/witness"),
        DutyKind.DELIVERY: ("今天有 {count} 份药要收。", "pages/duty/deliveries"),
        DutyKind.WITNESS_RATING: ("有 {count} 次服务可以帮没有手机的长者评价。", "pages/witness/witness"),
    }
    return tuple(
        DutyCard(kind, said[kind][0].format(count=count), count, said[kind][1])
        for kind, count in counts
        if count > 0
    )
