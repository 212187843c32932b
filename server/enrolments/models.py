"""Teams of family doctors, who belongs to them, priority groups with their source, and contracts."""

from typing import Any

from tortoise import fields

from server.alliance.models import Institution
from server.enrolments.rules import EndReason, EnrolmentStatus, Group, SignedHow
from server.identity.models import Account
from server.kit.sealed_columns import SealedColumn
from server.kit.tables import Table, TokenField, UtcDatetimeField, belongs_to, word
from server.people.models import Resident


class FamilyTeam(Table):
    """A team of one primary-care institution. `taken` counts the contracts that hold a place."""

    institution: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    institution_id: int
    name = fields.CharField(max_length=40)
    leader: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    leader_id: int
    capacity = fields.IntField()
    taken = fields.IntField(default=0)
    closed_at = UtcDatetimeField(null=True)
    name_key = TokenField(
        max_length=90, null=True, unique=True
    )  # "<institution id>/<digest of name>" while open

    class Meta:
        table = "family_team"
        indexes = (("institution_id", "closed_at"), ("leader_id",))


class FamilyTeamMember(Table):
    """Somebody who belongs to a team besides its leader."""

    team: fields.ForeignKeyRelation[FamilyTeam] = belongs_to("care.FamilyTeam")
    team_id: int
    account: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    account_id: int
    left_at = UtcDatetimeField(null=True)
    member_key = TokenField(max_length=40, null=True, unique=True)  # "<team id>/<account id>" while in it

    class Meta:
        table = "family_team_member"
        indexes = (("team_id", "left_at"), ("account_id",))


class PriorityGroup(Table):
    """That somebody belongs to a group, by whose word and from what source."""

    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    resident_id: int
    institution: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")  # that states it
    institution_id: int
    kind = word(Group)
    source = fields.CharField(max_length=100)
    as_of = fields.DateField()
    stated_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    stated_by_id: int
    ended_on = fields.DateField(null=True)
    live_key = TokenField(
        max_length=80, null=True, unique=True
    )  # "<resident id>/<institution id>/<group>" while it holds

    class Meta:
        table = "priority_group"
        indexes = (("resident_id", "ended_on"), ("institution_id", "kind"), ("stated_by_id",))


class Enrolment(Table):
    """One person's contract with one team for a year; at most one is live, and at most one on its way."""

    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    resident_id: int
    team: fields.ForeignKeyRelation[FamilyTeam] = belongs_to("care.FamilyTeam")
    team_id: int
    institution: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")  # the team's
    institution_id: int
    package_code = fields.CharField(max_length=32)
    package_version = fields.CharField(max_length=16)
    price_fen = fields.IntField()
    group_words: Any = fields.JSONField()  # of Group, as on the day of the application
    text: Any = fields.JSONField()  # heading, sentence: the words that are signed
    text_version = fields.CharField(max_length=16)
    text_hash = TokenField(max_length=64)
    status = word(EnrolmentStatus, default=EnrolmentStatus.APPLIED)
    asked_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    asked_by_id: int
    answer_by = fields.DateField()
    signed_at = UtcDatetimeField(null=True)  # by the resident's side
    signed_how = word(SignedHow, null=True)
    signed_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    signed_by_id: int | None
    grant_uid = TokenField(max_length=26, null=True)  # of the proxy who signed
    evidence = fields.CharField(max_length=200, default="")  # where the paper is kept
    accepted_at = UtcDatetimeField(null=True)  # by the team's side
    accepted_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    accepted_by_id: int | None
    starts_on = fields.DateField(null=True)
    last_on = fields.DateField(null=True)
    first_said = fields.DateField(null=True)  # the last day, once the first reminder was given
    last_said = fields.DateField(null=True)
    renews: "fields.ForeignKeyNullableRelation[Enrolment]" = belongs_to("care.Enrolment", null=True)
    renews_id: int | None
    ended_on = fields.DateField(null=True)
    end_reason = word(EndReason, null=True)
    end_note = fields.CharField(max_length=200, default="")
    ended_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    ended_by_id: int | None
    seat = fields.BooleanField(default=False)  # whether it holds a place of its team
    touched = fields.BigIntField(default=0)
    open_key = TokenField(max_length=20, null=True, unique=True)  # str(resident id) while applied or signed
    live_key = TokenField(max_length=20, null=True, unique=True)  # str(resident id) while active

    class Meta:
        table = "enrolment"
        indexes = (
            ("institution_id", "status", "last_on"),
            ("resident_id", "status"),
            ("team_id", "status"),
            ("status", "last_on"),
            ("status", "starts_on"),
            ("status", "answer_by"),
            ("renews_id",),
            ("asked_by_id",),
            ("signed_by_id",),
            ("accepted_by_id",),
        )


class EnrolmentPaper(Table):
    """One page of a contract signed on paper, as scanned, sealed to its contract."""

    enrolment: fields.ForeignKeyRelation[Enrolment] = belongs_to("care.Enrolment")
    enrolment_id: int
    number = fields.SmallIntField()
    media_type = TokenField(max_length=40)
    sealed = fields.BinaryField()  # place: `paper_place`
    digest = TokenField(max_length=64)
    added_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    added_by_id: int

    class Meta:
        table = "enrolment_paper"
        unique_together = (("enrolment", "number"),)
        indexes = (("added_by_id",),)


def paper_place(*, paper_uid: str) -> str:
    return f"enrolment.paper|{paper_uid}"


SEALED = (SealedColumn(EnrolmentPaper, "sealed", lambda row: paper_place(paper_uid=row.uid), at_once=4),)
