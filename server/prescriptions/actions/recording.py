"""What is taken, in the health record: written when it begins, put forward when it goes on, stopped when it ends."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.authority.actor import Actor
from server.consent.rules import RecordCategory
from server.kit.errors import NotFound
from server.people.models import Resident
from server.people.queries import ids_of_person
from server.prescriptions.models import LongPrescription, PrescriptionLine
from server.prescriptions.rules import OTHER, DrugClass, Wanted, class_of, known
from server.records.actions import NewEntry, correct_entry, write_entries
from server.records.errors import Superseded
from server.records.rules import EntryKind


def category_of(kinds: Iterable[DrugClass]) -> RecordCategory:
    """Return the record's category of what is taken: what speaks of tuberculosis is decided about by itself."""
    infectious = DrugClass.ANTIMICROBIAL_CHRONIC in kinds
    return RecordCategory.RESTRICTED_INFECTIOUS if infectious else RecordCategory.MEDS


@dataclass(frozen=True)
class Pen:
    """Who writes about whom, at what moment."""

    actor: Actor
    resident_uid: str
    now: datetime

    async def write(
        self, row: LongPrescription, lines: Sequence[Wanted], before: LongPrescription | None
    ) -> list[str]:
        """Put each drug into the record; one that goes on is the same entry, put forward. Return the entries' uids."""
        old: Mapping[str, PrescriptionLine] = {}
        if before is not None:
            old = {line.name: line for line in await PrescriptionLine.filter(prescription_id=before.id)}
        uids: list[str] = []
        for line in lines:
            entry, held = self._taken(row, line), old.get(line.name.strip())
            uid = await self._put_forward(held, entry, "续方") if held is not None else None
            uids.append(uid or await self._new(row, entry))
        kept = {line.name.strip() for line in lines}
        for name, held in old.items():
            if name not in kept:
                await self._end(held, "续方时没有再开")
        return uids

    async def stop(self, row: LongPrescription, why: str) -> None:
        for line in await PrescriptionLine.filter(prescription_id=row.id).order_by("number"):
            await self._end(line, why)

    async def let_run_out(self, row: LongPrescription) -> None:
        """Say of what is still taken that it ends with its last day and is not refilled."""
        for line in await PrescriptionLine.filter(prescription_id=row.id).order_by("number"):
            said = _said(
                line.name, line.dose, line.frequency, f"吃到 {line.last_on.isoformat()} 为止，不再续"
            )
            await self._follow(line, self._entry(said, line.kind), "不再续方")

    def _taken(self, row: LongPrescription, line: Wanted) -> NewEntry:
        until = f"吃到 {line.last_on(row.first_on).isoformat()}"
        said = _said(line.name.strip(), line.dose.strip(), line.frequency.strip(), until)
        return self._entry(said, class_of(line.name, line.kind))

    def _entry(self, said: Mapping[str, str], kind: DrugClass) -> NewEntry:
        drug = known(said["name"])
        code = drug.code if drug else OTHER
        return NewEntry(EntryKind.MEDICATION, code, self.now, said, category_of([kind]))

    async def _new(self, row: LongPrescription, entry: NewEntry) -> str:
        [card] = await write_entries(
            actor=self.actor,
            resident_uid=self.resident_uid,
            entries=[entry],
            institution_uid=row.institution.uid,
            now=self.now,
        )
        return card.uid

    async def _end(self, line: PrescriptionLine, why: str) -> None:
        said = {"name": line.name, "dose": line.dose, "frequency": line.frequency, "status": "stopped"}
        await self._follow(line, self._entry(said, line.kind), why)

    async def _follow(self, line: PrescriptionLine, entry: NewEntry, why: str) -> None:
        uid = await self._put_forward(line, entry, why)
        if uid is not None:
            await PrescriptionLine.filter(id=line.id).update(entry_uid=uid)

    async def _put_forward(self, line: PrescriptionLine, entry: NewEntry, why: str) -> str | None:
        """Put the entry behind a line forward, on whichever row of the person; None where a colleague changed it by hand."""
        ids = await ids_of_person(await Resident.get(uid=self.resident_uid))
        for uid in await Resident.filter(id__in=ids).order_by("id").values_list("uid", flat=True):
            try:
                card = await correct_entry(
                    actor=self.actor,
                    uid=line.entry_uid,
                    resident_uid=str(uid),
                    new=entry,
                    reason=why[:200],
                    now=self.now,
                )
            except NotFound:
                continue  # it stands on the other row, from before they were merged
            except Superseded:
                break
            return card.uid
        return None


def _said(name: str, dose: str, frequency: str, until: str) -> dict[str, str]:
    return {"name": name, "dose": dose, "frequency": f"{frequency}（长期处方，{until}）", "status": "taking"}
