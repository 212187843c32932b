"""The numbers of this feature, each a row with its source (R7)."""

from server.alliance.rules import Parameter
from server.visits.rules.evidence import Evidence

_WEIGHTS = "facts/wechat.md §5.3 证据权重（起始值）"
_START = "facts/wechat.md §5.3（起始值）"

PARAMETERS: tuple[Parameter, ...] = (
    Parameter("visits.early_minutes", 30, "minutes", _START),
    Parameter("visits.late_minutes", 60, "minutes", _START),
    Parameter("visits.shortest_minutes", 5, "minutes", "facts/wechat.md §5.3-5 每类服务的最短时长，数值自拟"),
    Parameter("visits.unfinished_hours", 12, "hours", "开始后多久没有结束就提醒两家机构，数值自拟"),
    Parameter("visits.nonce_seconds", 90, "seconds", _START),
    Parameter("visits.offline_nonces", 5, "nonces", _START),
    Parameter("visits.offline_hours", 12, "hours", _START),
    Parameter("visits.clock_skew_seconds", 120, "seconds", "离线手机时钟允许误差，数值自拟"),
    Parameter("visits.plate_overlap_days", 7, "days", "换新床牌后旧牌仍可用的天数，数值自拟"),
    Parameter("visits.due_ahead_days", 3, "days", "到期前几天列入待安排名单，数值自拟"),
    Parameter(
        "visits.convalescent_times", 2, "times", "②三状态：休养期间加密巡诊（I17），协议次数的倍数自拟"
    ),
    Parameter(
        "visits.level_from_times",
        12,
        "times a year",
        "②医护分级只加密一年 12 次及以上的服务（巡诊），不动一年一次的体检（自拟）",
    ),
    Parameter("visits.kept_days", 90, "days", "参数：公开名录里履约情况数多少天（自拟）"),
    Parameter(
        "visits.least_kept_shown",
        10,
        "visits",
        "参数：到期巡诊少于此数的不公开履约比例（自拟，免得一两次代表全部）",
    ),
    Parameter("visits.verified_at", 4, "points", _WEIGHTS),
    Parameter(f"visits.weight_{Evidence.ROTATING}", 4, "points", _WEIGHTS),
    Parameter(f"visits.weight_{Evidence.NETWORK}", 3, "points", _WEIGHTS),
    Parameter(f"visits.weight_{Evidence.BEACON}", 3, "points", _WEIGHTS),
    Parameter(f"visits.weight_{Evidence.LOCATION}", 3, "points", _WEIGHTS),
    Parameter(f"visits.weight_{Evidence.PLATE}", 1, "points", _WEIGHTS),
    Parameter(f"visits.weight_{Evidence.CAMERA}", 1, "points", _WEIGHTS),
    Parameter(f"visits.weight_{Evidence.RESIDENT_WORD}", 2, "points", _WEIGHTS),
)
