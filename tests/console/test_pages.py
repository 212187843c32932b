"""Every page of the console, as everybody in the town is shown it: well built, in plain Chinese, telling no secrets."""

import importlib
import inspect
import re
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from tests.console.reading import Reader
from tests.console.walking import DOWNLOADS, FIXED, NOBODY, PLAIN, PUBLIC, Seen
from tests.features import FEATURES

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'"
IN_USE = {"admin.views.views"}  # offered to those who have kept something there
TO_CALL = {"admin.calls.call", "admin.people.resident"}  # whom to call is what these pages are for
UID = re.compile(r"\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b")
NATIONAL_ID = re.compile(r"\b\d{17}[\dX]\b")
MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
OURS = re.compile(r"[①②③④⑤]|facts/|据?记忆[】）]|（I\d")  # how the rules cite for those who keep them
LATIN = re.compile(r"[A-Za-z][A-Za-z_]+")


def words_of_states() -> set[str]:
    """Collect the value of every StrEnum that the features' rules declare."""
    rules = [Path("server", feature, "rules") for feature in FEATURES]
    names = [
        ".".join(path.with_suffix("").parts)
        for folder in rules
        for path in ([*folder.glob("*.py")] if folder.is_dir() else [folder.with_suffix(".py")])
    ]
    modules = [importlib.import_module(name.removesuffix(".__init__")) for name in names]
    enums = {
        each
        for module in modules
        for each in vars(module).values()
        if inspect.isclass(each) and issubclass(each, StrEnum)
    }
    return {str(value) for each in enums for value in each}


def faulty(seen: list[Seen], wrong: Callable[[Seen], object]) -> dict[str, object]:
    return {str(each): found for each in seen if (found := wrong(each))}


class TestPages:
    def test_every_page_opens_for_somebody_and_refuses_the_rest_with_a_reason(self, seen):
        opened = {each.route for each in seen if each.status == 200}
        assert set(FIXED) - DOWNLOADS <= opened
        assert {each.status for each in seen} <= {200, 403, 404, 422}
        refused = [each for each in seen if each.status != 200]
        assert not faulty(refused, lambda each: "代码" not in each.html)

    def test_every_page_that_needs_nothing_in_its_address_can_be_reached_by_links(self, walked):
        """Nobody types an address: what the menu and the pages do not lead to does not exist for them."""
        opened = {
            (NOBODY if each.route in PUBLIC else each.login, each.route)
            for each in walked.pages
            if each.status == 200 and each.url in PLAIN and each.route in FIXED and each.route not in IN_USE
        }
        led_to = {(each.login, each.route) for each in walked.reachable}
        assert opened - led_to == set()

    def test_no_link_of_a_page_leads_to_a_refusal(self, walked):
        dead = {(each.login, each.route) for each in walked.reachable if each.status != 200}
        assert dead == set()

    def test_every_page_is_well_built(self, seen):
        assert not faulty(seen, lambda each: Reader(each.html).faults)

    def test_every_page_comes_under_the_strict_policy(self, seen):
        assert not faulty(seen, lambda each: not each.policy.startswith(POLICY))

    def test_no_state_is_shown_as_its_english_word(self, seen):
        states = words_of_states()
        assert len(states) > 100
        assert not faulty(seen, lambda each: states & set(LATIN.findall(" ".join(Reader(each.html).text))))

    def test_no_number_that_names_a_row_or_a_person_is_shown(self, seen):
        def told(each: Seen) -> list[str]:
            text = " ".join(Reader(each.html).text)
            phones = [] if each.route in TO_CALL else MOBILE.findall(text)
            return UID.findall(text) + NATIONAL_ID.findall(text) + phones

        assert not faulty(seen, told)

    def test_a_source_is_told_by_the_documents_name(self, seen):
        assert not faulty(seen, lambda each: OURS.findall(" ".join(Reader(each.html).text)))

    def test_times_are_written_in_chinese(self, seen):
        assert not faulty(
            seen,
            lambda each: re.findall(r"\d{4}-\d\d-\d\d|\d\d-\d\d \d\d:\d\d", " ".join(Reader(each.html).text)),
        )

    def test_at_most_one_primary_action_stands_beside_the_heading(self, seen):
        def primaries(each: Seen) -> bool:
            tools = each.html.partition('<div class="tools">')[2].partition("</div>")[0]
            return tools.count('class="button"') > 1

        assert not faulty(seen, primaries)

    def test_a_code_on_a_plate_grows_with_its_box(self, seen):
        """Without a viewBox the drawing stayed 9 mm wide, whatever the stylesheet said."""
        printed = next(each for each in seen if each.route == "admin.plates.print_plates")
        assert printed.html.count("<svg") >= 3
        assert len(re.findall(r"<svg[^>]* viewBox=", printed.html)) == printed.html.count("<svg")
