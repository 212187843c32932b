"""项目任务进度表 (③附件7-2) as versioned data: what is to be done, by whom, by which of the two dates, and what shows it.

The annex itself is not in our hands: its two dates and the demands are quoted in the work plan ③, the wording of the rows and
the columns' order are ours, from memory of the usual form, and so is how much is to be reached by the first date. Each row says how sure it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.alliance.rules import Confidence
from server.authority.permissions import Role
from server.indicators.rules.definitions import Figure

EDITION = "2020.1"
SOURCE = "余姚方案③附件 7-2 项目任务进度表；附件原件未取得，行文和列序为自拟"


class Milestone(StrEnum):
    MIDDLE = "10.20"
    END = "12.20"

    def on(self, year: int) -> date:
        month, day = (int(part) for part in self.split("."))
        return date(year, month, day)


MILESTONE_WORDS: Mapping[Milestone, str] = {
    Milestone.MIDDLE: "10 月 20 日（阶段）",
    Milestone.END: "12 月 20 日（完成）",
}


@dataclass(frozen=True)
class Task:
    """One row of the annex."""

    code: str
    number: int
    title: str
    goal: str  # 工作目标
    middle: str  # what is to be reached by the first date
    lead: Role  # 责任单位
    beside: str  # 配合单位
    clause: str
    confidence: Confidence
    indicator: str  # its facts show how far it is
    target: int  # what is meant by "done": per cent, or so many rows where `rows` says so
    by_middle: int  # per cent of that to be reached by the first date
    rows: bool = False


_CIVIL, _HEALTH = Role.CIVIL_AFFAIRS, Role.HEALTH_COMMISSION
TASKS: tuple[Task, ...] = (
    Task("sign", 1, "养老机构与医疗机构签约", "备案养老机构全部与基层医疗机构签约", "签约过八成",
         _CIVIL, "卫生健康局、养老机构", "③ 签约全覆盖", "medium", "agreements", 100, 80),
    Task("dossiers", 2, "老年人电子健康档案", "在院老年人建档率 95% 以上", "建档率 90%",
         _HEALTH, "社区卫生服务中心、养老机构", "③ 建档率 95%", "medium", "dossiers", 95, 94),
    Task("checkups", 3, "年度上门体检", "60 岁及以上每人一次", "完成七成",
         _HEALTH, "社区卫生服务中心、养老机构", "① 每年一次；③", "medium", "checkups", 100, 70),
    Task("ability", 4, "80 岁及以上老年人能力评估", "评估全覆盖", "完成七成",
         _CIVIL, "评估机构、养老机构", "①③ 80+ 能力评估", "medium", "ability", 100, 70),
    Task("nursing", 5, "护理型床位", "护理型床位占比 40% 以上", "方案报备，完成一半",
         _CIVIL, "养老机构", "③ 40% 基数", "medium", "nursing_beds", 40, 50),
    Task("rounds", 6, "医护定期上门巡诊", "按协议次数完成，双方确认", "各机构排出全年计划，完成七成",
         _HEALTH, "签约医疗机构、养老机构", "①③ 巡诊", "low", "visits_kept", 95, 70),
    Task("referral", 7, "双向转诊", "转得出、接得回，两周内随访", "接口人全部到位，完成七成",
         _HEALTH, "医院、社区卫生服务中心", "①② 双向转诊", "low", "referrals_closed", 90, 70),
    Task("in_house", 8, "内设医疗机构", "新设医务室 3 家、护理中心 2 家", "选址和申报，完成四成",
         _CIVIL, "卫生健康局", "③ 医务室 3、护理中心 2", "medium", "in_house", 5, 40, rows=True),
    Task("family_doctor", 9, "家庭医生签约", "65 岁及以上签约率 60% 以上", "签约率 50%",
         _HEALTH, "社区卫生服务中心", "③ 60%", "medium", "enrolled", 60, 83),
    Task("training", 10, "护理人员培训与持证", "持证率 95% 以上", "培训计划下达，完成七成",
         _CIVIL, "养老机构", "③ 持证 95%", "medium", "certified", 95, 70),
)  # fmt: skip
BY_CODE: Mapping[str, Task] = {task.code: task for task in TASKS}


class Standing(StrEnum):
    """What stands beside the self-report."""

    AGREES = "agrees"
    DIFFERS = "differs"
    UNREPORTED = "unreported"
    UNSHOWN = "unshown"  # nobody was counted, or too few: the evidence alone speaks
    LATE = "late"


STANDING_WORDS: Mapping[Standing, str] = {
    Standing.AGREES: "自报与数据一致",
    Standing.DIFFERS: "自报与数据不一致",
    Standing.UNREPORTED: "还没有自报",
    Standing.UNSHOWN: "没有数据，看佐证",
    Standing.LATE: "过了节点没有完成",
}


def progress(task: Task, figure: Figure) -> int | None:
    """Return how far a task is by its facts, per cent of what is meant; never above 100."""
    reached = figure.met if task.rows else figure.share
    return None if reached is None else min(100, int(reached) * 100 // task.target)


def standings(
    task: Task, *, reported: int | None, shown: int | None, today: date, year: int, tolerance: int
) -> tuple[Standing, ...]:
    """Return what is to be said of a row: what is late comes first."""
    found = []
    done = shown if shown is not None else reported
    wanted = {Milestone.MIDDLE: task.by_middle, Milestone.END: 100}
    if any(today > each.on(year) and (done or 0) < percent for each, percent in wanted.items()):
        found.append(Standing.LATE)
    if reported is None:
        found.append(Standing.UNREPORTED)
    elif shown is None:
        found.append(Standing.UNSHOWN)
    else:
        found.append(Standing.DIFFERS if abs(reported - shown) > tolerance else Standing.AGREES)
    return tuple(found)
