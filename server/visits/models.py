"""Visits, the evidence that they happened, and what both institutions say about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tortoise import fields

from server.kit.tables import Table, TokenField, UtcDatetimeField, belongs_to, word
from server.visits.rules import (
    CorrectionStatus,
    Outcome,
    PlateKind,
    ScanResult,
    Side,
    Verdict,
    VisitKind,
    VisitStatus,
)
from server.visits.rules.offline import EventKind, IngestResult

if TYPE_CHECKING:
    from server.alliance.models import Institution, ServiceAgreement
    from server.identity.models import Account
    from server.people.models import Resident


class Plate(Table):
    """A printed code at a bed or a door. Its text is never stored: only a digest of the random part."""

    home_id: int
    home: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    kind = word(PlateKind)
    bed = fields.CharField(max_length=20, default="")  # empty for a door
    digest = TokenField(max_length=64, unique=True)
    key_id = TokenField(max_length=1)
    batch = TokenField(max_length=26)  # printed together
    valid_from = UtcDatetimeField()
    valid_to = UtcDatetimeField(null=True)  # exclusive; a new plate for the same place ends the old one

    class Meta:
        table = "visit_plate"
        indexes = (("home", "kind", "bed"), ("batch",))


class Visit(Table):
    """One trip of one medical institution to one home."""

    kind = word(VisitKind)
    agreement_id: int
    agreement: fields.ForeignKeyRelation[ServiceAgreement] = belongs_to(
        "care.ServiceAgreement"
    )  # this very version (I20)
    home_id: int
    home: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    provider_id: int
    provider: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    planned_by_id: int
    planned_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    starts_at = UtcDatetimeField()  # planned
    ends_at = UtcDatetimeField()
    status = word(VisitStatus, default=VisitStatus.PLANNED)
    performer_id: int | None
    performer: fields.ForeignKeyNullableRelation[Account] = belongs_to(
        "care.Account", null=True
    )  # who started it
    plate_id: int | None
    plate: fields.ForeignKeyNullableRelation[Plate] = belongs_to("care.Plate", null=True)  # where
    started_at = UtcDatetimeField(
        null=True
    )  # the server's time; the phone's only when it was offline, and then flagged
    finished_at = UtcDatetimeField(null=True)
    evidence = word(ScanResult, null=True)  # accepted: presence is proved; exception: a person looks at it
    evidence_score = fields.SmallIntField(null=True)
    exceptions: Any = fields.JSONField(default=list)  # words of rules.Reason
    # What each side says now, and who said it: the condition of the UPDATE that confirms reads them (I35).
    provider_verdict = word(Verdict, null=True)
    provider_by_id: int | None
    provider_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    host_verdict = word(Verdict, null=True)
    host_by_id: int | None
    host_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    confirmed_at = UtcDatetimeField(null=True)
    version = fields.SmallIntField(default=1)  # raised by each approved correction
    reason = fields.CharField(max_length=200, null=True)  # why it was cancelled, abandoned or disputed last
    unfinished_told_at = UtcDatetimeField(null=True)  # both sides were told that nobody has ended it

    items: fields.ReverseRelation[VisitItem]
    attendances: fields.ReverseRelation[VisitAttendance]

    class Meta:
        table = "visit"
        indexes = (
            ("home", "status", "starts_at"),
            ("starts_at",),  # the board counts the whole city
            ("provider", "status", "starts_at"),
            ("status", "ends_at"),
            ("performer", "started_at"),
            ("agreement",),
            ("planned_by",),
            ("plate",),
            ("provider_by",),
            ("host_by",),
        )


class VisitAttendance(Table):
    """A clinician on the visit: planned, or come in somebody's place."""

    visit_id: int
    visit: fields.ForeignKeyRelation[Visit] = belongs_to("care.Visit", related_name="attendances")
    account_id: int
    account: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    planned = fields.BooleanField(default=True)
    # str(account id) while they are at a visit that has started and not ended: nobody is in two places at once (I37).
    open_key = TokenField(max_length=20, null=True, unique=True)

    class Meta:
        table = "visit_attendance"
        unique_together = (("visit", "account"),)
        indexes = (("account", "visit"),)


