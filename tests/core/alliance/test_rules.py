"""Institutions, the life of an agreement and its digest, without a database."""

import hashlib
import itertools
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from server.alliance.rules import (
    AGREEMENT_MOVES,
    IN_FORCE,
    AgreementEvent,
    AgreementStatus,
    Fee,
    FeeKind,
    InstitutionKind,
    PayCycle,
    VisitDay,
    content_digest,
    content_faults,
    content_of,
    is_uscc,
    plain_content,
)
from server.demo.alliance import GREEN, PATROL
from server.demo.cast import HOUSES
from server.kit.errors import IllegalMove

ENDED = {
    AgreementStatus.EXPIRED,
    AgreementStatus.RENEWED,
    AgreementStatus.SUPERSEDED,
    AgreementStatus.TERMINATED,
    AgreementStatus.WITHDRAWN,
}


@pytest.mark.parametrize(("state", "event"), list(itertools.product(AgreementStatus, AgreementEvent)))
def test_an_agreement_moves_only_as_listed(state: AgreementStatus, event: AgreementEvent) -> None:
    """T16."""
    if AGREEMENT_MOVES.allows(state, event):
        assert AGREEMENT_MOVES.after(state, event) is not state
        assert state not in ENDED
    else:
        with pytest.raises(IllegalMove):
            AGREEMENT_MOVES.after(state, event)


def test_nothing_binds_that_was_not_filed() -> None:
    """I18, A02: the only way into force leads through two signatures and the filing."""
    assert AGREEMENT_MOVES.sources(AgreementEvent.ACTIVATE) == {AgreementStatus.FILED}
    assert AGREEMENT_MOVES.sources(AgreementEvent.FILE) == {AgreementStatus.SIGNED}
    assert {AgreementStatus.ACTIVE, AgreementStatus.EXPIRING} == IN_FORCE


class TestUscc:
    @pytest.mark.parametrize(
        "code",
        [
            "12330281470000001W",
            "52330281MJ87000014",
            "91330281MA2AAAAA0T",
            *(house.uscc for house in HOUSES),
        ],
    )
    def test_good(self, code: str) -> None:
        assert is_uscc(code)

    @pytest.mark.parametrize(
        "code",
        [
            "",
            "12330281470000001",
            "12330281470000001w",
            "12330281470000002W",
            "1233028147000000IW",
            "12ABC281470000001W",
        ],
    )
    def test_wrong(self, code: str) -> None:
        assert not is_uscc(code)


class TestKinds:
    def test_who_is_medical_and_who_is_primary_care(self) -> None:
        medical = {kind for kind in InstitutionKind if kind.is_medical}
        primary = {kind for kind in InstitutionKind if kind.is_primary_care}

        assert InstitutionKind.NURSING_HOME not in medical
        assert primary < medical
        assert InstitutionKind.HOSPITAL in medical - primary


class TestDigest:
    WHOLE: dict[str, Any] = {
        "home_uscc": "52330281MJ87000014",
        "provider_uscc": "12330281470000001W",
        "version": 1,
        "first_day": date(2026, 1, 1),
        "last_day": date(2026, 12, 31),
        "content": GREEN,
    }

    @pytest.mark.parametrize(
        "changed",
        [
            {"home_uscc": "52330281MJ87000027"},
            {"provider_uscc": "123302814700000020"},
            {"version": 2},
            {"first_day": date(2026, 1, 2)},
            {"last_day": date(2027, 1, 1)},
            {"content": replace(GREEN, disputes="由双方协商")},
            {"content": replace(GREEN, fees=(Fee(FeeKind.HOME_PAYS, 1, PayCycle.ONCE),))},
        ],
    )
    def test_covers_everything_that_is_signed(self, changed: dict[str, Any]) -> None:
        assert content_digest(**self.WHOLE) != content_digest(**(self.WHOLE | changed))

    def test_is_the_same_after_the_database(self) -> None:
        stored = content_of(plain_content(PATROL))

        assert stored == PATROL
        assert content_digest(**(self.WHOLE | {"content": stored})) == content_digest(
            **(self.WHOLE | {"content": PATROL})
        )

    def test_may_be_sm3(self) -> None:
        digest = content_digest(**self.WHOLE, algorithm="sm3")

        assert digest.startswith("sm3:")
        assert hashlib.new("sm3", b"abc").hexdigest() == (  # GB/T 32905, example 1
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        )


class TestContent:
    @pytest.mark.parametrize(
        ("content", "field"),
        [
            (replace(GREEN, cooperation=()), "cooperation"),
            (replace(GREEN, items=()), "items"),
            (replace(GREEN, fees=(Fee(FeeKind.HOME_PAYS, -1, PayCycle.ONCE),)), "fees"),
            (replace(GREEN, visit_days=(VisitDay(8, 0, 60),)), "visit_days"),
            (replace(GREEN, visit_days=(VisitDay(1, 60, 60),)), "visit_days"),
            (replace(GREEN, visit_days=(VisitDay(1, 0, 1441),)), "visit_days"),
        ],
    )
    def test_faults_are_named(self, content: Any, field: str) -> None:
        assert set(content_faults(content)) == {field}

    def test_the_towns_own_are_sound(self) -> None:
        assert content_faults(GREEN) == content_faults(PATROL) == {}
