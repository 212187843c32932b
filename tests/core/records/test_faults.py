"""What `python -m server check` finds when a row of a record, a consent, a chain or a role is bent by hand."""

from typing import Any

import pytest

from server.audit import queries as audit
from server.audit.trail_models import AccessChainHead, AccessEntry
from server.authority.permissions import Role
from server.consent import queries as consent
from server.consent.models import Consent, ConsentProvision
from server.consent.rules import DecisionBasis, RecordCategory, Verdict
from server.demo import Town
from server.identity import queries as identity
from server.identity.models import RoleGrant
from server.records import queries as records
from server.records.models import RecordEntry
from server.records.rules import EntryKind
from tests.core.records.worlds import writer


async def corrected(town: Town, now: Any) -> tuple[RecordEntry, RecordEntry]:
    """Write an entry and a second version of it, as a correction leaves them."""
    first = await (await writer(town, now)).write(RecordCategory.EXAM, EntryKind.ALLERGY, days=1)
    second = await RecordEntry.create(
        **{
            name: getattr(first, name)
            for name in ("resident_id", "category", "kind", "code", "effective_at", "source_id", "author_id", "body")
        },
        version=2, supersedes_id=first.id, reason="写错", created_at=now,
    )  # fmt: skip
    await RecordEntry.filter(id=first.id).update(is_current=False, superseded_at=now)
    return first, second


class TestTheTown:
    async def test_is_sound(self, town: Town, clock: Any) -> None:
        await corrected(town, clock())

        for room in (audit, consent, identity, records):
            assert await room.faults(now=clock()) == []


class TestVersions:
    @pytest.mark.parametrize(
        ("which", "bent", "says"),
        [
            (0, {"is_current": True}, "current and replaced"),
            (0, {"superseded_at": None}, "current and replaced"),
            (1, {"is_current": False}, "or neither"),
            (1, {"version": 3}, "version 3 after 1"),
            (1, {"version": 1}, "does not say of what"),
        ],
    )
    async def test_a_bent_one_is_found(
        self, *, town: Town, clock: Any, which: int, bent: dict[str, Any], says: str
    ) -> None:
        row = (await corrected(town, clock()))[which]
        await RecordEntry.filter(id=row.id).update(**bent)

        assert any(says in line for line in await records.faults(now=clock()))

    async def test_two_successors_are_found(self, town: Town, clock: Any) -> None:
        first, _ = await corrected(town, clock())
        other, last = await corrected(town, clock())
        await RecordEntry.filter(id=last.id).update(supersedes_id=first.id)

        found = await records.faults(now=clock())

        assert any(first.uid in line and "2 times" in line for line in found)
        assert any(other.uid in line and "or neither" in line for line in found)


class TestConsents:
    @pytest.mark.parametrize(
        ("bent", "says"),
        [
            ({"text_hash": "0" * 64}, "I14"),
            ({"basis": None}, "by no right"),
            ({"decided_by_id": None}, "granted by nobody"),
            ({"basis": DecisionBasis.PROXY}, "without a grant"),
            ({"basis": DecisionBasis.WITNESSED}, "witnessed by one"),
            ({"granted_key": None}, "does not fit its status"),
            ({"status": "withdrawn"}, "does not fit its status"),
            ({"status": "denied"}, "nobody agreed to"),
        ],
    )
    async def test_a_bent_one_is_found(self, town: Town, clock: Any, bent: dict[str, Any], says: str) -> None:
        await Consent.filter(uid=town.consent.wang_yihe).update(**bent)

        assert any(
            says in line and town.consent.wang_yihe in line for line in await consent.faults(now=clock())
        )

    @pytest.mark.parametrize(
        ("category", "says"),
        [(RecordCategory.RESTRICTED_GENETIC, "was not asked for"), (RecordCategory.UNLABELED, "I10")],
    )
    async def test_a_permission_beyond_what_was_asked_is_found(
        self, town: Town, clock: Any, category: RecordCategory, says: str
    ) -> None:
        row = await Consent.get(uid=town.consent.wang_yihe)
        await ConsentProvision.create(
            consent=row, category=category, verdict=Verdict.PERMIT, created_at=clock()
        )

        assert any(says in line for line in await consent.faults(now=clock()))

    @pytest.mark.parametrize(
        ("verdict", "says"), [(Verdict.DENY, "nothing is permitted"), (Verdict.ASKED, "undecided")]
    )
    async def test_a_grant_of_nothing_is_found(
        self, town: Town, clock: Any, verdict: Verdict, says: str
    ) -> None:
        await ConsentProvision.filter(consent__uid=town.consent.wang_yihe).update(verdict=verdict)

        assert any(says in line for line in await consent.faults(now=clock()))


class TestChains:
    async def test_a_line_taken_out_is_found(self, town: Town, clock: Any) -> None:
        row = await AccessEntry.all().order_by("seq").first()
        if row is None:
            await AccessChainHead.all().update(seq=1)
        else:
            await AccessEntry.filter(id=row.id).delete()

        assert any("I12" in line for line in await audit.faults(now=clock()))


class TestDuties:
    async def test_two_in_one_hand_are_found(self, town: Town, clock: Any) -> None:
        auditor = await RoleGrant.filter(role=Role.AUDITOR).select_related("account").first()
        assert auditor is not None
        await RoleGrant(
            account=auditor.account, institution_id=auditor.institution_id, role=Role.MODERATOR,
            starts_at=clock(), created_at=clock(),
        ).save()  # fmt: skip

        assert await identity.faults(now=clock()) == [
            f"duties: account {auditor.account.uid} is auditor and moderator at once"
        ]
