"""What may be done about visits."""

from server.visits.actions.attesting import attest, attest_unopened, dispute, resolve
from server.visits.actions.checks import Scanned
from server.visits.actions.correcting import approve_correction, refuse_correction, request_correction
from server.visits.actions.offline import HeldEvent, ingest_batch
from server.visits.actions.planning import PlannedItem, cancel_visit, plan_visit, sweep_missed
from server.visits.actions.plates import PlateWish, issue_plates, retire_plate
from server.visits.actions.presence import prepare_scan, start_visit
from server.visits.actions.round import ItemResult, finish_visit, record_results
from server.visits.actions.sheets import write_sheet
from server.visits.actions.sweeps import sweep_kept, sweep_nonces, sweep_unfinished

__all__ = [
    "HeldEvent",
    "ItemResult",
    "PlannedItem",
    "PlateWish",
    "Scanned",
    "approve_correction",
    "attest",
    "attest_unopened",
    "cancel_visit",
    "dispute",
    "finish_visit",
    "ingest_batch",
    "issue_plates",
    "plan_visit",
    "prepare_scan",
    "record_results",
    "refuse_correction",
    "request_correction",
    "resolve",
    "retire_plate",
    "start_visit",
    "sweep_kept",
    "sweep_missed",
    "sweep_nonces",
    "sweep_unfinished",
    "write_sheet",
]
