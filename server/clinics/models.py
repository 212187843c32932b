"""Clinics inside homes, their steps, and designations. Lock order: the designation, the clinic, its step."""

from tortoise import fields

from server.alliance.models import Institution
from server.clinics.rules import ClinicEvent, ClinicKind, ClinicStatus, DesignationKind
from server.identity.models import Account
from server.kit.tables import Table, TokenField, belongs_to, word


class InHouseClinic(Table):
    """One clinic of one home, from its intention to its end; one live one of a kind (`live_key`)."""

    home: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    home_id: int
    kind = word(ClinicKind)
    partner: fields.ForeignKeyNullableRelation[Institution] = belongs_to("care.Institution", null=True)
    partner_id: int | None  # whose extension it is
    status = word(ClinicStatus)
    licence_number = fields.CharField(max_length=60, default="")
    licence_until = fields.DateField(null=True)  # its last day; NULL: a filing without an end
    due_on = fields.DateField(null=True)  # by when whose turn it is acts
    overdue_said = fields.DateField(null=True)  # the day that has passed, once it was said
    reminded_days = fields.SmallIntField(
        null=True
    )  # the nearest notice before the licence ends that was sent
    reason = fields.CharField(max_length=200, default="")  # of the last step that needed one
    moves = fields.IntField(default=0)  # raised by every step: of two that saw the same, one is refused
    live_key = TokenField(max_length=60, null=True, unique=True)  # "<home id>/<kind>" while live

    class Meta:
        table = "in_house_clinic"
        indexes = (("home_id", "id"), ("status", "due_on"), ("status", "licence_until"), ("partner_id",))


class ClinicStep(Table):
    """One step as it was made: which paper, of which day, and by whom. Only ever added."""

    clinic: fields.ForeignKeyRelation[InHouseClinic] = belongs_to("care.InHouseClinic")
    clinic_id: int
    event = word(ClinicEvent)
    before = word(ClinicStatus)
    after = word(ClinicStatus)
    paper_number = fields.CharField(max_length=60, default="")
    paper_on = fields.DateField(null=True)
    note = fields.CharField(max_length=200, default="")
    made_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    made_by_id: int | None  # None: the clock

    class Meta:
        table = "clinic_step"
        indexes = (("clinic_id", "id"), ("made_by_id",))


class InsuranceDesignation(Table):
    """One insurance pays one institution, from a day to a day; at most one of a kind is not over (`live_key`)."""

    institution: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    institution_id: int
    kind = word(DesignationKind)
    filing_number = fields.CharField(max_length=60)
    first_day = fields.DateField()
    last_day = fields.DateField(null=True)
    ended_on = fields.DateField(null=True)  # the first day on which it no longer holds
    end_reason = fields.CharField(max_length=200, default="")
    reminded_days = fields.SmallIntField(null=True)
    recorded_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    recorded_by_id: int
    live_key = TokenField(max_length=60, null=True, unique=True)  # "<institution id>/<kind>" until it is over

    class Meta:
        table = "insurance_designation"
        indexes = (("institution_id", "kind", "first_day"), ("live_key", "last_day"), ("recorded_by_id",))
