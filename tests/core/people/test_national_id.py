"""The identity number of people born long before today's district codes (facts/domain.md §4.1)."""

from datetime import date

import pytest

from server.people.errors import WrongNationalId
from server.people.rules import IdKind, Sex, check_character, parse_national_id
from server.people.rules import national_id as rules

TODAY = date(2026, 3, 2)


def number_for(birthday: str, prefix: str = "330299") -> str:
    body = f"{prefix}{birthday}001"
    return body + check_character(body)


class TestGoodNumbers:
    @pytest.mark.parametrize(
        ("number", "sex", "born"),
        [
            ("330299194001010014", Sex.MALE, date(1940, 1, 1)),
            ("330299193602290029", Sex.FEMALE, date(1936, 2, 29)),
            ("330299195507150211", Sex.MALE, date(1955, 7, 15)),
        ],
    )
    def test_of_citizens(self, number: str, sex: Sex, born: date) -> None:
        found = parse_national_id(number, today=TODAY)

        assert (found.number, found.sex, found.birth_date, found.kind, found.upgraded) == (
            number,
            sex,
            born,
            IdKind.CITIZEN,
            False,
        )

    @pytest.mark.parametrize("number", ["81000019430815003X", "82000019430815004X", "83000019430815005X"])
    def test_of_people_from_hong_kong_macao_and_taiwan(self, number: str) -> None:
        assert parse_national_id(number, today=TODAY).kind is IdKind.RESIDENCE_PERMIT

    @pytest.mark.parametrize("number", ["911840196001010014", "933036194405060024"])
    def test_of_foreigners_with_permanent_residence(self, number: str) -> None:
        assert parse_national_id(number, today=TODAY).kind is IdKind.FOREIGN_PERMANENT

    def test_a_small_x_and_spaces_are_forgiven(self) -> None:
        assert parse_national_id(" 810000 19430815 003x ", today=TODAY).number == "81000019430815003X"

    def test_an_old_number_is_upgraded_and_flagged(self) -> None:
        found = parse_national_id("330299400101001", today=TODAY)

        assert (found.number, found.upgraded) == ("330299194001010014", True)

    @pytest.mark.parametrize(
        "province", ["11", "15", "21", "23", "31", "37", "41", "46", "50", "54", "61", "65", "71"]
    )
    def test_of_every_province_range(self, province: str) -> None:
        assert parse_national_id(number_for("19400101", f"{province}0101"), today=TODAY)

    @pytest.mark.parametrize("birthday", ["18950303", "18991231", "20260302"])
    def test_at_both_ends_of_a_life(self, birthday: str) -> None:
        assert parse_national_id(number_for(birthday), today=TODAY)


class TestWrongNumbers:
    @pytest.mark.parametrize(
        ("number", "sentence"),
        [
            ("330299193502290005", rules.WRONG_BIRTHDAY),  # 1935-02-29 never was; the check digit is right
            ("33029919400101001X", rules.WRONG_CHECK),
            ("33029919400101001", rules.WRONG_LENGTH),
            ("3.30299E+17", rules.WRONG_LENGTH),
            ("", rules.WRONG_LENGTH),
            ("33029919400101001A", rules.WRONG_CHARACTERS),
            ("33029919400101００14", rules.WRONG_CHARACTERS),  # full-width digits are digits to Python
            ("X30299194001010014", rules.WRONG_CHARACTERS),
        ],
    )
    def test_are_explained(self, number: str, sentence: str) -> None:
        with pytest.raises(WrongNationalId) as refusal:
            parse_national_id(number, today=TODAY)

        assert refusal.value.sentence == sentence

    @pytest.mark.parametrize(
        "birthday", ["18950302", "20260303", "19230229", "19401301", "19400001", "19400100"]
    )
    def test_with_an_impossible_birthday(self, birthday: str) -> None:
        with pytest.raises(WrongNationalId) as refusal:
            parse_national_id(number_for(birthday), today=TODAY)

        assert refusal.value.sentence == rules.WRONG_BIRTHDAY

    @pytest.mark.parametrize(
        "prefix",
        ["100101", "160101", "240101", "380101", "470101", "550101", "660101", "720101", "840101", "900101"],
    )
    def test_from_no_province(self, prefix: str) -> None:
        with pytest.raises(WrongNationalId) as refusal:
            parse_national_id(number_for("19400101", prefix), today=TODAY)

        assert refusal.value.sentence == rules.WRONG_PROVINCE

    def test_are_never_repeated(self) -> None:
        with pytest.raises(WrongNationalId) as refusal:
            parse_national_id("33029919400101001X", today=TODAY)

        assert "3302" not in f"{refusal.value} {refusal.value.sentence} {refusal.value.fields}"

    @pytest.mark.parametrize("place", range(18))
    def test_every_wrong_digit_is_noticed(self, place: int) -> None:
        good = "330299194001010014"

        for digit in set("0123456789") - {good[place]}:
            with pytest.raises(WrongNationalId):
                parse_national_id(good[:place] + digit + good[place + 1 :], today=TODAY)
