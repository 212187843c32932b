"""The console: institutions and the bureau in the browser."""

from pathlib import Path

from admin import (
    alliance,
    audit,
    booking,
    calls,
    consent,
    feedback,
    home,
    people,
    records,
    session,
    staff,
    visits,
)
from admin.pages import PageFace

STATIC = Path(__file__).parent / "static"
MODULES = (home, session, people, alliance, consent, records, booking, visits, feedback, calls, staff, audit)


def face() -> PageFace:
    menu = [module.menu for module in MODULES if hasattr(module, "menu")]
    return PageFace([module.routes for module in MODULES], menu)
