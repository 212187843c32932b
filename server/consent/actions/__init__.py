"""Ask, grant, deny, withdraw.

Lock order: the consent, then its provisions, then its signature or papers, then the resident's chain head
(`trail.rights_changed`), then audit and outbox. Nothing that locks a chain head afterwards touches a consent.
"""

from server.consent.actions.counting import sweep_asked
from server.consent.actions.deciders import Witnessing
from server.consent.actions.decisions import (
    Choice,
    deny_consent,
    deny_witnessed,
    grant_consent,
    grant_witnessed,
    sweep_consents,
    withdraw_consent,
    withdraw_witnessed,
)
from server.consent.actions.papers import add_paper
from server.consent.actions.requests import request_consent

__all__ = [
    "Choice",
    "Witnessing",
    "add_paper",
    "deny_consent",
    "deny_witnessed",
    "grant_consent",
    "grant_witnessed",
    "request_consent",
    "sweep_asked",
    "sweep_consents",
    "withdraw_consent",
    "withdraw_witnessed",
]
