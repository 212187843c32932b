"""Accounts and roles at a glance: who holds what where, and whose account nobody uses."""

from server.authority.permissions import Permission, Role
from server.identity.queries import AccountsWish, accounts_overview
from server.identity.rules import STAFF_ROLES
from server.web import Ask, PageQuery, Routes, Show, Uid

routes = Routes("accounts", tag="人员")


class AccountsQuery(PageQuery):
    role: Role | None = None
    institution: Uid | None = None
    idle: bool = False

    @property
    def asked(self) -> AccountsWish:
        return AccountsWish(self.role, self.institution, self.idle)


@routes.get("/accounts", needs=Permission.STAFF_MANAGE, summary="Roles in force, and when each was last used")
async def accounts(ask: Ask, query: AccountsQuery) -> Show:
    found = await accounts_overview(actor=ask.actor, asked=query.asked, wish=query.counted, now=ask.now)
    return Show("accounts/list.html", found=found, asked=query, roles=STAFF_ROLES)
