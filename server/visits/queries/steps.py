"""What is next for whoever looks at a visit, said in a few words."""

from dataclasses import dataclass

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.visits.access import institution_id_of
from server.visits.models import Visit
from server.visits.rules import WAITING, ScanResult, Side, VisitStatus


@dataclass(frozen=True)
class Reader:
    """For which institutions of a visit somebody speaks, and which side waits for an answer to its correction."""

    sides: frozenset[Side]
    corrects: Side | None = None


def reader_of(visit: Visit, actor: Actor, *, corrects: Side | None = None) -> Reader:
    own = actor.institutions_with(Permission.VISIT_ATTEST)
    return Reader(frozenset(side for side in Side if institution_id_of(visit, side) in own), corrects)


def waits_for(visit: Visit, reader: Reader) -> bool:
    """Tell whether a finished visit waits for the reader's side to say whether it was so."""
    return visit.status in WAITING and any(_silent(visit, side) for side in reader.sides)


def must_be_opened(visit: Visit, *, urgent: bool) -> bool:
    """Tell whether somebody has to look before confirming: something is not as it should be, or is urgent."""
    plain = visit.status in WAITING and visit.evidence is ScanResult.ACCEPTED and not visit.exceptions
    return not plain or urgent


def next_step(visit: Visit, reader: Reader) -> str:
    if visit.status in WAITING:
        return "等您确认" if waits_for(visit, reader) else "等对方确认"
    if visit.status is VisitStatus.CORRECTION_REQUESTED:
        return "等您核准更正" if reader.sides - {reader.corrects} else "等对方核准更正"
    return _WORDS.get((visit.status, Side.PROVIDER in reader.sides), "")


_WORDS = {
    (VisitStatus.PLANNED, True): "到场后扫码开始",
    (VisitStatus.PLANNED, False): "到时出示动态码",
    (VisitStatus.STARTED, True): "记好结果后结束",
    (VisitStatus.STARTED, False): "等医护结束",
    (VisitStatus.DISPUTED, True): "与对方协商后答复",
    (VisitStatus.DISPUTED, False): "与对方协商后答复",
    (VisitStatus.MISSED, True): "请重新安排",
    (VisitStatus.MISSED, False): "请联系对方重新安排",
}


def _silent(visit: Visit, side: Side) -> bool:
    return (visit.host_verdict if side is Side.HOST else visit.provider_verdict) is None
