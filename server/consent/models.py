"""Who may see which part of a record, for what, until when."""

from tortoise import fields

from server.alliance.models import Institution
from server.consent.rules import ConsentStatus, DecisionBasis, Purpose, RecordCategory, Tie, Verdict
from server.identity.models import Account
from server.kit.sealed_columns import SealedColumn
from server.kit.tables import Table, TokenField, UtcDatetimeField, belongs_to, word
from server.people.models import Resident


class Consent(Table):
    """One request to one recipient for one purpose, and what became of it (I7)."""

    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    resident_id: int
    recipient: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    recipient_id: int
    purpose = word(Purpose)
    status = word(ConsentStatus, default=ConsentStatus.REQUESTED)

    # What it hangs on: it ends when the resident leaves `home`, or when home and recipient have no agreement any more.
    tie = word(Tie)
    home: fields.ForeignKeyNullableRelation[Institution] = belongs_to("care.Institution", null=True)
    home_id: int | None

    requested_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    requested_by_id: int
    answer_by = UtcDatetimeField()  # afterwards the request has lapsed (exclusive)
    until = UtcDatetimeField()  # when a grant ends (exclusive)

    text_version = fields.CharField(max_length=16)
    text = fields.TextField()  # exactly what is shown, fixed when it was asked
    text_hash = TokenField(max_length=64)

    decided_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    decided_by_id: int | None
    decided_at = UtcDatetimeField(null=True)  # a grant holds from here
    basis = word(DecisionBasis, null=True)
    basis_uid = TokenField(max_length=26, null=True)  # the proxy grant
    channel = fields.CharField(max_length=16, null=True)
    evidence = fields.CharField(max_length=200, null=True)  # where the signed paper or recording is kept
    second_witness: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    second_witness_id: int | None

    ended_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    ended_by_id: int | None
    ended_at = UtcDatetimeField(null=True)
    ended_channel = fields.CharField(max_length=16, null=True)

    touched = fields.IntField(default=0)  # raised by reads that must not race a withdrawal
    asked_key = TokenField(max_length=80, null=True, unique=True)  # set while waiting for an answer
    granted_key = TokenField(max_length=80, null=True, unique=True)  # set while granted

    class Meta:
        table = "consent"
        indexes = (
            ("resident_id", "recipient_id", "purpose", "status"),
            ("recipient_id", "status", "id"),
            ("recipient_id", "status", "until", "decided_at"),  # what is shared with an institution now
            ("recipient_id", "status", "created_at"),  # asked and answered, month by month
            (
                "created_at",
                "id",
                "recipient_id",
                "resident_id",
            ),  # the newest that one may see, from the index alone
            ("status", "answer_by"),
            ("status", "until"),
        )


class ConsentSignature(Table):
    """The name that was written under one consent, sealed to that consent and to the very text (I14)."""

    consent: fields.ForeignKeyRelation[Consent] = belongs_to("care.Consent")
    consent_id: int
    text_version = fields.CharField(max_length=16)
    text_hash = TokenField(max_length=64)
    sealed = fields.BinaryField()  # place: `signature_place`
    digest = TokenField(max_length=64)  # of the canonical strokes; the audit line holds it too

    class Meta:
        table = "consent_signature"
        unique_together = (("consent",),)


class ConsentPaper(Table):
    """One page of a signed paper form, as scanned at the home, sealed to its consent (I14)."""

    consent: fields.ForeignKeyRelation[Consent] = belongs_to("care.Consent")
    consent_id: int
    number = fields.SmallIntField()  # 1, 2 …
    media_type = TokenField(max_length=40)  # image/jpeg, image/png, application/pdf
    sealed = fields.BinaryField()  # place: `paper_place`
    digest = TokenField(max_length=64)  # SHA-256 of what was scanned; the audit line holds it too
    added_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    added_by_id: int

    class Meta:
        table = "consent_paper"
        unique_together = (("consent", "number"),)
        indexes = (("added_by",),)


def paper_place(*, paper_uid: str) -> str:
    return f"consent.paper|{paper_uid}"


def signature_place(*, consent_uid: str, text_hash: str) -> str:
    return f"consent.signature|{consent_uid}|{text_hash}"


class ConsentProvision(Table):
    """One category of a consent, decided on its own."""

    consent: fields.ForeignKeyRelation[Consent] = belongs_to("care.Consent")
    consent_id: int
    category = word(RecordCategory)
    verdict = word(Verdict, default=Verdict.ASKED)

    class Meta:
        table = "consent_provision"
        unique_together = (("consent", "category"),)


SEALED = (
    SealedColumn(
        ConsentSignature,
        "sealed",
        lambda row: signature_place(consent_uid=row.consent.uid, text_hash=row.text_hash),
        parents=("consent",),
    ),
    SealedColumn(ConsentPaper, "sealed", lambda row: paper_place(paper_uid=row.uid), at_once=4),
)
