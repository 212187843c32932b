"""The town's institutions, their departments and what they have signed with each other."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType

from server import parameters
from server.alliance.actions import join_alliance, open_department, register_institution
from server.alliance.models import AgreementSignature, Institution, ServiceAgreement
from server.alliance.rules import (
    AgreementContent,
    AgreementSide,
    AgreementStatus,
    Contact,
    Cooperation,
    Fee,
    FeeKind,
    InstitutionKind,
    PayCycle,
    Place,
    ServiceItem,
    VisitDay,
    content_digest,
    plain_content,
)
from server.authority.actor import Channel, system_actor
from server.demo.cast import HOUSES
from server.kit.clock import local_date

DEPARTMENTS = (
    ("first_hospital", "geriatrics", "老年医学科"),
    ("first_hospital", "cardiology", "心血管内科"),
    ("second_hospital", "rehabilitation", "康复医学科"),
    ("health_center", "general_practice", "全科"),
)
BEDS = MappingProxyType(
    {
        "yihe": (120, 60),
        "songhe": (80, 20),
        "qinghe": (300, 150),
        "fushou": (260, 120),
        "changqing": (280, 160),
        "hele": (240, 100),
    }
)
ADDRESSES = MappingProxyType(
    {
        "first_hospital": "云桥市人民路 1 号",
        "second_hospital": "云桥市建设路 20 号",
        "health_center": "云桥市河东街 8 号",
        "yihe": "云桥市河东街 66 号",
        "songhe": "云桥市松林路 9 号",
        "qinghe": "云桥市清河路 12 号",
        "fushou": "云桥市福寿巷 3 号",
        "changqing": "云桥市长青街 40 号",
        "hele": "云桥市和乐路 7 号",
        "civil_affairs": "云桥市政务中心 3 楼",
        "health_commission": "云桥市政务中心 5 楼",
    }
)
LICENCES = MappingProxyType(
    {
        "first_hospital": "33028100100001",
        "second_hospital": "33028100100002",
        "health_center": "33028100100003",
    }
)
PLACES = MappingProxyType(  # fictional; Qinghe, Fushou and Hele have said nothing
    {
        "first_hospital": Place(30.0521, 121.1502),
        "second_hospital": Place(30.0287, 121.1718),
        "health_center": Place(30.0402, 121.1853),
        "yihe": Place(30.0418, 121.1889),
        "songhe": Place(30.0655, 121.2104),
        "changqing": Place(30.0112, 121.1433),
    }
)
PATROL = AgreementContent(
    cooperation=(Cooperation.PATROL, Cooperation.PRIMARY_CARE),
    items=(
        ServiceItem("patrol", "医疗巡诊", times_a_year=52),
        ServiceItem("follow_up", "慢病随访", times_a_year=4, free_quota=4),
        ServiceItem("checkup", "年度健康体检", times_a_year=1, free_quota=1),
    ),
    fees=(
        Fee(FeeKind.FREE_PUBLIC_HEALTH, 0, PayCycle.PER_PERSON),
        Fee(FeeKind.HOME_PAYS, 3000, PayCycle.MONTHLY),
    ),
    visit_days=(VisitDay(1, 9 * 60, 11 * 60), VisitDay(4, 14 * 60, 16 * 60)),
    contacts=(Contact("林致远", "0574-55500001", "巡诊联系人"),),
    home_duties="安排护士陪同，准备好长者名单和近期情况。",
    provider_duties="按约定时间巡诊，当日写好巡诊记录。",
    emergency="先拨 120，同时电话通知卫生服务中心。",
)
GREEN = AgreementContent(
    cooperation=(Cooperation.GREEN_CHANNEL,),
    items=(ServiceItem("green_channel", "绿色通道门诊"), ServiceItem("remote", "远程会诊", times_a_year=12)),
    contacts=(Contact("赵国强", "0574-55500002", "绿色通道 24 小时"),),
    emergency="急诊优先，先救治后办手续。",
)


@dataclass(frozen=True)
class AllianceTown:
    first_hospital: str
    second_hospital: str
    health_center: str
    yihe: str
    songhe: str
    qinghe: str
    fushou: str
    changqing: str
    hele: str
    civil_affairs: str
    health_commission: str
    geriatrics: str
    cardiology: str
    rehabilitation: str
    general_practice: str
    yihe_health_center: str  # agreements, by home and provider
    yihe_first_hospital: str
    songhe_second_hospital: str
    songhe_health_center: str  # ran out in December


async def load(town: object, *, now: datetime) -> AllianceTown:  # noqa: ARG001  one form for all loaders
    actor = system_actor("demo", Channel.COMMAND)
    await parameters.lay_down(now=now)
    houses = {}
    for house in HOUSES:
        beds, nursing_beds = BEDS.get(house.key, (0, 0))
        houses[house.key] = await register_institution(
            actor=actor,
            name=house.name,
            kind=InstitutionKind(house.kind),
            uscc=house.uscc,
            filed=house.key in BEDS,
            address=ADDRESSES[house.key],
            phone="0574-55500000",
            beds=beds,
            nursing_beds=nursing_beds,
            place=PLACES.get(house.key),
            licence_number=LICENCES.get(house.key),
            now=now,
        )
    await join_alliance(actor=actor, alliance="云桥市养医联合体", institution_uids=houses.values(), now=now)
    departments = {
        key: await open_department(actor=actor, institution_uid=houses[house], name=name, now=now)
        for house, key, name in DEPARTMENTS
    }
    rows = {key: await Institution.get(uid=uid) for key, uid in houses.items()}
    today = local_date(now)
    year = (today - timedelta(days=60), today + timedelta(days=305))
    last_year = (today - timedelta(days=430), today - timedelta(days=66))
    return AllianceTown(
        **houses,
        **departments,
        yihe_health_center=await _signed(
            rows["yihe"], rows["health_center"], PATROL, year, number=1, now=now
        ),
        yihe_first_hospital=await _signed(
            rows["yihe"], rows["first_hospital"], GREEN, year, number=2, now=now
        ),
        songhe_second_hospital=await _signed(
            rows["songhe"], rows["second_hospital"], GREEN, year, number=3, now=now
        ),
        songhe_health_center=await _signed(
            rows["songhe"], rows["health_center"], PATROL, last_year, number=4, now=now
        ),
    )


async def _signed(
    home: Institution,
    provider: Institution,
    content: AgreementContent,
    period: tuple[date, date],
    *,
    number: int,
    now: datetime,
) -> str:
    """Lay down an agreement that was signed and filed before there were accounts in the town."""
    first_day, last_day = period
    over = last_day < local_date(now)
    digest = content_digest(
        home_uscc=home.uscc,
        provider_uscc=provider.uscc,
        version=1,
        first_day=first_day,
        last_day=last_day,
        content=content,
    )
    row = ServiceAgreement(
        home=home,
        provider=provider,
        status=AgreementStatus.EXPIRED if over else AgreementStatus.ACTIVE,
        drafted_by=AgreementSide.HOME,
        first_day=first_day,
        last_day=last_day,
        content=plain_content(content),
        content_hash=digest,
        filing_number=f"云卫备〔{first_day.year}〕{number:03d}",
        filed_at=now - timedelta(days=70),
        ended_at=now - timedelta(days=65) if over else None,
        binding_key=None if over else f"{home.id}-{provider.id}",
        created_at=now - timedelta(days=75),
    )
    await row.save()
    for side in AgreementSide:
        await AgreementSignature(
            agreement_id=row.id,
            side=side,
            account_id=0,
            content_hash=digest,
            created_at=now - timedelta(days=72),
        ).save()
    return str(row.uid)
