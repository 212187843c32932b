"""What is done with the register of residents and with those who act for them.

Lock order: the resident's row (raising `touched` when nothing else of it changes), then stays and care states,
then an invitation, then proxy grants, lowest id first, then the resident's chain head (`trail.rights_changed`).
"""

from server.people.actions.care import follow_event, record_death, transition
from server.people.actions.census import correct_census, sweep_census
from server.people.actions.invitations import issue_invitation, redeem_invitation, revoke_invitation
from server.people.actions.kin import record_kinship
from server.people.actions.leaving import release_account
from server.people.actions.merges import merge_residents, unmerge_residents
from server.people.actions.proxy_changes import (
    end_proxy,
    resume_proxy,
    review_proxy,
    suspend_proxy,
    withdraw_proxy,
)
from server.people.actions.proxy_confirmations import (
    confirm_by_document,
    confirm_proxy,
    decline_proxy,
    witness_proxy,
)
from server.people.actions.proxy_requests import apply_for_proxy, reject_proxy, verify_proxy
from server.people.actions.roster import RosterReport, import_previewed_roster, import_roster
from server.people.actions.stays import admit, bind_account, change_bed, discharge, transfer
from server.people.actions.sweeps import sweep_reviews

__all__ = [
    "RosterReport",
    "admit",
    "apply_for_proxy",
    "bind_account",
    "change_bed",
    "confirm_by_document",
    "confirm_proxy",
    "correct_census",
    "decline_proxy",
    "discharge",
    "end_proxy",
    "follow_event",
    "import_previewed_roster",
    "import_roster",
    "issue_invitation",
    "merge_residents",
    "record_death",
    "record_kinship",
    "redeem_invitation",
    "reject_proxy",
    "release_account",
    "resume_proxy",
    "review_proxy",
    "revoke_invitation",
    "suspend_proxy",
    "sweep_census",
    "sweep_reviews",
    "transfer",
    "transition",
    "unmerge_residents",
    "verify_proxy",
    "withdraw_proxy",
    "witness_proxy",
]
