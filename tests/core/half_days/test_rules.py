"""Who may do what in a half-day, and that each kind of work is a service with its minutes."""

from server.alliance.rules import CATALOGUE
from server.authority.permissions import Role
from server.half_days.rules import NUMBERS, WORKS, credentials


class TestCredentials:
    def test_come_with_the_post_and_for_an_assessment_with_a_certificate_besides(self) -> None:
        without = credentials([Role.CLINICIAN], ["emergency"])

        assert without == set(WORKS) - {"ability"}
        assert credentials([Role.CLINICIAN], ["ability_assessor"]) == set(WORKS)

    def test_of_other_posts_are_none(self) -> None:
        assert credentials([Role.HOTLINE, Role.MODERATOR], ["ability_assessor"]) == set()
        assert credentials([], []) == set()


class TestWorks:
    def test_are_services_of_the_catalogue_with_minutes_of_their_own(self) -> None:
        assert set(WORKS) <= {entry.code for entry in CATALOGUE}
        assert {work.minutes for work in WORKS.values()} <= set(NUMBERS)
