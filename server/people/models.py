"""Residents, where they live, who is related to them, and who may speak for them."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from server.alliance.models import Institution
from server.identity.models import Account
from server.kit.sealed_columns import sealed_number
from server.kit.tables import Table, TokenField, UtcDatetimeField, belongs_to, word
from server.people.rules import (
    Basis,
    CareCause,
    CareState,
    ConfirmedHow,
    EndReason,
    ProxyScope,
    ProxyStatus,
    Relation,
    Sex,
    StayEnd,
)

NATIONAL_ID = "resident.national_id"
PHONE = "resident.phone"
KIN_PHONE = "kinship.phone"


class Resident(Table):
    """One person, one row. A row found to be a duplicate points at its survivor and is never deleted (C01)."""

    name = fields.CharField(max_length=60)
    sex = word(Sex, default=Sex.UNKNOWN)
    birth_date = fields.DateField()
    national_id_sealed = fields.BinaryField(null=True)  # place "resident.national_id|<uid>"
    national_id_index = TokenField(max_length=64, null=True, unique=True)
    phone_sealed = fields.BinaryField(null=True)  # place "resident.phone|<uid>"
    phone_index = TokenField(max_length=64, null=True)  # a contact, often shared: never proof of anything
    # Their own WeChat; one account is one person.
    account_id: int | None
    account: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    home_id: int | None
    home: fields.ForeignKeyNullableRelation[Institution] = belongs_to(
        "care.Institution", null=True
    )  # lives there now
    bed = fields.CharField(max_length=20, null=True)
    bed_key = TokenField(
        max_length=64, null=True, unique=True
    )  # "<home id>/<digest of bed>": one person per bed
    care_state = word(CareState, default=CareState.RESIDENTIAL)  # the open CareStateChange says the same
    died_at = UtcDatetimeField(null=True)
    merged_into_id: int | None
    merged_into: fields.ForeignKeyNullableRelation[Resident] = belongs_to("care.Resident", null=True)
    touched = fields.BigIntField(
        default=0
    )  # raised by whoever must be alone with this resident for one transaction

    class Meta:
        table = "resident"
        unique_together = (("account",),)  # Tortoise drops `unique` from a foreign key
        # Every list of residents asks for those who are not merged into another, of some homes; then it orders them.
        indexes = (
            ("home_id", "bed"),
            ("phone_index",),
            ("merged_into_id", "home_id", "created_at"),
            ("merged_into_id", "home_id", "care_state", "bed"),
            ("merged_into_id", "home_id", "bed", "name"),
        )


class ResidentStay(Table):
    """Where somebody lived from when to when; exactly one is open while they live in a home."""

    resident_id: int
    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    home_id: int
    home: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    bed = fields.CharField(max_length=20, null=True)
    started_at = UtcDatetimeField()
    ended_at = UtcDatetimeField(null=True)
    end_reason = word(StayEnd, null=True)
    open_key = TokenField(max_length=20, null=True, unique=True)  # str(resident id) while open

    class Meta:
        table = "resident_stay"
        indexes = (("resident_id", "started_at"), ("home_id", "started_at"))


class CareStateChange(Table):
    """One interval of a care state; intervals touch and never overlap, one is open (I15)."""

    resident_id: int
    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    state = word(CareState)
    started_at = UtcDatetimeField()
    ended_at = UtcDatetimeField(null=True)
    cause = word(CareCause)
    cause_uid = TokenField(max_length=26, null=True)  # the referral, assessment or stay that is cited
    open_key = TokenField(max_length=20, null=True, unique=True)  # str(resident id) while open
    # "<home id>/<1…nursing beds>" while somebody convalesces in a home that registered such beds (I16)
    nursing_key = TokenField(max_length=40, null=True, unique=True)

    class Meta:
        table = "care_state_change"
        indexes = (("resident_id", "started_at"),)


class BedCensusEntry(Table):
    """A home's beds at the end of one day (A23). Rows are added, never changed: version 1 is what was counted, each later one
    the difference that a correction makes, so that a day's rows add up to what holds.
    """

    home_id: int
    home: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    day = fields.DateField()
    version = fields.SmallIntField()
    beds = fields.IntField()
    nursing_beds = fields.IntField()
    residents = fields.IntField()
    inpatient = fields.IntField()
    convalescent = fields.IntField()
    reason = fields.CharField(max_length=200, default="")  # of a correction
    corrected_by_id = fields.BigIntField(null=True)
    digest = TokenField(max_length=64)  # rules.census.digest_of

    class Meta:
        table = "bed_census"
        unique_together = (("home", "day", "version"),)
        indexes = (("day", "home"),)


class Kinship(Table):
    """Who somebody's relatives are: a fact that grants nothing."""

    resident_id: int
    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    relative_id: int | None
    relative: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    name = fields.CharField(max_length=60)
    relation = word(Relation)
    phone_sealed = fields.BinaryField(null=True)  # place "kinship.phone|<uid>"
    phone_index = TokenField(max_length=64, null=True)
    emergency = fields.BooleanField(default=False)
    asserted_by_id: int | None
    asserted_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    ended_at = UtcDatetimeField(null=True)

    class Meta:
        table = "kinship"
        indexes = (("resident_id", "id"), ("relative_id",))


