"""The annual check-up in the console: who is due, the days, reports by file or by hand, and what was found abnormal."""

from admin.checkups import campaigns, duties, facts, reports
from admin.checkups.shared import routes
from server.authority.permissions import Permission
from server.web import MenuEntry

__all__ = ["campaigns", "duties", "facts", "menu", "reports", "routes"]

menu = MenuEntry("年度体检", "/admin/checkups", Permission.CHECKUP_READ, 44)
