"""Numbers of documents, as they are read from paper."""

import pytest

from server.documents.rules import NUMBER_LETTERS, new_number, read_number, spelled


class TestANumber:
    def test_has_sixty_random_bits_in_letters_that_are_not_mistaken(self) -> None:
        numbers = {new_number() for _ in range(200)}

        assert len(numbers) == 200
        assert all(len(number) == 12 and set(number) <= set(NUMBER_LETTERS) for number in numbers)

    def test_is_read_as_it_was_printed(self) -> None:
        number = new_number()

        assert read_number(spelled(number)) == number

    @pytest.mark.parametrize(
        "typed", ["0123-4567-89ab", " 0123 4567 89AB ", "O1Z3-4567-89AB".replace("Z", "2"), "oI2345678 9ab"]
    )
    def test_is_read_however_it_was_typed(self, typed: str) -> None:
        assert read_number(typed) == "0123456789AB"

    @pytest.mark.parametrize("typed", ["", "0123", "0123-4567-89A?", "0123-4567-89ABC"])
    def test_that_cannot_be_one_is_not_looked_up(self, typed: str) -> None:
        assert read_number(typed) is None
