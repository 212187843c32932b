"""What may be done to accounts, sessions and roles.

Lock order: attempts, bind code, account, role grants, training records, credential, device, session.
"""

from server.identity.actions.attempts import count_try, sweep_sign_ins
from server.identity.actions.console import ConsoleSession, change_password, open_console_session, prove
from server.identity.actions.first import FirstAdministrator, create_first_administrator
from server.identity.actions.leaving import forget_account
from server.identity.actions.mini_program import (
    BoundCard,
    bind_staff,
    register_phone,
    sign_in_with_wechat,
    state_name,
)
from server.identity.actions.roles import (
    close_account,
    create_console_account,
    create_staff,
    end_role,
    grant_role,
)
from server.identity.actions.sessions import (
    end_every_session,
    note_seen,
    revoke_other_sessions,
    revoke_session,
    sign_out,
)
from server.identity.actions.signing import authorise_signer
from server.identity.actions.training import record_training, strike_out_training
from server.identity.actions.views import forget_view, keep_view
from server.identity.actions.ways_in import (
    approve_device,
    give_login,
    issue_bind_code,
    reset_password,
    withdraw_device,
)
from server.identity.actions.workplaces import prolong_role, sweep_workplaces

__all__ = [
    "BoundCard",
    "ConsoleSession",
    "FirstAdministrator",
    "approve_device",
    "authorise_signer",
    "bind_staff",
    "change_password",
    "close_account",
    "count_try",
    "create_console_account",
    "create_first_administrator",
    "create_staff",
    "end_every_session",
    "end_role",
    "forget_account",
    "forget_view",
    "give_login",
    "grant_role",
    "issue_bind_code",
    "keep_view",
    "note_seen",
    "open_console_session",
    "prolong_role",
    "prove",
    "record_training",
    "register_phone",
    "reset_password",
    "revoke_other_sessions",
    "revoke_session",
    "sign_in_with_wechat",
    "sign_out",
    "state_name",
    "strike_out_training",
    "sweep_sign_ins",
    "sweep_workplaces",
    "withdraw_device",
]
