"""What the bench of standing load says of its visitors: a yes without a seat, a silence or a wait must not pass for an answer."""

import asyncio
from collections import Counter

import pytest

from bench.arrivals import GAVE_UP, KEPT_OUT, READS, Ask, Crowd, Mix, Told, evenly, run
from bench.rush import FULL
from bench.standing import PARTS, REACH, SPEECH, Found, normal_after, seated

pytestmark = pytest.mark.sqlite  # no database is asked
MOST = 500.0  # ms


def told(status: int, said: str = "", *, due: float = 0.0, took: float = 0.01) -> Told:
    return Told(due, took, status, pause=False, said=said)


class TestAnOpening:
    YES, FULLY = told(201, "a"), told(409, FULL)

    def test_is_right_when_everybody_heard_what_the_table_holds(self) -> None:
        assert seated([self.YES, self.FULLY], {"a"}, Counter(slot=1), 1) == {
            "booked": 1,
            "unanswered": 0,
            "not_seated": 0,
            "oversold": 0,
        }

    @pytest.mark.parametrize(
        ("heard", "there", "taken", "fault"),
        [
            ([told(201, "a"), told(201, "b")], {"a"}, 1, "not_seated"),
            ([told(201, "a"), told(201, "a")], {"a"}, 1, "not_seated"),
            ([told(201, "a"), told(503, "kit.busy")], {"a"}, 1, "unanswered"),
            ([told(201, "a"), told(GAVE_UP)], {"a"}, 1, "unanswered"),
            ([told(201, "a"), told(409, "booking.already_booked")], {"a"}, 1, "unanswered"),
            ([told(201, "a"), told(201, "b")], {"a", "b"}, 2, "oversold"),
        ],
        ids=[
            "a yes without a seat",
            "one seat told twice",
            "busy",
            "silence",
            "another no",
            "two on one seat",
        ],
    )
    def test_with_a_fault_says_which(
        self, heard: list[Told], there: set[str], taken: int, fault: str
    ) -> None:
        found = seated(heard, there, Counter(slot=taken), 1)

        assert {name: found[name] for name in ("unanswered", "not_seated", "oversold") if found[name]} == {
            fault: 1
        }

    @pytest.mark.parametrize("booked", [499, 501])
    def test_that_seats_any_other_number_has_missed(self, booked: int) -> None:
        assert not Found("opening", "", {"booked": booked}).reached("booked")


class TestNormalAgain:
    FINE = [told(200, due=second + 0.5) for second in range(8)]

    def test_is_at_once_when_nobody_noticed(self) -> None:
        assert normal_after(self.FINE, 3, most_ms=MOST) == 0

    @pytest.mark.parametrize(
        "late",
        [told(200, due=5.2, took=0.6), told(503, due=5.2), told(GAVE_UP, due=5.2), told(KEPT_OUT, due=5.2)],
    )
    def test_is_after_the_last_second_in_which_somebody_was_not_served_in_time(self, late: Told) -> None:
        assert normal_after([*self.FINE, late], 3, most_ms=MOST) == 3

    def test_is_never_when_the_last_second_was_not(self) -> None:
        assert normal_after([*self.FINE, told(503, due=7.9)], 3, most_ms=MOST) is None
        assert not Found("overload", "", {"normal_after": None}).reached("normal_after")

    def test_does_not_look_at_the_flood_itself(self) -> None:
        assert normal_after([*self.FINE, told(503, due=1)], 3, most_ms=MOST) == 0


class TestVisitors:
    def test_read_nine_times_for_each_write_and_give_back_what_they_booked(self) -> None:
        mix = Mix([("token", "resident"), ("other", "next")], ["slot"], "mark")
        asked = []
        for number in range(60):
            ask = mix.next()
            asked.append(ask.request.split(b" HTTP")[0].decode())
            if ask.heard:
                ask.heard(201 if b"/slots/" in ask.request else 200, {"uid": f"uid-{number}"})
        writes = [each for each in asked if not each.startswith("GET")]

        assert len(asked) - len(writes) == 9 * len(writes) == 6 * len(READS)
        assert [each.split("/")[-1] for each in writes] == ["quiet-hours", "appointments", "cancel"] * 2
        assert writes[2] == "POST /api/v1/appointments/uid-19/cancel"

    def test_send_each_write_under_a_key_of_its_own(self) -> None:
        mix = Mix([("token", "resident")] * 9, ["slot"], "mark")
        requests = [mix.next().request for _ in range(60)]
        keys = [
            each.split(b"Idempotency-Key: ")[1].split(b"\r\n")[0]
            for each in requests
            if b"Idempotency" in each
        ]

        assert len(set(keys)) == len(keys) == 6

    def test_come_at_their_time(self) -> None:
        assert list(evenly([(2, 2), (1, 2)])) == [0, 0.5, 1, 1.5, 2, 3]

    async def test_who_was_due_while_nobody_answered_has_waited_since_then(self) -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(0.2)
            writer.write(
                b"HTTP/1.1 503 Busy\r\nRetry-After: 3\r\nContent-Length: 19\r\n\r\n" + b'{"code":"kit.busy"}'
            )
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            crowd = Crowd(server.sockets[0].getsockname()[1])
            await crowd.come((due, Ask(b"GET / HTTP/1.1\r\n\r\n")) for due in (0.0, 0.0, 0.05))

        assert [(each.status, each.pause, each.said) for each in crowd.told] == [(503, True, "kit.busy")] * 3
        assert min(each.took for each in crowd.told) >= 0.2
        assert all(each.is_refused and not each.is_fine for each in crowd.told)

    async def test_a_line_that_is_cut_is_no_answer(self) -> None:
        async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.close()

        server = await asyncio.start_server(cut, "127.0.0.1", 0)
        async with server:
            found = await run(
                {
                    "port": server.sockets[0].getsockname()[1],
                    "mark": "m",
                    "requests": [[0, "GET / HTTP/1.1\r\n\r\n"]],
                }
            )

        assert [status for _, _, status, _, _ in found["told"]] == [1]


def test_every_figure_that_is_wanted_has_its_words() -> None:
    assert set(REACH) == set(PARTS)
    assert {name for wanted in REACH.values() for name in wanted} == set(SPEECH)
