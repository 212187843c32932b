"""Clause → rule → test → screen: every row of the product stands in the map, and what it names is there."""

import pytest

from tests.architecture.policy import DOCUMENT, IDS, STATES, Row, document, numbers, numbers_like, rows

ROWS = rows()
BUILT = [row for row in ROWS if row.state == "built"]


# Under no clause: signing in, papers, what is kept how long.
HOUSES = {
    *(f"identity.{each}" for each in ("workplace_first_notice", "workplace_last_notice", "idle_days")),
    *(f"documents.{each}" for each in ("valid_days", "export_hours", "exports_at_once")),
    *(f"privacy.keep_{each}_years" for each in ("outpatient", "inpatient", "accounts")),
    *(
        f"privacy.keep_{each}_days"
        for each in (
            "audit", "consent", "processing", "messages", "call_words", "answers", "news", "invitations", "exports", "rectifications",
        )
    ),
    *(f"privacy.{each}" for each in ("rectify_days", "rectifications_open", "breach_authority_hours", "breach_people_hours")),
}  # fmt: skip
WHOLE = {f"A{number:02}" for number in range(1, 25)} | {"C09", "B03", "B04", "B05"}


class TestTheRows:
    def test_of_the_alliance_and_of_what_goes_beyond_it_are_built(self) -> None:
        assert WHOLE - {row.id for row in BUILT} == set()

    def test_that_are_on_their_way_name_what_they_will_be(self) -> None:
        assert [row.id for row in ROWS if row.state == "not yet" and not (row.rules and row.tests)] == []

    def test_are_those_of_the_product_each_once(self) -> None:
        assert tuple(row.id for row in ROWS) == IDS

    def test_say_what_is_demanded_by_which_clause_and_how_far_it_is(self) -> None:
        assert [row.id for row in ROWS if not (row.demand and row.clause and row.state in STATES)] == []

    def test_that_are_not_built_name_nothing(self) -> None:
        named = [
            row.id for row in ROWS if row.state == "not built" and (row.rules or row.tests or row.screens)
        ]
        assert named == []

    @pytest.mark.parametrize("row", BUILT, ids=lambda row: row.id)
    def test_that_are_built_have_rule_test_and_screen(self, row: Row) -> None:
        assert row.faults() == []


class TestALook:
    """The map would notice."""

    def test_finds_what_is_not_there(self) -> None:
        row = Row(
            "C01", "core", "x", "①", "built",
            parameters=("people.nonsense",),
            rules=("server.people.rules:nonsense", "server.nonsense"),
            tests=("tests/core/people/test_nonsense.py", "tests/core/people/test_beds.py::TestNonsense", "tests/core/nonsense"),
            screens=("/admin/nonsense", "miniprogram/pages/nonsense/nonsense"),
        )  # fmt: skip

        assert len(row.faults()) == 8

    def test_finds_what_names_nothing(self) -> None:
        assert len(Row("C01", "core", "x", "①", "built").faults()) == 3


class TestTheNumbers:
    def test_of_every_policy_stand_under_a_row_or_belong_to_the_house(self) -> None:
        patterns = [pattern for row in ROWS for pattern in row.parameters]
        under = {each.code for pattern in patterns for each in numbers_like(pattern)}
        assert set(numbers()) - under == HOUSES


def test_the_document_is_what_the_files_say() -> None:
    assert DOCUMENT.read_text() == document(), (
        "run `python -m tests.architecture.policy_map` and read the difference"
    )
