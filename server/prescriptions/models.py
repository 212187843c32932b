"""Who may prescribe where, who dispenses, long prescriptions line by line, refills, and what is brought.

Drugs and diagnoses are health record text: each line stands behind an entry of the record, and is read here only after
`records.access` has shown that entry, or by the institution that prescribed.
"""

from typing import Any

from tortoise import fields

from server.alliance.models import Institution
from server.consent.rules import RecordCategory
from server.identity.models import Account
from server.kit.tables import Table, TokenField, UtcDatetimeField, belongs_to, word
from server.people.models import Resident
from server.prescriptions.rules import (
    Agreed,
    DeliveryStatus,
    DrugClass,
    PrescriptionStatus,
    Proof,
    Receiver,
    RefillStatus,
    StopReason,
)


class PrescribingRight(Table):
    """That an institution gave somebody the right to prescribe there (处方管理办法), with the licence and its term."""

    account: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    account_id: int
    institution: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    institution_id: int
    licence = fields.CharField(max_length=40)
    last_on = fields.DateField()
    recorded_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    recorded_by_id: int
    ended_on = fields.DateField(null=True)
    live_key = TokenField(max_length=40, null=True, unique=True)  # "<account id>/<institution id>"

    class Meta:
        table = "prescribing_right"
        indexes = (("account_id", "institution_id"), ("institution_id", "ended_on"), ("recorded_by_id",))


class DispensingAgreement(Table):
    """That a pharmacy dispenses what an institution prescribes (送药药店签约)."""

    institution: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    institution_id: int
    pharmacy: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    pharmacy_id: int
    number = fields.CharField(max_length=40)
    last_on = fields.DateField()
    recorded_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    recorded_by_id: int
    ended_on = fields.DateField(null=True)
    live_key = TokenField(max_length=40, null=True, unique=True)  # "<institution id>/<pharmacy id>"

    class Meta:
        table = "dispensing_agreement"
        indexes = (("institution_id", "ended_on"), ("pharmacy_id",), ("recorded_by_id",))


class LongPrescription(Table):
    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    resident_id: int
    institution: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    institution_id: int
    prescriber: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    prescriber_id: int
    right: fields.ForeignKeyRelation[PrescribingRight] = belongs_to("care.PrescribingRight")
    right_id: int
    dispenser: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    dispenser_id: int
    status = word(PrescriptionStatus, default=PrescriptionStatus.ACTIVE)
    prescribed_on = fields.DateField()
    first_on = fields.DateField()
    last_on = fields.DateField()  # of the longest line
    longer = fields.BooleanField()  # than the usual four weeks
    kinds = fields.SmallIntField()  # how many drugs
    category = word(RecordCategory)  # of the record: the most restricted of its lines
    diagnosis = fields.CharField(max_length=100)
    reason = fields.CharField(max_length=300, default="")
    agreed = word(Agreed)
    slip = fields.CharField(max_length=100, default="")
    rules_version = fields.CharField(max_length=16)
    formulary_version = fields.CharField(max_length=16)
    limits: Any = fields.JSONField()  # the policy numbers that decided
    refills: "fields.ForeignKeyNullableRelation[LongPrescription]" = belongs_to(
        "care.LongPrescription", null=True
    )  # the one before
    refills_id: int | None
    stop_reason = word(StopReason, null=True)
    stop_note = fields.CharField(max_length=200, default="")
    stopped_on = fields.DateField(null=True)
    stopped_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    stopped_by_id: int | None

    class Meta:
        table = "long_prescription"
        indexes = (
            ("institution_id", "status", "last_on"),
            ("resident_id", "status"),
            ("status", "last_on"),
            ("dispenser_id", "status"),
            ("prescriber_id",),
            ("right_id",),
            ("refills_id",),
            ("stopped_by_id",),
        )


