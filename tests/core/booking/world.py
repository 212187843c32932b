"""A hospital, a home with an agreement, a home without one, and as many residents as a test wants."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from server.alliance.models import (
    AgreementSignature,
    Department,
    Institution,
    PolicyParameter,
    ServiceAgreement,
)
from server.alliance.rules import AgreementSide, AgreementStatus, InstitutionKind
from server.authority.actor import Actor, Channel, Grant
from server.authority.permissions import Role
from server.booking.models import Appointment, Slot, WaitlistEntry, WaitlistOffer
from server.booking.rules import PARAMETERS, Pool
from server.demo.cast import TOWN_NOW
from server.identity.models import Account
from server.kit.ids import new_uid
from server.outbox.models import OutboxMessage
from server.people.models import Resident

NOW = TOWN_NOW
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class World:
    hospital: Institution
    department: Department
    home: Institution
    unsigned_home: Institution
    nurse: Actor  # of the home with an agreement
    other_nurse: Actor  # of the home without
    manager: Actor  # of the hospital: desk and schedules
    colleague: Actor
    news_before: int  # the last message when this world was made

    async def slot(
        self,
        *,
        capacity: int = 5,
        pool: Pool = Pool.PUBLIC,
        starts_at: datetime = NOW + timedelta(days=3),
        release_at: datetime | None = None,
        department: Department | None = None,
    ) -> Slot:
        slot = Slot(
            institution=self.hospital,
            department=department or self.department,
            starts_at=starts_at,
            ends_at=starts_at + 30 * MINUTE,
            closes_at=starts_at - 30 * MINUTE,
            pool=pool,
            release_at=release_at,
            capacity=capacity,
            slot_key=f"test.{new_uid()}",
            created_at=NOW,
        )
        await slot.save()
        return slot

    async def residents(self, count: int, *, home: Institution | None = None) -> list[Resident]:
        living_at = home or self.home
        rows = [
            Resident(
                name=f"长者{number}",
                birth_date=date(1940, 1, 1),
                home_id=living_at.id,
                touched=0,
                created_at=NOW,
            )
            for number in range(count)
        ]
        for row in rows:
            await row.save()
        return rows

    async def another_department(self, name: str = "心内科") -> Department:
        row = Department(institution=self.hospital, name=name, created_at=NOW)
        await row.save()
        return row

    async def resident(self) -> Resident:
        return (await self.residents(1))[0]


async def _institution(kind: InstitutionKind, name: str) -> Institution:
    row = Institution(name=name, kind=kind, uscc=f"TEST{new_uid()[-14:]}", created_at=NOW)
    await row.save()
    return row


async def _staff(institution: Institution, role: Role, name: str, channel: Channel) -> Actor:
    account = Account(name=name, created_at=NOW)
    await account.save()
    return Actor(account.id, account.uid, name, (Grant(role, institution.id),), channel)


async def build() -> World:
    hospital = await _institution(InstitutionKind.HOSPITAL, "试验医院")
    home = await _institution(InstitutionKind.NURSING_HOME, "签约养老院")
    unsigned = await _institution(InstitutionKind.NURSING_HOME, "未签约养老院")
    department = Department(institution=hospital, name="老年医学科", created_at=NOW)
    await department.save()
    nurse = await _staff(home, Role.NURSE, "甲护士", Channel.MINI_PROGRAM)
    manager = await _staff(hospital, Role.HOSPITAL_MANAGER, "丙专员", Channel.CONSOLE)
    agreement = ServiceAgreement(
        home=home,
        provider=hospital,
        status=AgreementStatus.ACTIVE,
        drafted_by=AgreementSide.HOME,
        first_day=NOW.date() - timedelta(days=30),
        last_day=NOW.date() + timedelta(days=300),
        content={},
        content_hash=f"sha256:{new_uid()}",
        filing_number=f"试备 {new_uid()}",
        binding_key=f"{home.id}-{hospital.id}",
        created_at=NOW,
    )
    await agreement.save()
    for side, signer in ((AgreementSide.HOME, nurse), (AgreementSide.PROVIDER, manager)):
        await AgreementSignature(
            agreement=agreement,
            side=side,
            account_id=signer.account_id,
            content_hash=agreement.content_hash,
            created_at=NOW,
        ).save()
    for each in PARAMETERS:
        if not await PolicyParameter.filter(code=each.code).exists():
            await PolicyParameter(
                code=each.code, version=1, value=each.value, unit=each.unit, citation=each.citation,
                confidence=each.confidence, effective_from=each.effective_from, created_at=NOW,
            ).save()  # fmt: skip
    last = await OutboxMessage.all().order_by("-id").first()
    return World(
        news_before=last.id if last else 0,
        hospital=hospital,
        department=department,
        home=home,
        unsigned_home=unsigned,
        nurse=nurse,
        other_nurse=await _staff(unsigned, Role.NURSE, "乙护士", Channel.MINI_PROGRAM),
        manager=manager,
        colleague=await _staff(hospital, Role.CLINICIAN, "丁医生", Channel.CONSOLE),
    )


async def seats(slot: Slot) -> tuple[int, int]:
    """Return the counters, booked and held."""
    row = await Slot.get(id=slot.id)
    return row.booked, row.held


async def status_of(uid: str) -> str:
    return str((await Appointment.get(uid=uid)).status)


async def topics(world: World) -> list[str]:
    rows = OutboxMessage.filter(id__gt=world.news_before, topic__startswith="booking.")
    return [row.topic for row in await rows.order_by("id")]


async def live_offer(entry_uid: str) -> WaitlistOffer | None:
    entry = await WaitlistEntry.get(uid=entry_uid)
    return await WaitlistOffer.get_or_none(entry_id=entry.id, status="offered")
