"""What the pages about the annual check-up have in common: their list of routes, and how a state looks."""

from typing import Annotated

from server.authority.permissions import Permission
from server.checkups.rules import DutyStatus, Standing
from server.web import Clean, Routes, text

routes = Routes("checkups", tag="年度体检")

READ, PLAN, RECORD = Permission.CHECKUP_READ, Permission.CHECKUP_PLAN, Permission.CHECKUP_RECORD
FACTS = Permission.CHECKUP_FACTS
Remark = Annotated[str, text(200, least=0), Clean]
STANDING_TONES = {
    Standing.DUE: "wait", Standing.EXAMINED: "ok", Standing.PARTLY: "wait", Standing.ELSEWHERE: "ok", Standing.DECLINED: "note",
    Standing.PAUSED: "note", Standing.TOO_NEW: "note", Standing.TOO_YOUNG: "done", Standing.GONE: "done",
}  # fmt: skip
DUTY_TONES = {DutyStatus.OPEN: "wait", DutyStatus.DONE: "ok", DutyStatus.VOID: "done"}
