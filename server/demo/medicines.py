"""The weeks behind family doctors and medicines: only the town of `make run` has them. Everything is fictional."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from server.alliance.models import Institution
from server.authority.actor import Actor, Channel
from server.enrolments import actions as enrolments
from server.enrolments.rules import Group
from server.identity.queries import actor_of
from server.kit.clock import local_date
from server.outbox.models import MessageStatus, OutboxMessage
from server.people.models import Resident
from server.prescriptions import actions as prescriptions
from server.prescriptions.actions import Written
from server.prescriptions.rules import Agreed, Conditions, DrugClass, Receiver, Wanted

SIGNED, OFFERED, TREATED = 12, 2, 9  # residents
SCAN = b"%PDF-1.4\n% a signed sheet that nobody ever signed\n"
DRUGS = (
    ("苯磺酸氨氯地平片", "5 毫克", "每天早上一次", "片", 10, "原发性高血压"),
    ("盐酸二甲双胍片", "0.5 克", "每天两次，随餐", "片", 20, "2 型糖尿病"),
    ("阿托伐他汀钙片", "20 毫克", "每天晚上一次", "片", 10, "高脂血症"),
)
SHORT = Conditions(diagnosed=True, stable=True, adherent=True, agreed=Agreed.ORAL)
LONG = Conditions(
    diagnosed=True, stable=True, adherent=True, agreed=Agreed.SIGNED, slip="档案柜 3 号", reason="行动不便，半年来平稳"
)  # fmt: skip
DAYS_AGO = (2, 24, 30, 12)


@dataclass(frozen=True)
class MedicinesTown:
    pharmacy: str
    prescriptions: int


async def load(town: Any, *, now: datetime) -> MedicinesTown:
    async def acting(key: str, channel: Channel) -> Actor:
        return await actor_of(account_uid=town.identity.accounts[key], channel=channel, now=now)

    feng, he = await acting("feng", Channel.CONSOLE), await acting("he", Channel.CONSOLE)
    doctor = await acting("doctor", Channel.MINI_PROGRAM)
    known = [town.people.wang, town.people.li]
    rows = (
        await Resident.filter(home__uid=town.alliance.yihe, died_at=None)
        .exclude(uid__in=known)
        .order_by("id")
    )
    uids = [str(row.uid) for row in rows]
    await _enrol(town, feng, he, uids, now=now)
    pharmacy = Institution(
        name="云桥市大众药店（虚构）", kind="pharmacy", uscc="91330281MA2800001X", created_at=now
    )
    await pharmacy.save()
    await prescriptions.agree_with_pharmacy(
        actor=feng, pharmacy_uid=pharmacy.uid, number="云配〔2026〕001", last_on=local_date(now) + timedelta(days=300), now=now
    )  # fmt: skip
    for number, uid in enumerate(uids[:TREATED]):
        await _treated(doctor, feng, he, uid, pharmacy.uid, number=number, now=now)
    for topic in ("enrolments.", "prescriptions."):
        await OutboxMessage.filter(topic__startswith=topic).update(status=MessageStatus.DONE)
    return MedicinesTown(pharmacy.uid, min(TREATED, len(uids)))


async def _enrol(town: Any, feng: Actor, he: Actor, uids: list[str], *, now: datetime) -> None:
    for number, uid in enumerate(uids[: SIGNED + OFFERED]):
        if number % 4 == 1:
            await enrolments.state_groups(
                actor=he, resident_uid=uid, groups=frozenset({Group.HYPERTENSION}), source="出院小结（虚构）", now=now
            )  # fmt: skip
        when = now if number >= SIGNED else now - timedelta(days=20)
        card = await enrolments.offer_doctor(
            actor=feng, resident_uid=uid, team_uid=town.enrolments.team,
            package="chronic" if number % 4 == 1 else "base", now=when,
        )  # fmt: skip
        if number < SIGNED:
            await enrolments.sign_on_paper(
                actor=he, uid=card.uid, grant_uid=None, evidence="颐和档案柜 3 号（虚构）", scan=SCAN, now=when
            )  # fmt: skip


async def _treated(
    doctor: Actor, feng: Actor, he: Actor, uid: str, pharmacy: str, *, number: int, now: datetime
) -> None:
    when = now - timedelta(days=DAYS_AGO[number % len(DAYS_AGO)])
    name, dose, frequency, unit, tenths, diagnosis = DRUGS[number % len(DRUGS)]
    long = number % 3 == 2
    line = Wanted(name, DrugClass.ORDINARY, dose, frequency, unit, tenths, 84 if long else 28)
    dispenser = pharmacy if number % 2 else None
    card = await prescriptions.prescribe(
        actor=doctor,
        resident_uid=uid,
        written=Written((line,), LONG if long else SHORT, diagnosis, dispenser),
        now=when,
    )
    due: date = local_date(when) + timedelta(days=1)
    sent = await prescriptions.assign_delivery(
        actor=feng,
        prescription_uid=card.uid,
        due_on=due,
        carrier="中心药房送药员",
        quantities={1: 14},
        now=when,
    )
    if number % 4 == 3:
        await prescriptions.hand_over(
            actor=feng, uid=sent.uid, receiver=Receiver.NURSE, slip=f"签收 {number:03d}", identities_checked=False, now=when
        )  # fmt: skip
    elif number % 4:
        await prescriptions.receive_delivery(actor=he, uid=sent.uid, now=when)
        await prescriptions.close_delivery(actor=feng, uid=sent.uid, text="", now=when)
