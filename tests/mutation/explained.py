"""Gates whose absence no test notices, and why that is right. Each entry must go when its gate does."""

from collections.abc import Mapping

# The gate as the table names it, without the line's number.
_NULL = "NULL is in no list: the condition keeps the subquery short"
_RACE = "asked again in the UPDATE, for who was faster in between; a single process cannot come in between"
_NOBODY = "who may witness nowhere reaches nobody by it: the condition spares the query"
_ELSEWHERE = "`None` is no institution's number, and nobody's account: said for the reader"
_HELD = "rows that are only held: to hold more of them is slower, and decides nothing"
_LOCKED = "the credit's row is locked before it is read: nobody comes in between"
_MERGED = "a pointer never leads to a merged row, which has handed its account on (invariants.faults)"
_SHORT = "keeps the query short: what it would find besides is asked for by nobody"
_ONCE = "decided by the conditions beside it: said for the reader"
EXPLAINED: Mapping[str, str] = {
    "server.booking.actions.queueing _close_accepted: where expires_at__gt=now": _ONCE,
    "server.booking.actions.seats give_back: where **{f'{counter}__gt': 0}": _ONCE,
    "server.consent.access consents_visible_to: and actor.institutions_with(Permission.CONSENT_WITNESS)": _NOBODY,
    "server.consent.access effective_consents: where home_id__isnull=False": _NULL,
    "server.consent.access touch_consents: where status=ConsentStatus.GRANTED": _RACE,
    "server.consent.access touch_consents: where until__gt=now": _RACE,
    "server.feedback.actions.cases handle_case: refuses if case.owner_id not in actor.institutions_with(Permission.CASE_HANDLE)": _ONCE,
    "server.feedback.actions.cases move_case: where owner_id=case.owner_id": _ONCE,
    "server.feedback.actions.cases sweep_overdue_cases: where escalated_at__isnull=True": _RACE,
    "server.feedback.actions.cases sweep_overdue_cases: where next_deadline=case.next_deadline": _RACE,
    "server.feedback.actions.cases sweep_overdue_cases: where status=case.status": _RACE,
    "server.feedback.actions.ratings edit_text: where revision=rating.revision": _RACE,
    "server.feedback.actions.ratings sweep_counted_ratings: where settled_at__isnull=True": _RACE,
    "server.feedback.actions.ratings sweep_counted_ratings: where taken_back_at__isnull=True": _RACE,
    "server.feedback.actions.ratings take_back: where settled_at__isnull=True": _ONCE,
    "server.feedback.actions.ratings take_back: where status=TokenStatus.USED": _ONCE,
    "server.feedback.actions.ratings take_back: where voided_at__isnull=True": _ONCE,
    "server.feedback.actions.texts _carry_out: where taken_back_at__isnull=True": _RACE,
    "server.feedback.actions.tokens sweep_expired_tokens: where status=TokenStatus.OPEN": _RACE,
    "server.feedback.actions.voids _take_out_of_the_count: where voided_at__isnull=True": _ONCE,
    "server.identity.actions.workplaces sweep_workplaces: where unsaid": _RACE,
    "server.indicators.actions.reports _hold_counts: where since=row.since": _HELD,
    "server.indicators.actions.reports _hold_counts: where tile__in=sorted(tiles)": _HELD,
    "server.notifications.actions.calls finish_call: where claimed_by_id=actor.account_id": _RACE,
    "server.notifications.actions.credits _earn: where matched=False": _LOCKED,
    "server.notifications.actions.credits zero: where balance=credit.balance": _LOCKED,
    "server.people.access _staff_standing: and resident.home_id is not None": _ELSEWHERE,
    "server.people.access joined_to_residents_visible_to: where Q(**survivor)": _MERGED,
    "server.people.access of_residents_visible_to: where **survivor": _MERGED,
    "server.people.access of_residents_visible_to: where merged_into_id__isnull=False": _NULL,
    "server.people.access own_row_of: where merged_into_id__isnull=True": _MERGED,
    "server.people.access resident_for: where merged_into_id__isnull=False": _NULL,
    "server.people.access standing_of: and resident.account_id is not None": _ELSEWHERE,
    "server.people.actions.leaving _unbind: where account_id=actor.account_id": _RACE,
    "server.people.actions.merges unmerge_residents: where merged_into_id=survivor.id": _RACE,
    "server.people.actions.rows lock: refuses if row.merged_into_id is not None": _RACE,
    "server.people.actions.stays _resident_in_home: refuses if row.home_id not in actor.institutions_with(Permission.RESIDENT_ADMIT)": _RACE,
    "server.privacy.actions.retention _due: where due_at=first.due_at": _RACE,
    "server.records.access View._own_institution: and home is not None": _ELSEWHERE,
    "server.records.access View.is_of_one_house: and self.family is None": _ONCE,
    "server.records.access.several _merged_into: where merged_into_id__in=list(survivors)": _SHORT,
    "server.records.access.several _written_about: where resident_id__in=ids": _SHORT,
    "server.records.access.subjects _met: and subject.account_id != each.account": _SHORT,
    "server.records.actions.emergencies sweep_emergencies: where overdue_at__isnull=True": _RACE,
    "server.visits.actions.correcting approve_correction: where visit_id=visit.id": _ONCE,
    "server.booking.actions.together book_batch: where died_at=None": _RACE,
    "server.booking.actions.together book_batch: where merged_into_id=None": _RACE,
    "server.booking.actions.together _wish: refuses if not asked.actor.may(Permission.SCHEDULE_READ)": _ONCE,
    "server.booking.actions.placing confirm_hold: where status=AppointmentStatus.HELD": _RACE,
}
