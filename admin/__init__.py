"""The console: institutions and the bureau in the browser."""

from admin import (
    accounts,
    alliance,
    audit,
    beds,
    board,
    booking,
    bookings,
    calls,
    consent,
    documents,
    exports,
    feedback,
    find,
    home,
    merges,
    people,
    plates,
    privacy,
    proxies,
    public,
    queue,
    records,
    rectifications,
    roster,
    rounds,
    schedules,
    session,
    staff,
    training,
    trips,
    views,
    visits,
)
from admin.pages import ASSETS, PageFace

MODULES = (
    home,
    find,
    views,
    session,
    people,
    roster,
    beds,
    proxies,
    merges,
    alliance,
    board,
    consent,
    documents,
    records,
    booking,
    bookings,
    queue,
    schedules,
    trips,
    visits,
    rounds,
    plates,
    feedback,
    calls,
    staff,
    accounts,
    training,
    exports,
    audit,
    privacy,
    rectifications,
    public,
)

__all__ = ["ASSETS", "MODULES", "face"]


def face() -> PageFace:
    menu = [module.menu for module in MODULES if hasattr(module, "menu")]
    return PageFace([module.routes for module in MODULES], menu)
