"""A phone without a network, and what it holds until there is one."""

from datetime import datetime, timedelta

from server.kit.ids import new_uid
from server.visits import actions
from server.visits.actions import HeldEvent, ItemResult
from server.visits.queries import BatchCard
from server.visits.rules import Outcome
from server.visits.rules.findings import Findings
from server.visits.rules.offline import EventKind
from tests.core.visits.conftest import Round
from tests.core.visits.phone import nonce_for, scanned

MINUTE = timedelta(minutes=1)


class Phone:
    """Holds events while it has no network."""

    def __init__(self, morning: Round) -> None:
        self.morning = morning
        self.held: list[HeldEvent] = []

    def hold(self, kind: EventKind, at: datetime, **more: object) -> HeldEvent:
        event = HeldEvent(
            client_uid=new_uid(),
            kind=kind,
            visit_uid=self.morning.uid,
            device_time=at,
            **more,  # type: ignore[arg-type]
        )
        self.held.append(event)
        return event

    async def whole_visit(self) -> None:
        """Take a nonce while there is a network, then do the whole round without one."""
        m = self.morning
        nonce = await nonce_for(m.doctor, now=m.now, offline=True)
        m.clock.advance(minutes=10)
        began = m.now
        scan = await scanned(m.town, m.doctor, m.nurse, m.uid, now=began, nonce=nonce)
        self.hold(EventKind.START, began, scanned=scan)
        found = ItemResult(m.town.visits.today_wang, Outcome.SEEN, Findings(pulse=70))
        self.hold(EventKind.FINDINGS, began + 5 * MINUTE, results=(found,))
        self.hold(
            EventKind.FINDINGS,
            began + 9 * MINUTE,
            results=(ItemResult(m.town.visits.today_li, Outcome.SEEN, Findings(pulse=66)),),
        )
        self.hold(EventKind.FINISH, began + 20 * MINUTE)
        m.clock.advance(hours=6)

    async def hand_in(self) -> BatchCard:
        return await actions.ingest_batch(actor=self.morning.doctor, events=self.held, now=self.morning.now)
