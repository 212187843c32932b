"""What is done with institutions, agreements and policy numbers.

Lock order: the older agreement of a pair before the newer one, then the chain heads of the home's residents.
"""

from server.alliance.actions.agreements import (
    draft_agreement,
    draft_successor,
    file_agreement,
    propose_agreement,
    resume_agreement,
    revise_draft,
    sign_agreement,
    suspend_agreement,
    terminate_agreement,
    withdraw_agreement,
)
from server.alliance.actions.catalogue import NewVersion, load_catalogue, publish_catalogue_version
from server.alliance.actions.institutions import (
    join_alliance,
    load_parameters,
    open_department,
    register_institution,
)
from server.alliance.actions.sweeps import sweep_agreements

__all__ = [
    "NewVersion",
    "draft_agreement",
    "draft_successor",
    "file_agreement",
    "join_alliance",
    "load_catalogue",
    "load_parameters",
    "open_department",
    "propose_agreement",
    "publish_catalogue_version",
    "register_institution",
    "resume_agreement",
    "revise_draft",
    "sign_agreement",
    "suspend_agreement",
    "sweep_agreements",
    "terminate_agreement",
    "withdraw_agreement",
]
