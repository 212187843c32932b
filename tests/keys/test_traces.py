"""After a day of the town, nothing that names a person lies where it was not meant to (reliability L)."""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import pyotp
import pytest
import redis

from server.audit.shipping import shipped
from server.demo.cast import CAST
from server.demo.people import LI_NUMBER, WANG_NUMBER, ZHAO_YUN_NUMBER
from server.demo.roster import town_roster
from tests import rings
from tests.journey.people import PASSWORD, TOTP_SECRET, Desk, Phone, links
from tests.journey.rosters import with_a_fault
from tests.journey.steps import STEPS, Journey, until
from tests.keys.traces import Secret, columns_with, copies, files_of, hits, settled, those_in
from tests.running import Running, children_of, running

pytestmark = pytest.mark.timeout(300)  # the whole town is started, and walked through
WANG_NAME = "王桂兰"
INTRODUCED, HANDED_OVER = (
    "云桥市 · 演示小镇",
    "再次启动时数据还在",
)  # between them the demo says who lives there
TYPED_NUMBER, TYPED_PHONE = "330299195507150211", "13712345678"
# Names are read, sorted and searched by people, so they stand in plain text, in these columns alone.
NAMES_BY_DESIGN = {
    "account.name",  # what a person is called on every page
    "answered_request.answer",  # what a phone was told, kept until it can no longer ask again
    "appointment.companion_note",  # who comes along, as somebody wrote it
    "call_list_entry.text",  # what is read out on the telephone
    "consent.text",  # what was agreed to, word for word
    "delivery.data",  # what WeChat is told: residents' names masked, staff's not
    "enrolment.text",  # the contract that was signed, word for word
    "inbox_message.text",  # what a person reads
    "kinship.name",  # whom to call
    "referral.contact",  # who sent a resident, for whoever receives them to call back
    "resident.name",  # the register itself
    "service_agreement.content",  # the doctors whom a contract names
}


@dataclass(frozen=True)
class Day:
    """What was left behind when the day was over."""

    town: Running
    people: list[Secret]  # identity numbers and phones
    names: list[Secret]
    keys: list[Secret]  # tokens, cookies, passwords and this installation's own keys
    openids: list[Secret]
    commands: str  # of all processes, while they ran
    figures: bytes
    redis: bytes


def the_day(town: Running) -> Journey:
    """Walk the whole journey but the rush, with a small roster."""
    journey = Journey(town)
    roster = town_roster(homes=2, residents=24)
    journey.known |= {"roster": roster, "faulty_roster": with_a_fault(roster)}
    for step in STEPS:
        if step is not Journey.two_hundred_rush_for_five_seats:
            step(journey)
    return journey


def what_goes_wrong(journey: Journey) -> None:
    """Everything a person, or somebody else, may type where it does not belong; nothing of it is answered with 5xx."""
    phone, desk, stranger = journey.daughter, journey.he, journey.stranger
    phone.post("/session/phone", {"code": f"simphone:daughter:{TYPED_PHONE}:1"}, status=200)
    proxy = {"name": "王桂兰", "basis": "own_consent", "relation": "friend", "scopes": ["profile"]}
    asked = [
        stranger.client.post(
            "/proxies", json={**proxy, "national_id": number}, headers={"Idempotency-Key": number[::-1]}
        )
        for number in (TYPED_NUMBER, TYPED_NUMBER[:-1] + "9", WANG_NUMBER)
    ]
    asked += [
        phone.client.get(f"/residents/{TYPED_NUMBER}/record/summary"),
        phone.client.get("/residents", params={"national_id": TYPED_NUMBER, "phone": TYPED_PHONE}),
        phone.client.get("/session", headers={"X-Request-Id": TYPED_NUMBER, "User-Agent": TYPED_PHONE}),
        phone.client.get("/session", headers={"Authorization": f"Bearer {TYPED_NUMBER}"}),
        phone.client.post("/session/phone", content=f'{{"code": "{TYPED_PHONE}'),
        phone.client.put(
            "/session/name", json={"name": [TYPED_NUMBER]}, headers={"Idempotency-Key": "name-1"}
        ),
        httpx.get(f"{journey.town.base}/{TYPED_NUMBER}?q={TYPED_PHONE}"),
        httpx.post(
            f"{journey.town.base}/admin/sign-in",
            data={"login": TYPED_PHONE, "password": TYPED_NUMBER, "code": "1"},
        ),
        desk.client.post("/admin/find", data={"words": TYPED_NUMBER}),
        desk.client.get("/admin/residents", params={"name": TYPED_NUMBER}),
    ]
    assert [answer.status_code for answer in asked if answer.status_code >= 500] == []


def a_table_is_taken_away(journey: Journey) -> None:
    """Have the residents' list written as a file, and fetch it."""
    desk = journey.he
    proof = pyotp.TOTP(TOTP_SECRET).at(time.time() + 30)
    desk.submit(
        "/admin/exports", "/admin/exports", {"kind": "residents", "reason": "季度汇报", "proof_code": proof}
    )
    [job, *_] = until(
        lambda: links(desk.page("/admin/exports"), r"/admin/exports/(\w+)/file"), "no table was written"
    )
    assert desk.client.get(f"/admin/exports/{job}/file").content.startswith(b"PK")