class PrescriptionLine(Table):
    """One drug. `sent` counts what is on its way or was handed over; never more than `quantity`."""

    prescription: fields.ForeignKeyRelation[LongPrescription] = belongs_to("care.LongPrescription")
    prescription_id: int
    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    resident_id: int
    number = fields.SmallIntField()
    name = fields.CharField(max_length=80)
    kind = word(DrugClass)
    dose = fields.CharField(max_length=40)
    frequency = fields.CharField(max_length=40)
    unit = fields.CharField(max_length=8)
    per_day = fields.IntField()  # tenths of a unit
    days = fields.SmallIntField()
    first_on = fields.DateField()
    last_on = fields.DateField()
    quantity = fields.IntField()
    sent = fields.IntField(default=0)
    entry_uid = TokenField(max_length=26)  # of the record

    class Meta:
        table = "prescription_line"
        unique_together = (("prescription", "number"),)
        indexes = (("resident_id", "last_on"),)


class Refill(Table):
    """Somebody must decide about the next prescription: exactly one owner, one deadline."""

    prescription: fields.ForeignKeyRelation[LongPrescription] = belongs_to("care.LongPrescription")
    prescription_id: int
    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    resident_id: int
    institution: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    institution_id: int
    owner: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")  # the doctor who answers for it
    owner_id: int
    status = word(RefillStatus, default=RefillStatus.OPEN)
    opens_on = fields.DateField()
    due_on = fields.DateField()
    asked_at = UtcDatetimeField(null=True)
    asked_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    asked_by_id: int | None
    done_at = UtcDatetimeField(null=True)
    done_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    done_by_id: int | None
    note = fields.CharField(max_length=200, default="")  # why there is no other
    opened_said = fields.DateField(null=True)
    overdue_said = fields.DateField(null=True)
    open_key = TokenField(max_length=20, null=True, unique=True)  # str(prescription id) while open

    class Meta:
        table = "prescription_refill"
        indexes = (
            ("institution_id", "status", "due_on"),
            ("status", "opens_on"),
            ("status", "due_on"),
            ("prescription_id",),
            ("resident_id", "status"),
            ("owner_id", "status"),
            ("asked_by_id",),
            ("done_by_id",),
        )


class MedicineDelivery(Table):
    """Medicines on their way to somebody's bed, and the proof that they arrived."""

    prescription: fields.ForeignKeyRelation[LongPrescription] = belongs_to("care.LongPrescription")
    prescription_id: int
    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    resident_id: int
    home: fields.ForeignKeyNullableRelation[Institution] = belongs_to("care.Institution", null=True)
    home_id: int | None
    institution: fields.ForeignKeyRelation[Institution] = belongs_to(
        "care.Institution"
    )  # that answers for it
    institution_id: int
    status = word(DeliveryStatus, default=DeliveryStatus.ASSIGNED)
    carrier = fields.CharField(max_length=60)  # who brings it: a post or a company, no name
    due_on = fields.DateField()
    kinds = fields.SmallIntField()
    assigned_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    assigned_by_id: int
    received_at = UtcDatetimeField(null=True)
    receiver = word(Receiver, null=True)
    proof = word(Proof, null=True)
    slip = fields.CharField(max_length=100, default="")
    identities_checked = fields.BooleanField(default=False)
    received_by: fields.ForeignKeyNullableRelation[Account] = belongs_to(
        "care.Account", null=True
    )  # who says so
    received_by_id: int | None
    closed_at = UtcDatetimeField(null=True)
    closed_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    closed_by_id: int | None
    note = fields.CharField(max_length=200, default="")
    overdue_said = fields.DateField(null=True)

    class Meta:
        table = "medicine_delivery"
        indexes = (
            ("institution_id", "status", "due_on"),
            ("home_id", "status", "due_on"),
            ("resident_id", "status"),
            ("status", "due_on"),
            ("prescription_id",),
            ("assigned_by_id",),
            ("received_by_id",),
            ("closed_by_id",),
        )


class MedicineDeliveryLine(Table):
    delivery: fields.ForeignKeyRelation[MedicineDelivery] = belongs_to("care.MedicineDelivery")
    delivery_id: int
    line: fields.ForeignKeyRelation[PrescriptionLine] = belongs_to("care.PrescriptionLine")
    line_id: int
    quantity = fields.IntField()

    class Meta:
        table = "medicine_delivery_line"
        unique_together = (("delivery", "line"),)
        indexes = (("line_id",),)
