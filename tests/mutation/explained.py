"""Gates whose absence no test notices, and why that is right. Each entry must go when its gate does."""

from collections.abc import Mapping

# The gate as the table names it, without the line's number.
_NULL = "NULL is in no list: the condition keeps the subquery short"
_RACE = "asked again in the UPDATE, for who was faster in between; a single process cannot come in between"
_NOBODY = "who may witness nowhere reaches nobody by it: the condition spares the query"
_ELSEWHERE = "`None` is no institution's number, and nobody's account: said for the reader"
_LOCKED = "the credit's row is locked before it is read: nobody comes in between"
EXPLAINED: Mapping[str, str] = {
    "server.consent.access effective_consents: where home_id__isnull=False": _NULL,
    "server.people.access of_residents_visible_to: where merged_into_id__isnull=False": _NULL,
    "server.people.access resident_for: where merged_into_id__isnull=False": _NULL,
    "server.people.access standing_of: and resident.account_id is not None": _ELSEWHERE,
    "server.people.access _staff_standing: and resident.home_id is not None": _ELSEWHERE,
    "server.consent.access touch_consents: where status=ConsentStatus.GRANTED": _RACE,
    "server.consent.access touch_consents: where until__gt=now": _RACE,
    "server.consent.access consents_visible_to: and actor.institutions_with(Permission.CONSENT_WITNESS)": _NOBODY,
    "server.identity.actions.workplaces sweep_workplaces: where unsaid": _RACE,
    "server.notifications.actions.calls finish_call: where claimed_by_id=actor.account_id": _RACE,
    "server.notifications.actions.credits zero: where balance=credit.balance": _LOCKED,
    "server.notifications.actions.credits _earn: where matched=False": _LOCKED,
}
