"""What is done with institutions, agreements and policy numbers.

Lock order: the older agreement of a pair before the newer one, then an authorisation to sign, then the chain heads of the home's residents.
"""

from server.alliance.actions.agreements import (
    draft_agreement,
    draft_successor,
    file_agreement,
    propose_agreement,
    resume_agreement,
    revise_draft,
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
from server.alliance.actions.signing import (
    Authorisation,
    attach_paper,
    grant_authority,
    revoke_authority,
    sign_agreement,
    sign_on_paper,
)
from server.alliance.actions.sweeps import sweep_agreements

__all__ = [
    "Authorisation",
    "NewVersion",
    "attach_paper",
    "draft_agreement",
    "draft_successor",
    "file_agreement",
    "grant_authority",
    "join_alliance",
    "load_catalogue",
    "load_parameters",
    "open_department",
    "propose_agreement",
    "publish_catalogue_version",
    "register_institution",
    "resume_agreement",
    "revise_draft",
    "revoke_authority",
    "sign_agreement",
    "sign_on_paper",
    "suspend_agreement",
    "sweep_agreements",
    "terminate_agreement",
    "withdraw_agreement",
]
