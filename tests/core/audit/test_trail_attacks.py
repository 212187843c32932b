# ruff: noqa: ASYNC240  a small file, read and changed by the test itself
"""Nine ways to tamper with the access trail, each with the whole database in hand, and two more: each is noticed."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
import pytest_asyncio
from tortoise.expressions import F

from server.audit import checkpoint as checkpoints
from server.audit import shipping, signing, trail
from server.audit.chain import COLUMNS, AccessBasis, AccessLine, mac_of
from server.audit.checkpoint import checkpoint, latest_checkpoint
from server.audit.trail_models import AccessChainHead, AccessEntry
from server.audit.verification import Fault, verify_trails
from server.configuration import configure_core
from server.demo.cast import TOWN_NOW
from server.kit import plain
from server.kit.errors import NotFound
from server.settings import Settings

HERS, HIS = 7_000_001, 7_000_002  # chains of this test's own, beside the town's


def look(resident: int, what: str) -> AccessLine:
    return AccessLine(
        resident_id=resident, account_id=5, institution_id=3, channel="console", request_id="r", purpose="care",
        basis=AccessBasis.CONSENT, basis_uid="", what=what, categories=("meds", "exam"), count=2, rights=0,
    )  # fmt: skip


@pytest_asyncio.fixture
async def ledger(town: object, tmp_path: Path) -> AsyncIterator[Path]:
    """Two chains of four lines, under a checkpoint outside the database."""
    for number in range(4):
        await trail.record([look(HERS, f"her.{number}"), look(HIS, f"his.{number}")], now=TOWN_NOW)
    path = tmp_path / "trail-checkpoints.jsonl"
    await checkpoint(path, now=TOWN_NOW)
    assert (await verify_trails(path)).sound
    yield path


async def faults(
    ledger: Path | None, marks: Path | None = None, *, kept: Path | None = None
) -> set[tuple[Fault, int | None]]:
    if marks:
        shipping.stop()  # what waits is sent
    verdict = await verify_trails(ledger, marks=marks, kept=kept)
    return {(each.fault, each.resident_id) for each in verdict.faults}


class TestTheAdministratorOfTheDatabase:
    async def test_edits_a_line(self, ledger: Path) -> None:
        await AccessEntry.filter(resident_id=HERS, seq=2).update(what="nothing to see")

        assert await faults(ledger) == {(Fault.EDITED, HERS)}

    @pytest.mark.parametrize(
        "column", [name for name in COLUMNS if name not in {"resident_id", "seq", "created_at"}]
    )
    async def test_edits_any_column(self, ledger: Path, column: str) -> None:
        value = 99 if column in {"account_id", "institution_id", "count"} else "x"
        await AccessEntry.filter(resident_id=HERS, seq=3).update(**{column: value})

        assert (Fault.EDITED, HERS) in await faults(ledger)

    async def test_deletes_a_line_in_the_middle(self, ledger: Path) -> None:
        await AccessEntry.filter(resident_id=HERS, seq=2).delete()

        assert (Fault.GAP, HERS) in await faults(None)

    async def test_cuts_the_tail_and_moves_the_head_back(self, ledger: Path) -> None:
        await AccessEntry.filter(resident_id=HERS, seq=4).delete()
        last = await AccessEntry.get(resident_id=HERS, seq=3)
        await AccessChainHead.filter(resident_id=HERS).update(seq=3, mac=last.mac)

        assert await faults(None) == set()  # the chain alone cannot tell
        assert await faults(ledger) == {(Fault.CUT, HERS)}

    async def test_deletes_a_whole_trail(self, ledger: Path) -> None:
        await AccessEntry.filter(resident_id=HERS).delete()
        await AccessChainHead.filter(resident_id=HERS).delete()

        assert await faults(None) == set()
        assert await faults(ledger) == {(Fault.CUT, HERS)}

    async def test_swaps_two_lines(self, ledger: Path) -> None:
        await AccessEntry.filter(resident_id=HERS, seq=2).update(seq=1000)
        await AccessEntry.filter(resident_id=HERS, seq=3).update(seq=2)
        await AccessEntry.filter(resident_id=HERS, seq=1000).update(seq=3)

        assert (Fault.EDITED, HERS) in await faults(ledger)

    async def test_moves_a_line_to_another_person(self, ledger: Path) -> None:
        await AccessEntry.filter(resident_id=HERS, seq=4).update(resident_id=HIS, seq=5)

        found = await faults(ledger)

        assert {(Fault.EDITED, HIS), (Fault.WRONG_HEAD, HERS)} <= found

    async def test_appends_a_line_without_the_key(self, ledger: Path) -> None:
        last = await AccessEntry.get(resident_id=HERS, seq=4)
        fields = {name: getattr(last, name) for name in COLUMNS if name not in {"uid", "seq", "previous"}}
        forged = AccessEntry(**fields, seq=5, previous=last.mac, mac=sha256(b"guessed").hexdigest())
        await forged.save()
        await AccessChainHead.filter(resident_id=HERS).update(seq=5, mac=forged.mac)

        assert await faults(ledger) == {(Fault.EDITED, HERS)}


class TestSomebodyWithTheKey:
    async def test_rewrites_history_before_a_checkpoint(self, ledger: Path) -> None:
        previous = ""
        for row in await AccessEntry.filter(resident_id=HERS).order_by("seq"):
            row.what, row.previous = "harmless", previous
            row.mac = previous = mac_of([getattr(row, name) for name in COLUMNS], trail.trail_key())
            await row.save(update_fields=["what", "previous", "mac"])
        await AccessChainHead.filter(resident_id=HERS).update(mac=previous)

        assert await faults(None) == set()
        assert await faults(ledger) == {(Fault.REWRITTEN, HERS)}


@pytest.fixture
def other_keys(settings: Settings) -> Iterator[None]:
    yield
    configure_core(settings)


@pytest.fixture
def marks(tmp_path: Path, other_keys: None) -> Path:
    """Ship to a second place, as to another machine."""
    path = tmp_path / "marks"
    shipping.ship_to(str(path))
    return path


class TestBetweenTwoCheckpoints:
    """The ninth: what no checkpoint has seen, the shipped line has."""

    async def remove_the_last_line(self) -> None:
        await AccessEntry.filter(resident_id=HERS, seq=5).delete()
        last = await AccessEntry.get(resident_id=HERS, seq=4)
        await AccessChainHead.filter(resident_id=HERS).update(seq=4, mac=last.mac)

    async def test_a_line_is_written_and_removed(self, ledger: Path, marks: Path) -> None:
        await trail.record([look(HERS, "her.4")], now=TOWN_NOW)
        await self.remove_the_last_line()
        await checkpoint(ledger, now=TOWN_NOW)

        assert await faults(ledger) == set()  # the checkpoints have seen nothing
        assert await faults(ledger, marks) == {(Fault.CUT, HERS)}

    async def test_a_line_is_removed_and_another_answer_takes_its_place(
        self, ledger: Path, marks: Path
    ) -> None:
        await trail.record([look(HERS, "her.4")], now=TOWN_NOW)
        await self.remove_the_last_line()
        await trail.record([look(HERS, "harmless")], now=TOWN_NOW)

        assert await faults(ledger) == set()
        assert await faults(ledger, marks) == {(Fault.REWRITTEN, HERS)}

    async def test_answers_that_are_left_alone_are_sound(self, ledger: Path, marks: Path) -> None:
        await trail.record([look(HERS, "her.4"), look(HIS, "his.4")], now=TOWN_NOW)

        assert await faults(ledger, marks) == set()


class TestSomebodyWithEveryKey:
    @pytest.mark.parametrize("same_name", [True, False])
    async def test_writes_history_and_the_checkpoints_anew(
        self, ledger: Path, tmp_path: Path, marks: Path, monkeypatch: pytest.MonkeyPatch, *, same_name: bool
    ) -> None:
        """What another organisation kept of the published heads is all that is left against them."""
        kept = tmp_path / "kept"
        kept.write_bytes(plain.dumps(await latest_checkpoint(path=ledger)) + b"\n")
        assert await faults(ledger, kept=kept) == set()
        name = (await latest_checkpoint(path=ledger)).head.ledger

        await AccessEntry.filter(resident_id=HERS).delete()
        await AccessChainHead.filter(resident_id=HERS).delete()
        ledger.unlink()
        if same_name:
            monkeypatch.setattr(checkpoints, "new_uid", lambda: name)
        await checkpoint(ledger, now=TOWN_NOW + timedelta(hours=1))

        assert await faults(ledger) == set()
        assert await faults(ledger, kept=kept) == (
            {(Fault.REPLACED_CHECKPOINT, None)} if same_name else set()
        )
        assert not (await verify_trails(ledger, kept=kept)).proved

    async def test_cuts_the_checkpoint_file_back(self, ledger: Path, tmp_path: Path) -> None:
        first = ledger.read_bytes()
        await checkpoint(ledger, now=TOWN_NOW)
        kept = tmp_path / "kept"
        kept.write_bytes(plain.dumps(await latest_checkpoint(path=ledger)))

        ledger.write_bytes(first)

        assert await faults(ledger) == set()
        assert await faults(ledger, kept=kept) == {(Fault.REPLACED_CHECKPOINT, None)}

    async def test_is_not_accused_by_a_head_that_nobody_signed(self, ledger: Path, tmp_path: Path) -> None:
        kept = tmp_path / "kept"
        said = json.loads(plain.dumps(await latest_checkpoint(path=ledger)))
        said["head"]["number"] = 7
        kept.write_text(json.dumps(said))

        assert await faults(ledger, kept=kept) == set()


class TestWhatAnotherOrganisationKept:
    @staticmethod
    async def head_of(ledger: Path) -> str:
        return plain.dumps(await latest_checkpoint(path=ledger)).decode()

    async def test_may_hold_blank_lines_and_what_a_server_said_in_error(
        self, ledger: Path, tmp_path: Path
    ) -> None:
        kept = tmp_path / "kept"
        wrong = [
            "",
            '{"code":"common.busy"}',
            "<html>502</html>",
            "[]",
            "7",
            '{"head":1,"signature":2,"public_key":3}',
        ]
        kept.write_text("\n".join([await self.head_of(ledger), *wrong, await self.head_of(ledger)]))

        verdict = await verify_trails(ledger, kept=kept)

        assert verdict.proved
        assert (verdict.kept.compared, verdict.kept.unreadable) == (2, 6)

    async def test_of_another_node_accuses_nobody_and_is_compared_once_its_ledger_is_there(
        self, ledger: Path, tmp_path: Path
    ) -> None:
        """Every node has its own ledger, and the public address answers from any of them."""
        other, kept = tmp_path / "of-the-other-node.jsonl", tmp_path / "kept"
        await checkpoint(other, now=TOWN_NOW)
        await checkpoint(other, now=TOWN_NOW)
        theirs = (await latest_checkpoint(path=other)).head.ledger
        kept.write_text(f"{await self.head_of(ledger)}\n{await self.head_of(other)}\n")

        alone = await verify_trails(ledger, kept=kept)
        both = await verify_trails(ledger, kept=kept, others=[other])

        assert alone.sound
        assert alone.kept.elsewhere == {theirs: 1}
        assert not alone.proved
        assert both.proved
        assert both.kept.compared == 2

    async def test_what_another_nodes_ledger_has_seen_is_looked_for_too(
        self, ledger: Path, tmp_path: Path
    ) -> None:
        other = tmp_path / "of-the-other-node.jsonl"
        await trail.record([look(HERS, "her.4")], now=TOWN_NOW)
        await checkpoint(other, now=TOWN_NOW)
        await AccessEntry.filter(resident_id=HERS, seq=5).delete()
        last = await AccessEntry.get(resident_id=HERS, seq=4)
        await AccessChainHead.filter(resident_id=HERS).update(seq=4, mac=last.mac)

        assert (await verify_trails(ledger)).sound
        assert [each.fault for each in (await verify_trails(ledger, others=[other])).faults] == [Fault.CUT]

    async def test_before_ledgers_had_names_is_compared_with_all_that_are_read(
        self, ledger: Path, tmp_path: Path
    ) -> None:
        first = ledger.read_bytes()
        said = json.loads(first)
        del said["head"]["ledger"]
        said["signature"] = signing.signed(said["head"])
        ledger.write_bytes(signing.canonical(said) + b"\n")
        kept = tmp_path / "kept"
        whole = {
            "head": said["head"],
            "signature": said["signature"],
            "public_key": signing.public_key().hex(),
        }
        kept.write_text(json.dumps(whole))

        with pytest.raises(NotFound):  # it could not be published without changing what was signed
            await latest_checkpoint(path=ledger)
        await checkpoint(ledger, now=TOWN_NOW)

        assert (await latest_checkpoint(path=ledger)).head.ledger
        assert (await verify_trails(ledger, kept=kept)).proved
        ledger.write_bytes(first)
        assert await faults(ledger, kept=kept) == {(Fault.REPLACED_CHECKPOINT, None)}


class TestTheCheckpointFile:
    async def test_a_changed_line_is_noticed(self, ledger: Path) -> None:
        ledger.write_text(ledger.read_text().replace('"number":1', '"number":2', 1))

        assert (Fault.FORGED_CHECKPOINT, None) in await faults(ledger)

    async def test_what_it_says_besides_its_head_is_signed_too(self, ledger: Path) -> None:
        said = json.loads(ledger.read_bytes())
        del said["moved"][str(HERS)]
        ledger.write_text(json.dumps(said) + "\n")

        assert (Fault.FORGED_CHECKPOINT, None) in await faults(ledger)

    async def test_a_line_that_a_power_cut_left_half_is_written_anew(self, ledger: Path) -> None:
        whole = ledger.read_bytes()
        ledger.write_bytes(whole + whole[:100])

        assert await faults(ledger) == set()
        assert await checkpoint(ledger, now=TOWN_NOW) == 2
        assert await faults(ledger) == set()

    @pytest.mark.usefixtures("other_keys")
    async def test_goes_on_under_another_key_while_the_old_one_is_kept(
        self, ledger: Path, settings: Settings
    ) -> None:
        old, new = bytes.fromhex(settings.checkpoint_key), sha256(b"new").digest()
        signing.configure(new, old)
        await checkpoint(ledger, now=TOWN_NOW)
        both = await faults(ledger)
        signing.configure(new)

        assert both == set()
        assert (Fault.FORGED_CHECKPOINT, None) in await faults(ledger)

    async def test_a_line_taken_out_is_noticed(self, ledger: Path) -> None:
        await trail.record([look(HERS, "her.4")], now=TOWN_NOW)
        await checkpoint(ledger, now=TOWN_NOW)
        await checkpoint(ledger, now=TOWN_NOW)
        first, _, third = ledger.read_text().splitlines()
        ledger.write_text(f"{first}\n{third}\n")

        assert (Fault.FORGED_CHECKPOINT, None) in await faults(ledger)

    async def test_answers_given_since_the_last_checkpoint_are_sound(self, ledger: Path) -> None:
        await trail.record([look(HERS, "her.4")], now=TOWN_NOW)

        verdict = await verify_trails(ledger)

        assert verdict.sound
        assert verdict.rows > 8

    async def test_a_line_of_another_ledger_is_noticed(self, ledger: Path) -> None:
        said = json.loads(ledger.read_bytes())
        head = said["head"] | {
            "ledger": "another",
            "number": 2,
            "previous": sha256(ledger.read_bytes()).hexdigest(),
            "moved": sha256(signing.canonical({"moved": {}, "gone": []})).hexdigest(),
        }
        line = {"head": head, "signature": signing.signed(head), "moved": {}, "gone": []}
        with ledger.open("ab") as file:
            file.write(signing.canonical(line) + b"\n")

        assert await faults(ledger) == {(Fault.FORGED_CHECKPOINT, None)}

    async def test_a_missing_file_checks_the_chains_alone_and_is_said(
        self, ledger: Path, tmp_path: Path
    ) -> None:
        verdict = await verify_trails(tmp_path / "none.jsonl")

        assert verdict.checkpoints == 0
        assert verdict.missing == (tmp_path / "none.jsonl",)
        assert verdict.sound
        assert not verdict.proved
        assert (await verify_trails(None)).proved  # none was named


@pytest.mark.usefixtures("other_keys")
class TestChangingTheKeyOfTheChains:
    async def test_goes_on_in_the_same_chain_and_keeps_the_old_lines_sound(self, ledger: Path) -> None:
        old, new = trail.trail_key(), sha256(b"new").digest()
        trail.configure(new, old)
        await trail.record([look(HERS, "her.4")], now=TOWN_NOW)
        both = await faults(ledger)
        trail.configure(new)

        assert both == set()
        assert (Fault.EDITED, HERS) in await faults(ledger)


class TestWhatALineCovers:
    def test_every_column_but_the_digest_and_the_inner_number(self) -> None:
        assert set(COLUMNS) | {"mac", "id"} == set(AccessEntry._meta.db_fields)

    def test_no_two_lines_share_a_text(self) -> None:
        one = mac_of(("ab", "c"), b"k" * 32)

        assert one != mac_of(("a", "bc"), b"k" * 32)
        assert one != mac_of(("ab", "c"), b"j" * 32)

    async def test_rights_are_not_part_of_it(self, town: object) -> None:
        await trail.rights_changed(HERS, now=TOWN_NOW)
        await trail.record([replace(look(HERS, "later"), rights=1)], now=TOWN_NOW)
        await AccessChainHead.filter(resident_id=HERS).update(rights=F("rights") + 1)

        assert (await verify_trails(None)).sound