@pytest.fixture(scope="module")
def day(ring_url: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """About fifteen seconds: the whole town, its journey, and all that goes wrong on the way, with the log at its fullest."""
    folder = tmp_path_factory.mktemp("traces")
    (folder / "tmp").mkdir()
    engine = (
        {"DATABASE_URL": rings.new_schema(ring_url, "traces"), "REDIS_URL": redis_url} if redis_url else {}
    )
    engine |= {"LOG_LEVEL": "DEBUG", "TMPDIR": str(folder / "tmp"), "TRAIL_SHIP": str(folder / "marks")}
    with running(folder, **engine) as town:
        journey = the_day(town)
        what_goes_wrong(journey)
        a_table_is_taken_away(journey)
        known = those_in(journey.known["roster"])
        phones, desks = (
            [each for each in vars(journey).values() if isinstance(each, kind)] for kind in (Phone, Desk)
        )
        yield Day(
            town=town,
            people=[
                *(each for each in known if each.what != "name"),
                *(Secret("identity number", number) for number in (WANG_NUMBER, LI_NUMBER, ZHAO_YUN_NUMBER)),
                Secret("typed number", TYPED_NUMBER, encoded=True),
                Secret("typed phone", TYPED_PHONE, encoded=True),
                Secret("phone", "13900001936", encoded=True),
                Secret("phone", "13900000003"),
            ],
            names=[
                *(each for each in known if each.what == "name"),
                *(Secret("name", each.name) for each in CAST),
            ],
            keys=[
                *(Secret("token", phone.client.headers["Authorization"].split()[1]) for phone in phones),
                *(Secret("cookie", value) for desk in desks for value in desk.client.cookies.values()),
                Secret("password", PASSWORD),
                Secret("second factor", TOTP_SECRET),
                *(Secret(name, value) for name, value in own_secrets(town)),
            ],
            openids=[Secret("openid", each) for each in openids_in(town)],
            commands="\n".join(commands_of(town.process.pid)),
            figures=httpx.get(f"{town.base}/metrics").content,
            redis=contents_of(redis_url),
        )


def log_of(day: Day) -> bytes:
    before, introduced, after = day.town.log().partition(INTRODUCED)
    _, handed_over, rest = after.partition(HANDED_OVER)
    assert introduced
    assert handed_over, "without both marks next to nothing of the log would be looked through"
    return (before + rest).encode()


def own_secrets(town: Running) -> list[tuple[str, str]]:
    lines = (Path(town.env["DATA_DIR"]) / "secrets.env").read_text().splitlines()
    return [
        (name, value.partition(":")[2] or value) for name, _, value in (line.partition("=") for line in lines)
    ]


def openids_in(town: Running) -> list[str]:
    return [value for (value,) in rings.rows_of(town.database, "SELECT openid FROM wechat_identity")]


def commands_of(pid: int) -> list[str]:
    children = children_of(pid)
    return [*children.values(), *(command for child in children for command in commands_of(child))]


def contents_of(redis_url: str) -> bytes:
    if not redis_url:
        return b""
    with closing(redis.Redis.from_url(redis_url)) as shared:
        return b"\n".join(key + b" " + (shared.dump(key) or b"") for key in shared.scan_iter())


class TestIdentityNumbersAndPhones:
    def test_are_in_no_file_of_the_database(self, day: Day) -> None:
        """Raw, journal included: what a disk that was thrown away tells."""
        url = day.town.env.get("DATABASE_URL")
        files = dict(settled(url) if url else files_of(Path(day.town.env["DATA_DIR"])))

        assert any(WANG_NAME.encode() in content for content in files.values())  # we look in the right place
        assert [hit for name, content in files.items() for hit in hits(day.people, content, name)] == []

    def test_are_in_no_dump_and_no_backup(self, day: Day, tmp_path: Path) -> None:
        found = [
            hit for name, content in copies(day.town, tmp_path) for hit in hits(day.people, content, name)
        ]

        assert found == []

    def test_are_in_no_other_file_log_or_figure(self, day: Day) -> None:
        files = [*files_of(day.town.folder), ("figures", day.figures), ("redis", day.redis)]

        assert b"request_id" in dict(files)["server.log"]
        assert [hit for name, content in files for hit in hits(day.people, content, name)] == []

    def test_a_table_leaves_no_file_behind(self, day: Day) -> None:
        assert list(files_of(day.town.folder / "tmp")) == []


class TestNames:
    def test_stand_where_they_are_read_and_nowhere_else(self, day: Day) -> None:
        assert columns_with(day.names, day.town) == NAMES_BY_DESIGN

    def test_are_in_no_log_and_no_figure(self, day: Day) -> None:
        log = log_of(day)

        assert hits(day.names, log + day.figures, "log") == []


class TestKeysAndTokens:
    def test_are_in_no_column(self, day: Day) -> None:
        assert columns_with(day.keys, day.town) == set()

    def test_are_in_no_log_figure_command_or_shared_memory(self, day: Day) -> None:
        log = log_of(day)

        assert "server.wechat.simulator" in day.commands
        assert hits(day.keys, log, "log") == []
        assert hits(day.keys, day.figures, "figures") == []
        assert hits(day.keys, day.commands.encode(), "commands") == []
        assert hits(day.keys, day.redis, "redis") == []


class TestOpenids:
    def test_stand_in_their_own_column_alone(self, day: Day) -> None:
        assert day.openids
        assert columns_with(day.openids, day.town) == {"wechat_identity.openid"}

    def test_are_in_no_log_figure_or_command(self, day: Day) -> None:
        log = log_of(day)

        assert hits(day.openids, log + day.figures + day.commands.encode(), "log") == []


class TestTheTrail:
    def test_every_line_was_shipped_by_whatever_process_wrote_it(self, day: Day) -> None:
        lines = rings.rows_of(day.town.database, "SELECT resident_id, seq, mac FROM access_entry")

        assert len(lines) > 5
        assert {(mark.resident_id, mark.seq, mark.mac) for mark in shipped(day.town.folder / "marks")} == set(
            lines
        )
