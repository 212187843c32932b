"""Why somebody or something is left out of half a day: a word, and the sentence that people read."""

from collections.abc import Mapping
from enum import StrEnum


class Why(StrEnum):
    # a round
    AWAY = "away"
    NO_CREDENTIAL = "no_credential"
    TOO_LONG = "too_long"
    NO_TIME = "no_time"
    LIST_FULL = "list_full"
    # a trip
    NO_SEAT = "no_seat"
    BUS_FULL = "bus_full"
    NO_COMPANION = "no_companion"
    TOO_FAR_APART = "too_far_apart"


SENTENCES: Mapping[Why, str] = {
    Why.AWAY: "人在住院，回来以后再排。",
    Why.NO_CREDENTIAL: "没有有资质的医护：这次去的人都不能做这一项。",
    Why.TOO_LONG: "这一项本身就比半天长，请单独安排。",
    Why.NO_TIME: "时间不够：能做这一项的人，这半天都排给更急的了。",
    Why.LIST_FULL: "一趟能列的项数满了：更急的先去，余下的请另排一趟。",
    Why.NO_SEAT: "号不够。",
    Why.BUS_FULL: "车上坐不下了。",
    Why.NO_COMPANION: "陪同的人不够。",
    Why.TOO_FAR_APART: "有号，但和别人的时间离得太远，一车人等不了这么久。",
}
