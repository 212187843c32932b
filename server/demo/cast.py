"""Who lives in the town. Everybody is fictional; identity numbers use the unallocated prefix 330299."""

from dataclasses import dataclass
from datetime import datetime

from server.authority.permissions import Role
from server.kit.clock import SHANGHAI

TOWN_NOW = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)  # a Monday
CONSOLE_PASSWORD = "yunqiao-2026-demo"  # noqa: S105  the demo town's, printed at start and refused in production
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105  as above


@dataclass(frozen=True)
class House:
    """An institution of the town; `kind` is a word of alliance.rules.InstitutionKind."""

    key: str
    name: str
    kind: str
    uscc: str


HOUSES = (
    House("first_hospital", "云桥市第一人民医院", "hospital", "12330281470000001W"),
    House("second_hospital", "云桥市第二人民医院", "hospital", "123302814700000020"),
    House("health_center", "云桥市河东社区卫生服务中心", "community_health_center", "123302814700000033"),
    House("yihe", "云桥市颐和养老院", "nursing_home", "52330281MJ87000014"),
    House("songhe", "云桥市松鹤养老院", "nursing_home", "52330281MJ87000027"),
    House("qinghe", "云桥市清河养老院", "nursing_home", "52330281MJ8700003A"),
    House("fushou", "云桥市福寿养老院", "nursing_home", "52330281MJ8700004D"),
    House("changqing", "云桥市长青养老院", "nursing_home", "52330281MJ8700005G"),
    House("hele", "云桥市和乐养老院", "nursing_home", "52330281MJ8700006K"),
    House("civil_affairs", "云桥市民政局", "civil_affairs_bureau", "11330281002900001P"),
    House("health_commission", "云桥市卫生健康局", "health_commission", "11330281002900002T"),
)


@dataclass(frozen=True)
class Somebody:
    """A person of the town. `persona` signs in to the mini-program, `login` to the console."""

    key: str
    name: str
    story: str
    persona: str | None = None
    login: str | None = None
    house: str | None = None
    roles: tuple[Role, ...] = ()
    more_houses: tuple[str, ...] = ()  # where they hold the same roles besides


CAST = (
    Somebody("wang", "王桂兰", "90 岁，住颐和养老院 201-1 床，自己有手机", persona="wang"),
    Somebody("li", "李福生", "86 岁，住颐和养老院 202-1 床，没有手机，没有子女，由监护人周正代办"),
    Somebody("zhao_yun", "赵云珍", "78 岁，住松鹤养老院 101-1 床，没有手机"),
    Somebody("daughter", "陈晓敏", "王桂兰的女儿，代办权限已生效", persona="daughter"),
    Somebody("nephew", "王磊", "王桂兰的侄子，申请了代办，还没有通过", persona="nephew"),
    Somebody("guardian", "周正", "李福生的监护人（意定监护）", persona="guardian"),
    Somebody("stranger", "陈大勇", "与他们都没有关系", persona="stranger"),
    Somebody("nurse", "李秀英", "颐和养老院护士", persona="nurse", house="yihe", roles=(Role.NURSE,)),
    Somebody(
        "doctor",
        "林致远",
        "河东社区卫生服务中心医生，来颐和巡诊",
        persona="doctor",
        house="health_center",
        roles=(Role.CLINICIAN,),
    ),
    Somebody(
        "other_nurse", "孙小芳", "松鹤养老院护士", persona="other_nurse", house="songhe", roles=(Role.NURSE,)
    ),
    Somebody("he", "何静", "颐和养老院管理员", login="he", house="yihe", roles=(Role.HOME_MANAGER,)),
    Somebody("song", "宋平", "松鹤养老院管理员", login="song", house="songhe", roles=(Role.HOME_MANAGER,)),
    Somebody(
        "jin",
        "金萍",
        "康养集团，管理六家养老院",
        login="jin",
        house="yihe",
        roles=(Role.HOME_MANAGER,),
        more_houses=("songhe", "qinghe", "fushou", "changqing", "hele"),
    ),
    Somebody(
        "feng",
        "冯远",
        "河东社区卫生服务中心医联体专员",
        login="feng",
        house="health_center",
        roles=(Role.HOSPITAL_MANAGER,),
    ),
    Somebody(
        "zhao",
        "赵国强",
        "第一人民医院医联体专员",
        login="zhao",
        house="first_hospital",
        roles=(Role.HOSPITAL_MANAGER,),
    ),
    Somebody(
        "sun",
        "孙丽",
        "第二人民医院医联体专员",
        login="sun",
        house="second_hospital",
        roles=(Role.HOSPITAL_MANAGER,),
    ),
    Somebody("qian", "钱明", "民政局", login="qian", house="civil_affairs", roles=(Role.CIVIL_AFFAIRS,)),
    Somebody(
        "tang", "唐慧", "卫生健康局", login="tang", house="health_commission", roles=(Role.HEALTH_COMMISSION,)
    ),
    Somebody("shen", "沈文", "评价审核员", login="shen", house="civil_affairs", roles=(Role.MODERATOR,)),
    Somebody("xu", "许兰", "96345 热线坐席", login="xu", house="civil_affairs", roles=(Role.HOTLINE,)),
    Somebody("zheng", "郑重", "审计员", login="zheng", house="civil_affairs", roles=(Role.AUDITOR,)),
    Somebody("root", "管理员", "系统管理员，看不到任何档案", login="root", roles=(Role.ADMINISTRATOR,)),
)