class VisitItem(Table):
    """One service for one resident of the round. What was measured stands in the health record, not here."""

    visit_id: int
    visit: fields.ForeignKeyRelation[Visit] = belongs_to("care.Visit", related_name="items")
    resident_id: int
    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    service = TokenField(max_length=40)  # the item's code in the agreement
    service_name = fields.CharField(max_length=80)
    bed = fields.CharField(max_length=20, default="")  # where they lay when the round was planned
    due = fields.CharField(max_length=200, default="")  # what is to be done
    outcome = word(Outcome, null=True)
    note = fields.CharField(max_length=200, default="")  # why they were away or declined; nothing clinical
    urgent = fields.BooleanField(default=False)
    entries: Any = fields.JSONField(default=list)  # uids of the record entries that were written

    class Meta:
        table = "visit_item"
        unique_together = (("visit", "resident", "service"),)
        indexes = (("resident", "visit"),)


class VisitNonce(Table):
    """Given out before a scan, spent by it: a request cannot be sent again from another session."""

    digest = TokenField(max_length=64, unique=True)
    account_id: int
    account: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    session_uid = TokenField(max_length=26, null=True)
    offline = fields.BooleanField(default=False)
    expires_at = UtcDatetimeField()
    used_at = UtcDatetimeField(null=True)

    class Meta:
        table = "visit_nonce"
        indexes = (("account", "offline", "expires_at"), ("offline", "expires_at"))


class Scan(Table):
    """Every attempt to prove presence, good or bad: written once, never changed."""

    client_uid = TokenField(
        max_length=26, null=True, unique=True
    )  # made by the phone; each counts once (I38)
    visit_id: int
    visit: fields.ForeignKeyRelation[Visit] = belongs_to("care.Visit")
    account_id: int
    account: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    plate_id: int | None
    plate: fields.ForeignKeyNullableRelation[Plate] = belongs_to("care.Plate", null=True)
    screen = fields.BigIntField(null=True)
    step = fields.BigIntField(null=True)
    # "<screen>:<step>:<account id>" of a scan that counted: a rotating code serves each person once.
    code_key = TokenField(max_length=48, null=True, unique=True)
    nonce_id: int | None
    nonce: fields.ForeignKeyNullableRelation[VisitNonce] = belongs_to("care.VisitNonce", null=True)
    device_time = UtcDatetimeField()
    offline = fields.BooleanField(default=False)
    evidence: Any = fields.JSONField(default=list)  # words of rules.Evidence
    score = fields.SmallIntField(default=0)
    result = word(ScanResult)
    reasons: Any = fields.JSONField(default=list)  # words of rules.Reason
    fingerprint = TokenField(max_length=64)  # of what was sent: the same id with other content is told apart

    class Meta:
        table = "visit_scan"
        indexes = (("visit", "id"), ("account", "id"), ("result", "created_at"), ("plate",), ("nonce",))


class Attestation(Table):
    """What one side said, when: written once. The visit itself carries what stands now."""

    visit_id: int
    visit: fields.ForeignKeyRelation[Visit] = belongs_to("care.Visit")
    side = word(Side)
    institution_id: int
    institution: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    account_id: int
    account: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    version = fields.SmallIntField()
    verdict = word(Verdict)
    reason = fields.CharField(max_length=200, null=True)

    class Meta:
        table = "visit_attestation"
        indexes = (("visit", "id"), ("institution", "id"), ("account", "id"))


class VisitCorrection(Table):
    """A change of a confirmed visit, asked for by one institution and approved by the other."""

    visit_id: int
    visit: fields.ForeignKeyRelation[Visit] = belongs_to("care.Visit")
    from_version = fields.SmallIntField()
    status = word(CorrectionStatus, default=CorrectionStatus.REQUESTED)
    side = word(Side)  # which side asked
    reason = fields.CharField(max_length=200)
    before: Any = (
        fields.JSONField()
    )  # rules.corrections: the values replaced, so that every version can be read again
    after: Any = fields.JSONField()
    requested_by_id: int
    requested_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    decided_by_id: int | None
    decided_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    decided_at = UtcDatetimeField(null=True)
    decision_reason = fields.CharField(max_length=200, null=True)

    class Meta:
        table = "visit_correction"
        indexes = (("visit", "id"), ("status", "id"), ("requested_by",), ("decided_by",))


class OfflineEvent(Table):
    """What a phone sent after the network came back, and the answer it got: written once, answered alike for ever."""

    client_uid = TokenField(max_length=26, unique=True)
    account_id: int
    account: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    visit_id: int | None
    visit: fields.ForeignKeyNullableRelation[Visit] = belongs_to("care.Visit", null=True)
    kind = word(EventKind)
    device_time = UtcDatetimeField()
    fingerprint = TokenField(max_length=64)
    result = word(IngestResult)
    reasons: Any = fields.JSONField(default=list)
    message = fields.CharField(max_length=200, default="")  # what the phone showed

    class Meta:
        table = "visit_offline_event"
        indexes = (("account", "id"), ("visit", "id"))
