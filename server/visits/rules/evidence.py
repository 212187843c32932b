"""How strongly a scan proves that somebody was there, and why it does not."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Evidence(StrEnum):
    ROTATING = "rotating"
    NETWORK = "network"
    BEACON = "beacon"
    LOCATION = "location"
    PLATE = "plate"
    CAMERA = "camera"
    RESIDENT_WORD = "resident_word"


EVIDENCE_NAMES: Mapping[Evidence, str] = {
    Evidence.ROTATING: "院方动态码",
    Evidence.NETWORK: "院内网络",
    Evidence.BEACON: "蓝牙信标",
    Evidence.LOCATION: "定位",
    Evidence.PLATE: "床牌",
    Evidence.CAMERA: "相机现场扫码",
    Evidence.RESIDENT_WORD: "长者或家属确认",
}

# A plate hangs still and can be photographed: it says where, it does not prove that anybody stood there.
PLACE = frozenset({Evidence.ROTATING, Evidence.NETWORK, Evidence.BEACON, Evidence.LOCATION})


class ScanResult(StrEnum):
    ACCEPTED = "accepted"  # presence is proved
    EXCEPTION = "exception"  # counted, and put before a person
    REFUSED = "refused"  # kept as evidence, changes nothing


class Reason(StrEnum):
    """Why a scan is an exception or refused."""

    # exceptions
    DEVICE_UNAVAILABLE = "device_unavailable"
    OFFLINE = "offline"
    NOT_FROM_CAMERA = "not_from_camera"
    STAND_IN = "stand_in"  # a colleague came who was not planned
    UNTRAINED = "untrained"  # whoever came has no valid certificate of what the work needs
    WEAK = "weak"  # the evidence does not reach the threshold
    TOO_SHORT = "too_short"
    RESIDENT_MOVED = "resident_moved"
    ENDED_ON_PAPER = "ended_on_paper"  # the end was written down and typed in later
    # refusals
    PLATE_MALFORMED = "plate_malformed"
    PLATE_FORGED = "plate_forged"
    PLATE_UNKNOWN = "plate_unknown"
    PLATE_EXPIRED = "plate_expired"
    PLATE_ELSEWHERE = "plate_elsewhere"  # of another home
    CODE_MISSING = "code_missing"  # no rotating code, and no reason for its absence
    CODE_MALFORMED = "code_malformed"
    CODE_FORGED = "code_forged"
    CODE_EXPIRED = "code_expired"
    CODE_ELSEWHERE = "code_elsewhere"
    CODE_REPLAYED = "code_replayed"
    NONCE_UNKNOWN = "nonce_unknown"
    NONCE_EXPIRED = "nonce_expired"
    NONCE_REPLAYED = "nonce_replayed"
    DEVICE_TIME_WRONG = "device_time_wrong"  # in the future, or before the nonce was given out
    OUTSIDE_WINDOW = "outside_window"
    NO_AGREEMENT = "no_agreement"
    ALREADY_STARTED = "already_started"
    NOT_STARTABLE = "not_startable"
    ELSEWHERE = "elsewhere"
    ID_REUSED = "id_reused"


SENTENCES: Mapping[Reason, str] = {
    Reason.DEVICE_UNAVAILABLE: "没有扫动态码：院方设备不可用，已标记待核对。",
    Reason.OFFLINE: "断网时扫码，联网后补传，已标记待核对。",
    Reason.NOT_FROM_CAMERA: "二维码不是用相机现场扫的，已标记待核对。",
    Reason.STAND_IN: "您不在原计划名单里，已记为替班，待核对。",
    Reason.UNTRAINED: "您还缺这项工作要求的有效培训证书，已标记待核对。请联系本机构管理员登记证书或安排培训。",
    Reason.WEAK: "在场证明不足，已标记待核对。",
    Reason.TOO_SHORT: "巡诊时间偏短，已标记待核对。",
    Reason.RESIDENT_MOVED: "这位长者已转到别的机构，记录已收下并标记。",
    Reason.ENDED_ON_PAPER: "结束时间是事后补填的，已标记待核对。",
    Reason.PLATE_MALFORMED: "这不是本平台的床牌。请扫床头或门口的牌子。",
    Reason.PLATE_FORGED: "这张床牌不是本平台印制的，请告诉院方更换。",
    Reason.PLATE_UNKNOWN: "这张床牌没有登记，请告诉院方更换。",
    Reason.PLATE_EXPIRED: "这张床牌已停用，请扫新的床牌。",
    Reason.PLATE_ELSEWHERE: "这张床牌属于另一家机构，请核对所在机构。",
    Reason.CODE_MISSING: "还需要扫院方手机上的动态码；设备不可用时请选择原因。",
    Reason.CODE_MALFORMED: "这不是动态码。请扫院方手机上每 30 秒更新的码。",
    Reason.CODE_FORGED: "动态码不是本平台生成的，请让院方重新打开。",
    Reason.CODE_EXPIRED: "动态码已过期，请扫院方手机上正在显示的码。",
    Reason.CODE_ELSEWHERE: "动态码属于另一家机构，请核对所在机构。",
    Reason.CODE_REPLAYED: "这个动态码您已经用过了，请等它更新后再扫。",
    Reason.NONCE_UNKNOWN: "本次扫码没有准备好，请返回重新点“开始巡诊”。",
    Reason.NONCE_EXPIRED: "准备时间已过，请返回重新点“开始巡诊”。",
    Reason.NONCE_REPLAYED: "这次扫码已经提交过了，请返回查看结果。",
    Reason.DEVICE_TIME_WRONG: "手机时间不对，请打开“自动设置时间”后重试。",
    Reason.OUTSIDE_WINDOW: "现在不在计划的巡诊时间内，请联系专员改计划。",
    Reason.NO_AGREEMENT: "两家机构之间没有生效的协议，不能开始巡诊。",
    Reason.ALREADY_STARTED: "这次巡诊已经开始了，请刷新后继续。",
    Reason.NOT_STARTABLE: "这次巡诊已取消或已结束，不能再开始。",
    Reason.ELSEWHERE: "您还有另一次巡诊没有结束，请先结束那一次。",
    Reason.ID_REUSED: "这条扫码记录的编号已用于另一次扫码，请重新扫码。",
}


# The same, for whoever looks at the visit at a desk; each says what to make sure of.
TO_LOOK_AT: Mapping[Reason, str] = {
    Reason.DEVICE_UNAVAILABLE: "没有扫动态码，当时院方设备不可用。请向当班护士核实医护确实来过。",
    Reason.OFFLINE: "断网时扫码，联网后补传。请核对到达和离开的时间。",
    Reason.NOT_FROM_CAMERA: "二维码不是用相机现场扫的。请向当班护士核实医护确实来过。",
    Reason.STAND_IN: "来的医护不在原计划名单里，是替班。请核对是谁来的。",
    Reason.UNTRAINED: "来的医护没有有效的培训证书。请核对证书，补登或安排培训。",
    Reason.WEAK: "在场证明不足。请向当班护士核实医护确实来过。",
    Reason.TOO_SHORT: "巡诊时间偏短。请核对名单上的长者是否都看了。",
    Reason.RESIDENT_MOVED: "名单里有长者已转到别的机构。请核对是否在本院看的。",
    Reason.ENDED_ON_PAPER: "先记在纸上，回来后补填，结束时间是手填的。请核对离开的时间。",
}


def sentence_of(reasons: Collection[str]) -> str:
    """Return what the phone shows: the first reason that says what to do, or that all is well."""
    known = [SENTENCES[Reason(word)] for word in reasons if word in Reason.__members__.values()]
    return known[0] if known else "扫码成功。"


@dataclass(frozen=True)
class Weights:
    """What each element is worth and where proof begins (parameters `visits.weight_…`, `visits.verified_at`)."""

    of: Mapping[Evidence, int]
    verified_at: int

    def score(self, elements: Collection[Evidence]) -> int:
        return sum(self.of[each] for each in set(elements))

    def proves(self, elements: Collection[Evidence]) -> bool:
        """Tell whether presence is proved: enough weight, and at least one element that ties it to the place."""
        return self.score(elements) >= self.verified_at and not PLACE.isdisjoint(elements)


@dataclass(frozen=True)
class Tolerance:
    """How much too early or too late a visit may start (minutes)."""

    early: int
    late: int

    def allows(self, at: datetime, *, starts_at: datetime, ends_at: datetime) -> bool:
        """Tell whether a start at `at` is within the planned window; both edges belong to it."""
        return starts_at - timedelta(minutes=self.early) <= at <= ends_at + timedelta(minutes=self.late)
