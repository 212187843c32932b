"""No page reads a table from end to end that grows with the city: what SQLite would do is asked, statement by statement.

`python -m bench.scale` says how long the pages take in a city of 100 000 residents; test_queries.py, that a page runs
no more statements there than in the town.
"""

import re

import pytest
from tortoise import connections

from server.kit.engines.counting import counted
from tests.console.walking import LOGINS, PLAIN

GROWING = {
    "appointment", "assessment", "audit_entry", "care_level", "care_state_change", "checkup_duty", "checkup_facts", "checkup_place", "checkup_report", "chronic_episode",
    "enrolment", "priority_group", "long_prescription", "prescription_line", "prescription_refill", "medicine_delivery",
    "follow_up", "indicator_fact", "consent", "consent_provision", "kinship", "ledger_entry", "ledger_posting", "outbox_message", "proxy_grant",
    "referral", "statement", "statement_line",
    "rating", "rating_token", "record_entry", "resident", "resident_stay", "slot", "text_revision", "visit", "visit_item",
}  # fmt: skip
NOTHING = " WHERE 1=0"  # what Tortoise asks for the rows of none
# Nearly every rating counts: the count ends at the thousand and first.
KNOWN = {("/admin/feedback", "rating")}
SCANNED = re.compile(r"^SCAN (\w+)(?! USING)")
ALIAS = re.compile(r'(?:FROM|JOIN) "?(\w+)"? (?:AS )?"?(\w+)"?', re.IGNORECASE)

pytestmark = pytest.mark.sqlite


async def scanned_by(sql: str) -> set[str]:
    """Return the growing tables that this statement would read whole."""
    plan = await connections.get("default").execute_query_dict(
        f"EXPLAIN QUERY PLAN {sql}", [None] * sql.count("?")
    )
    if NOTHING in sql:
        return set()
    called = {alias: table for table, alias in ALIAS.findall(sql)}
    read = {found[1] for step in plan if (found := SCANNED.match(step["detail"]))}
    return {called.get(name, name) for name in read} & GROWING


@pytest.mark.parametrize("login", LOGINS)
async def test_no_page_reads_a_growing_table_whole(login: str, console) -> None:
    page = await console(login)
    found = []
    for path in PLAIN:
        with counted() as statements:
            answer = await page.get(path)
        if answer.status_code == 200:
            for sql in {each for each in statements if each.lstrip().upper().startswith("SELECT")}:
                tables = {table for table in await scanned_by(sql) if (path, table) not in KNOWN}
                found += [f"{path} reads {table} whole: {sql}" for table in tables]
    assert not found, "\n".join(found)
