"""The codes on plates and screens, without a database."""

import random
import secrets
import string
from datetime import UTC, datetime, timedelta

import pytest

from server.visits import codes
from server.visits.codes import CodeKeys, Forged, Malformed

NOW = datetime(2026, 3, 2, 1, 0, 0, tzinfo=UTC)
KEYS = CodeKeys.read(f"1:{'a1' * 32}", appid="wx00000000cafe0001")
OTHER_CITY = CodeKeys.read(f"1:{'a1' * 32}", appid="wx00000000cafe0002")
ROUND_TRIPS = 20_000
ALPHABET = string.ascii_letters + string.digits + "-_"


class TestPlates:
    def test_come_back_as_the_digest_that_was_stored(self) -> None:
        for _ in range(ROUND_TRIPS):
            plate = codes.new_plate(KEYS)
            assert len(plate.text) == 30
            assert codes.plate_digest(plate.text, KEYS) == plate.digest

    def test_never_show_what_is_stored(self) -> None:
        plate = codes.new_plate(KEYS)
        assert plate.text not in repr(plate)
        assert plate.digest not in plate.text

    def test_with_one_changed_character_are_refused(self) -> None:
        plate = codes.new_plate(KEYS).text
        for place in range(2, len(plate)):
            for letter in random.sample(ALPHABET, 8):
                if letter != plate[place]:
                    with pytest.raises((Forged, Malformed)):
                        codes.plate_digest(plate[:place] + letter + plate[place + 1 :], KEYS)

    def test_of_another_installation_or_with_a_lost_key_are_forged(self) -> None:
        plate = codes.new_plate(KEYS).text
        with pytest.raises(Forged):
            codes.plate_digest(plate, OTHER_CITY)
        with pytest.raises(Forged):
            codes.plate_digest("P9" + plate[2:], KEYS)

    def test_written_with_an_older_key_are_still_read(self) -> None:
        plate = codes.new_plate(KEYS)
        rotated = CodeKeys.read(f"2:{'b2' * 32},1:{'a1' * 32}", appid=KEYS.appid)
        assert codes.plate_digest(plate.text, rotated) == plate.digest
        assert codes.new_plate(rotated).text.startswith("P2")


class TestRotatingCodes:
    def test_tell_screen_and_step(self) -> None:
        for _ in range(ROUND_TRIPS):
            screen = secrets.randbelow(2**32)
            at = NOW + timedelta(seconds=secrets.randbelow(10**9))
            code = codes.rotating_code(screen=screen, now=at, keys=KEYS)
            assert len(code) == 29
            assert codes.rotating_step(code, KEYS) == codes.Step(screen=screen, number=codes.step_at(at))

    def test_have_one_spelling_each(self) -> None:
        """20 bytes stand in 27 characters: a careless decoder takes four last characters for the same code."""
        code = codes.rotating_code(screen=7, now=NOW, keys=KEYS)
        accepted = []
        for letter in ALPHABET:
            try:
                codes.rotating_step(code[:-1] + letter, KEYS)
            except (Forged, Malformed):
                continue
            accepted.append(letter)
        assert accepted == [code[-1]]

    @pytest.mark.parametrize(
        ("seconds", "current"), [(-31, False), (-30, True), (0, True), (59, True), (60, False)]
    )
    def test_hold_one_step_before_and_after(self, seconds: int, current: bool) -> None:
        # Shown at the first second of a step: readable from 30 s before it (a slow clock) to the end of the next.
        step = codes.rotating_step(codes.rotating_code(screen=7, now=NOW, keys=KEYS), KEYS)
        assert codes.is_current(step, at=NOW + timedelta(seconds=seconds)) is current

    def test_count_down_to_the_next_one(self) -> None:
        assert codes.seconds_left(NOW) == 30
        assert codes.seconds_left(NOW + timedelta(seconds=29)) == 1

    def test_are_never_taken_for_a_plate(self) -> None:
        code = codes.rotating_code(screen=7, now=NOW, keys=KEYS)
        with pytest.raises(Malformed):
            codes.plate_digest(code, KEYS)
        with pytest.raises(Malformed):
            codes.plate_digest("P" + code[1:], KEYS)


class TestJunk:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "P",
            "R1",
            "https://example.com/a",
            "P1" + "A" * 40,
            "P1" + "!" * 28,
            "P1" + "床" * 28,
            "P1" + "A" * 27,
            "R1" + "=" * 27,
        ],
    )
    def test_is_told_from_a_forged_code(self, text: str) -> None:
        with pytest.raises(Malformed):
            codes.plate_digest(text, KEYS)
        with pytest.raises(Malformed):
            codes.rotating_step(text, KEYS)


class TestKeys:
    @pytest.mark.parametrize("text", ["", "12:" + "aa" * 32, "1:aabb", "1:zz"])
    def test_that_would_not_hold_are_refused_at_the_start(self, text: str) -> None:
        with pytest.raises(ValueError):  # noqa: PT011  bytes.fromhex has its own words
            CodeKeys.read(text, appid="wx")

    def test_are_not_shown(self) -> None:
        assert "a1a1" not in repr(KEYS)
        assert "\\xa1" not in repr(KEYS)
