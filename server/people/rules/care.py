"""颐养, 住院, 休养: where a resident stands, and why that changes (machine ③)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from server.kit.moves import Moves


class Sex(StrEnum):
    MALE = "male"
    FEMALE = "female"
    UNKNOWN = "unknown"


class CareState(StrEnum):
    RESIDENTIAL = "residential"
    INPATIENT = "inpatient"
    CONVALESCENT = "convalescent"
    LEFT = "left"
    DECEASED = "deceased"


SEX_WORDS = {Sex.MALE: "男", Sex.FEMALE: "女", Sex.UNKNOWN: "未填"}
CARE_WORDS = {
    CareState.RESIDENTIAL: "颐养",
    CareState.INPATIENT: "住院",
    CareState.CONVALESCENT: "休养",
    CareState.LEFT: "已退住",
    CareState.DECEASED: "离世",
}


STATES_OF_A_STAY = (CareState.RESIDENTIAL, CareState.INPATIENT, CareState.CONVALESCENT)


class CareEvent(StrEnum):
    HOSPITALIZE = "hospitalize"
    CONVALESCE = "convalesce"
    RETURN = "return"
    LEAVE = "leave"
    DIE = "die"
    ADMIT = "admit"  # into a home again after leaving


class CareCause(StrEnum):
    """What a change of state cites."""

    REFERRAL = "referral"
    DISCHARGE = "discharge"
    ASSESSMENT = "assessment"
    REPORTED = "reported"  # told by the home, on the record
    ADMISSION = "admission"


_S = CareState
_E = CareEvent

CARE_MOVES: Moves[CareState, CareEvent] = Moves(
    {
        (_S.RESIDENTIAL, _E.HOSPITALIZE): _S.INPATIENT,
        (_S.CONVALESCENT, _E.HOSPITALIZE): _S.INPATIENT,
        (_S.INPATIENT, _E.CONVALESCE): _S.CONVALESCENT,
        (_S.INPATIENT, _E.RETURN): _S.RESIDENTIAL,
        (_S.CONVALESCENT, _E.RETURN): _S.RESIDENTIAL,
        **{(state, _E.LEAVE): _S.LEFT for state in (_S.RESIDENTIAL, _S.INPATIENT, _S.CONVALESCENT)},
        **{
            (state, _E.DIE): _S.DECEASED for state in (_S.RESIDENTIAL, _S.INPATIENT, _S.CONVALESCENT, _S.LEFT)
        },
        (_S.LEFT, _E.ADMIT): _S.RESIDENTIAL,
    }
)


@dataclass(frozen=True)
class CareEffects:
    """What a state does to the work of the day (I16, I17)."""

    meals: bool  # cooked for at the home
    nursing_bed: bool  # takes one of the home's nursing beds
    words: str


EFFECTS: Mapping[CareState, CareEffects] = {
    _S.RESIDENTIAL: CareEffects(meals=True, nursing_bed=False, words="按协议巡诊，照常用餐"),
    _S.INPATIENT: CareEffects(meals=False, nursing_bed=False, words="床位保留，巡诊暂停，停餐"),
    _S.CONVALESCENT: CareEffects(meals=True, nursing_bed=True, words="巡诊加密，用一张护理型床位，恢复用餐"),
    _S.LEFT: CareEffects(meals=False, nursing_bed=False, words="不再安排"),
    _S.DECEASED: CareEffects(meals=False, nursing_bed=False, words="不再安排"),
}
# Whoever writes one of these down by hand has nothing to cite: they come from the feature whose event it was.
CITED_ONLY = frozenset({CareCause.REFERRAL, CareCause.ADMISSION})


def nursing_key(home_id: int, place: int) -> str:
    """Return the key that only one convalescent may hold: no more of them than the home has nursing beds."""
    return f"{home_id}/{place}"


# Leaving and dying have actions of their own.
EVENTS_OF_A_STAY = (CareEvent.HOSPITALIZE, CareEvent.CONVALESCE, CareEvent.RETURN)


class StayEnd(StrEnum):
    WENT_HOME = "went_home"
    MOVED = "moved"  # to another home
    CHANGED_BED = "changed_bed"
    DIED = "died"
    OTHER = "other"
