"""Shares, and the few that nobody else is told."""

from server.kit.rates import Rate, shown, shown_part, tells_few


def test_two_decimals_half_up_and_a_goal_by_the_numbers_themselves() -> None:
    assert [Rate(*each).percent for each in ((0, 0), (2, 3), (1, 800), (3, 3))] == [
        "—",
        "66.67%",
        "0.13%",
        "100.00%",
    ]
    nearly = Rate(99_996, 100_000)
    assert (nearly.percent, nearly.reaches(100), nearly.reaches(99)) == ("100.00%", False, True)
    assert not Rate(0, 0).reaches(0)


def test_few_are_not_shown() -> None:
    assert [shown(many, least=5) for many in (0, 1, 4, 5)] == ["0", "<5", "<5", "5"]
    assert [shown_part(many, 20, least=5) for many in (0, 4, 5, 15, 16, 20)] == [
        "0",
        "<5",
        "5",
        "15",
        "—",
        "20",
    ]
    assert [tells_few(part, 20, least=5) for part in (0, 4, 5, 15, 16, 20)] == [
        False,
        True,
        False,
        False,
        True,
        False,
    ]
    assert (shown(3, least=0), shown_part(17, 20, least=0)) == ("3", "17")