class ProxyGrant(Table):
    """The only source of authority to act for a resident (I1)."""

    # None while an application names nobody whom we know: the applicant must not learn which of the two it is (T8).
    resident_id: int | None
    resident: fields.ForeignKeyNullableRelation[Resident] = belongs_to("care.Resident", null=True)
    proxy_id: int
    proxy: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    basis = word(Basis)
    relation = word(Relation)
    status = word(ProxyStatus, default=ProxyStatus.APPLIED)
    categories: Any = fields.JSONField(default=list)  # words of consent.RecordCategory; empty: no narrowing
    starts_at = UtcDatetimeField()
    ends_at = UtcDatetimeField(null=True)
    review_at = UtcDatetimeField(null=True)  # someone looks at it again by then
    verified_by_id: int | None
    verified_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    confirmed_how = word(ConfirmedHow, null=True)
    confirmed_by_id: int | None
    confirmed_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    witness_id: int | None
    witness: fields.ForeignKeyNullableRelation[Account] = belongs_to(
        "care.Account", null=True
    )  # the first of two
    document_ref = fields.CharField(
        max_length=80, null=True
    )  # number of the signed sheet or of the guardian's document
    reason = word(EndReason, null=True)  # of the last suspension, refusal or end
    ended_at = UtcDatetimeField(null=True)
    live_key = TokenField(max_length=90, null=True, unique=True)  # one live grant per proxy and resident

    class Meta:
        table = "proxy_grant"
        indexes = (
            ("proxy_id", "status"),
            ("resident_id", "status"),
            ("status", "ends_at"),
            ("status", "review_at"),
        )


class ProxyGrantScope(Table):
    """One scope of a grant; a row of its own so that access can be asked inside a query."""

    grant_id: int
    grant: fields.ForeignKeyRelation[ProxyGrant] = belongs_to("care.ProxyGrant")
    scope = word(ProxyScope)

    class Meta:
        table = "proxy_grant_scope"
        unique_together = (("grant", "scope"),)


class ProxyInvitation(Table):
    """A resident's yes, given beforehand to whoever brings the code; of the code only a digest is kept."""

    resident_id: int
    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    issued_by_id: int
    issued_by: fields.ForeignKeyRelation[Account] = belongs_to(
        "care.Account"
    )  # the resident's own, at the time
    relation = word(Relation)
    scopes: Any = fields.JSONField(default=list)  # words of ProxyScope
    categories: Any = fields.JSONField(default=list)  # as in ProxyGrant
    ends_at = UtcDatetimeField(null=True)  # of the authority that comes of it
    digest = TokenField(max_length=64, unique=True)
    expires_at = UtcDatetimeField()  # of the invitation; exclusive
    revoked_at = UtcDatetimeField(null=True)
    redeemed_at = UtcDatetimeField(null=True)
    redeemed_by_id: int | None
    redeemed_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)

    class Meta:
        table = "proxy_invitation"
        indexes = (("resident_id", "expires_at"), ("issued_by_id",), ("redeemed_by_id",))


class ResidentMerge(Table):
    """Two rows that were found to be one person; undone, it stays on the record."""

    absorbed_id: int
    absorbed: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    survivor_id: int
    survivor: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    reason = fields.CharField(max_length=200)
    merged_by_id: int | None
    merged_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    carried: Any = fields.JSONField(
        default=dict
    )  # what the survivor took over, by uid, so that it can be given back
    undone_at = UtcDatetimeField(null=True)
    undone_by_id: int | None
    undone_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    undone_reason = fields.CharField(max_length=200, null=True)

    class Meta:
        table = "resident_merge"
        indexes = (("absorbed_id", "id"), ("survivor_id", "id"))


class RosterImport(Table):
    """A roster that was taken in; the same file again changes nothing."""

    home_id: int | None
    home: fields.ForeignKeyNullableRelation[Institution] = belongs_to("care.Institution", null=True)
    account_id = fields.BigIntField(null=True)
    file_digest = TokenField(max_length=80)
    admitted = fields.IntField()
    moved = fields.IntField()
    updated = fields.IntField()
    unchanged = fields.IntField()

    class Meta:
        table = "roster_import"
        indexes = (("file_digest",), ("home_id", "id"))


SEALED = (
    sealed_number(Resident, "national_id", NATIONAL_ID),
    sealed_number(Resident, "phone", PHONE),
    sealed_number(Kinship, "phone", KIN_PHONE),
)
