"""What can be done in one go at a home, by whom, and how long each takes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from server.alliance.rules import Parameter
from server.authority.permissions import ROLE_PERMISSIONS, Permission, Role

_OWN = "自拟：没有查到全国统一的标准，请按本地实际用时修改"


@dataclass(frozen=True)
class Work:
    """One kind of errand: a service of the agreement, and what who does it must hold."""

    service: str  # as in the catalogue and in agreements
    words: str
    needs: Permission
    course: str = ""  # of which a certificate must be held

    @property
    def minutes(self) -> str:
        return f"half_days.minutes_{self.service}"


PATROL = Work("patrol", "医疗巡诊", Permission.VISIT_ATTEND)
FOLLOW_UP = Work("follow_up", "慢病随访", Permission.FOLLOW_UP_WRITE)
CHECKUP = Work("checkup", "年度健康体检", Permission.VISIT_ATTEND)
ABILITY = Work("ability", "能力评估", Permission.ASSESSMENT_MAKE, course="ability_assessor")
CONSTITUTION = Work("constitution", "中医体质辨识", Permission.ASSESSMENT_MAKE)
WORKS: Mapping[str, Work] = {
    each.service: each for each in (PATROL, FOLLOW_UP, CHECKUP, ABILITY, CONSTITUTION)
}

WALKING, LONGEST = "half_days.walking_minutes", "half_days.longest_minutes"
PARAMETERS: tuple[Parameter, ...] = (
    Parameter(LONGEST, 240, "minutes", "一趟最长多久：facts/domain.md §7.2 巡诊日按半天约定，小时数自拟"),
    Parameter(WALKING, 3, "minutes", f"从一张床走到下一张床，连手卫生。{_OWN}"),
    Parameter(PATROL.minutes, 8, "minutes", _OWN),
    Parameter(FOLLOW_UP.minutes, 10, "minutes", _OWN),
    Parameter(CHECKUP.minutes, 15, "minutes", f"床边能做的部分，不含化验和影像。{_OWN}"),
    Parameter(ABILITY.minutes, 40, "minutes", f"GB/T 42195-2022 的 26 项。{_OWN}"),
    Parameter(CONSTITUTION.minutes, 15, "minutes", f"33 项问卷。{_OWN}"),
)
NUMBERS = tuple(each.code for each in PARAMETERS)


def credentials(roles: Collection[Role], courses: Collection[str]) -> frozenset[str]:
    """Return which services somebody may do who holds these roles where they work, and certificates of these courses."""
    held = frozenset[Permission]().union(*(ROLE_PERMISSIONS[role] for role in roles))
    return frozenset(
        work.service
        for work in WORKS.values()
        if work.needs in held and (not work.course or work.course in courses)
    )
