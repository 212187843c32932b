"""Documents that were handed out, and tables written by the worker.

A job is taken by one conditional UPDATE of `leased_until`; its parts are written in order and never changed.
"""

from typing import Any

from tortoise import fields

from server.alliance.models import Institution
from server.documents.rules import DocumentKind, ExportStatus, SheetKind
from server.identity.models import Account
from server.kit.sealed_columns import SealedColumn
from server.kit.tables import Table, TokenField, UtcDatetimeField, belongs_to, word
from server.people.models import Resident

DIGEST = 64  # hexadecimal SHA-256


class IssuedDocument(Table):
    """One printed document. The file itself is not kept: its digest tells whether a copy is the one that was issued."""

    kind = word(DocumentKind)
    number = TokenField(max_length=20, unique=True)  # in the QR code; says nothing about whom it is
    resident: fields.ForeignKeyNullableRelation[Resident] = belongs_to("care.Resident", null=True)
    resident_id: int | None
    institution: fields.ForeignKeyNullableRelation[Institution] = belongs_to("care.Institution", null=True)
    institution_id: int | None
    issued_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    issued_by_id: int
    subject_uid = TokenField(max_length=26)  # the visit, the consent, the resident
    digest = TokenField(max_length=DIGEST)  # of the file
    valid_until = UtcDatetimeField()  # afterwards the verification page says that it is old

    class Meta:
        table = "issued_document"
        indexes = (("resident_id", "id"), ("institution_id",), ("issued_by_id", "id"), ("subject_uid",))


class ExportJob(Table):
    """A table that somebody asked for; it is written with their rights at the moment of writing."""

    account: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    account_id: int
    kind = word(SheetKind)
    filters: Any = fields.JSONField(default=dict)  # words, days and uids
    reason = fields.CharField(max_length=200)  # what for; the audit line holds it too
    status = word(ExportStatus, max_length=16, default=ExportStatus.WAITING)
    rows = fields.IntField(default=0)  # written so far
    size = fields.IntField(default=0)  # bytes
    digest = TokenField(max_length=DIGEST, null=True)
    started_at = UtcDatetimeField(null=True)
    finished_at = UtcDatetimeField(null=True)
    expires_at = UtcDatetimeField(null=True)  # then its parts are deleted
    leased_until = UtcDatetimeField(null=True)  # a worker is at it; afterwards another may begin anew
    attempts = fields.SmallIntField(default=0)
    failure = fields.CharField(max_length=200, null=True)  # a sentence for the person
    downloads = fields.SmallIntField(default=0)

    class Meta:
        table = "export_job"
        indexes = (("account_id", "id"), ("status", "leased_until"), ("status", "expires_at"))


class ExportPart(Table):
    job: fields.ForeignKeyRelation[ExportJob] = belongs_to("care.ExportJob")
    job_id: int
    number = fields.SmallIntField()
    sealed = fields.BinaryField()  # place: `part_place`

    class Meta:
        table = "export_part"
        unique_together = (("job", "number"),)


def part_place(*, job_uid: str, number: int) -> str:
    return f"export.part|{job_uid}|{number}"


SEALED = (
    SealedColumn(
        ExportPart,
        "sealed",
        lambda row: part_place(job_uid=row.job.uid, number=row.number),
        parents=("job",),
        at_once=4,
    ),
)
