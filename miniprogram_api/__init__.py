"""The JSON face: residents, relatives, nurses and clinicians in the mini-program."""

from typing import ClassVar

from miniprogram_api import (
    account,
    alliance,
    assessments,
    booking,
    checkups,
    consent,
    enrolments,
    feedback,
    followups,
    home,
    home_beds,
    inbox,
    people,
    prescriptions,
    privacy,
    public,
    records,
    rectifications,
    referrals,
    session,
    training,
    visits,
    workload,
)
from server.authority.actor import Channel
from server.web.json_face import JsonFace

MODULES = (
    session,
    account,
    privacy,
    rectifications,
    home,
    people,
    alliance,
    consent,
    records,
    assessments,
    booking,
    visits,
    referrals,
    followups,
    checkups,
    home_beds,
    training,
    workload,
    enrolments,
    prescriptions,
    feedback,
    inbox,
    public,
)


class MiniProgramFace(JsonFace):
    name: ClassVar[str] = "api"
    prefix: ClassVar[str] = "/api/v1"
    channel: ClassVar[Channel] = Channel.MINI_PROGRAM


def face() -> MiniProgramFace:
    return MiniProgramFace([module.routes for module in MODULES])
