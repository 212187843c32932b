"""Institutions and what binds them. This room stands below identity: it knows accounts by number only."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from server.alliance.rules import (
    AgreementSide,
    AgreementStatus,
    InstitutionKind,
    PaperKind,
    ServiceCategory,
    SigningWay,
)
from server.kit.sealed_columns import SealedColumn
from server.kit.tables import Table, TokenField, UtcDatetimeField, belongs_to, word


class CareAlliance(Table):
    name = fields.CharField(max_length=100)

    class Meta:
        table = "care_alliance"


class Institution(Table):
    name = fields.CharField(max_length=100)
    kind = word(InstitutionKind)
    uscc = TokenField(max_length=18, unique=True)
    address = fields.CharField(max_length=200, default="")
    phone = fields.CharField(max_length=20, default="")  # its public number
    filed = fields.BooleanField(default=False)  # 备案
    licence_number = TokenField(max_length=30, null=True)
    beds = fields.IntField(default=0)
    nursing_beds = fields.IntField(default=0)
    filing_number = fields.CharField(max_length=40, null=True)  # a home's own 备案号
    latitude = fields.IntField(null=True)  # millionths of a degree; else the district must do
    longitude = fields.IntField(null=True)

    class Meta:
        table = "institution"
        indexes = (("kind", "id"),)


class Membership(Table):
    alliance: fields.ForeignKeyRelation[CareAlliance] = belongs_to("care.CareAlliance")
    institution_id: int
    institution: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    joined_on = fields.DateField()
    left_on = fields.DateField(null=True)  # the first day on which it is no longer a member

    class Meta:
        table = "membership"
        unique_together = (("alliance", "institution", "joined_on"),)
        indexes = (("institution_id",),)


class Department(Table):
    institution_id: int
    institution: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    name = fields.CharField(max_length=50)
    closed = fields.BooleanField(default=False)

    class Meta:
        table = "department"
        unique_together = (("institution", "name"),)


class ServiceAgreement(Table):
    """What one home and one medical institution have agreed; a change is a new row that supersedes (I20)."""

    home_id: int
    home: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    provider_id: int
    provider: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    status = word(AgreementStatus, default=AgreementStatus.DRAFT)
    version = fields.SmallIntField(default=1)
    supersedes_id: int | None
    supersedes: fields.ForeignKeyNullableRelation[ServiceAgreement] = belongs_to(
        "care.ServiceAgreement", null=True
    )
    drafted_by = word(AgreementSide)
    first_day = fields.DateField()
    last_day = fields.DateField()  # still in force on this day
    content: Any = fields.JSONField()  # rules.AgreementContent in plain form
    content_hash = TokenField(max_length=80)  # "sha256:…" over parties, period, version and content
    filing_number = fields.CharField(max_length=40, null=True, unique=True)  # "云卫备〔2026〕001"
    filed_at = UtcDatetimeField(null=True)
    override_reason = fields.CharField(
        max_length=200, null=True
    )  # why the bureau let a referral fee pass (I21)
    reason = fields.CharField(max_length=200, null=True)  # of the last suspension, withdrawal or termination
    paused_by_commission = fields.BooleanField(default=False)  # then only the commission lets it go on
    reminded_days = fields.SmallIntField(null=True)  # the nearest notice before the end that was sent
    ended_at = UtcDatetimeField(null=True)
    # One pair of institutions is bound by one agreement at a time: "<home id>-<provider id>" while it binds, then NULL.
    binding_key = TokenField(max_length=40, null=True, unique=True)

    class Meta:
        table = "service_agreement"
        indexes = (
            ("home_id", "status"),
            ("provider_id", "status"),
            ("status", "last_day"),
            ("supersedes_id",),
        )


class AgreementSignature(Table):
    agreement_id: int
    agreement: fields.ForeignKeyRelation[ServiceAgreement] = belongs_to("care.ServiceAgreement")
    side = word(AgreementSide)
    account_id = fields.BigIntField()
    content_hash = TokenField(max_length=80)  # what was signed, copied at the moment of signing (I18)
    way = word(SigningWay, null=True)  # null: on the page, as all were before paper was taken
    signer = fields.CharField(max_length=40, default="")  # whose hand, on paper; else the account's
    authority_id: int | None
    authority: fields.ForeignKeyNullableRelation[SigningAuthority] = belongs_to(
        "care.SigningAuthority", null=True
    )  # null: on paper, or from before authorisations were kept

    class Meta:
        table = "agreement_signature"
        unique_together = (("agreement", "side"),)
        indexes = (("authority_id",),)


class SigningAuthority(Table):
    """授权书: one account may sign for one institution, so far and so long. Never edited: taken back, or given anew."""

    institution_id: int
    institution: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    account_id = fields.BigIntField()
    document = fields.CharField(max_length=60)  # the number of the paper
    cooperation: Any = fields.JSONField(default=list)  # words of rules.Cooperation; empty: all
    most_fen = fields.BigIntField(null=True)
    first_day = fields.DateField()
    last_day = fields.DateField()
    granted_by_id = fields.BigIntField(null=True)
    revoked_at = UtcDatetimeField(null=True)
    revoked_by_id = fields.BigIntField(null=True)
    reason = fields.CharField(max_length=200, null=True)  # of taking it back
    times_used = fields.IntField(
        default=0
    )  # raised by each signature, so that none passes beside a revocation

    class Meta:
        table = "signing_authority"
        indexes = (("institution_id", "account_id"), ("account_id",))


class AgreementPaper(Table):
    """A scan that belongs to an agreement: an attachment, whose digest is signed, or the page that was signed by hand."""

    agreement_id: int
    agreement: fields.ForeignKeyRelation[ServiceAgreement] = belongs_to("care.ServiceAgreement")
    kind = word(PaperKind)
    side = word(AgreementSide)  # who handed it in
    number = fields.SmallIntField()
    name = fields.CharField(max_length=60)
    media_type = TokenField(max_length=40)
    sealed = fields.BinaryField()  # place: `paper_place`
    digest = TokenField(max_length=64)
    added_by_id = fields.BigIntField(null=True)

    class Meta:
        table = "agreement_paper"
        unique_together = (("agreement", "number"),)


def paper_place(*, paper_uid: str) -> str:
    return f"alliance.paper|{paper_uid}"


class PolicyParameter(Table):
    code = TokenField(max_length=80)
    version = fields.SmallIntField()
    value = fields.BigIntField()
    unit = fields.CharField(max_length=20)
    citation = fields.CharField(max_length=200)
    confidence = fields.CharField(max_length=10)
    effective_from = fields.DateField()

    class Meta:
        table = "policy_parameter"
        unique_together = (("code", "version"),)


class CatalogueItem(Table):
    """One version of one service that may be billed (A03); a change is a new version from a day on."""

    code = TokenField(max_length=40)
    version = fields.SmallIntField()
    name = fields.CharField(max_length=80)
    category = word(ServiceCategory)
    unit = fields.CharField(max_length=10)
    price = fields.BigIntField()  # fen
    funding: Any = fields.JSONField()  # words of rules.Funding, in their order
    clause = fields.CharField(max_length=200)
    confidence = fields.CharField(max_length=10)
    effective_from = fields.DateField()
    withdrawn = fields.BooleanField(default=False)  # from that day on it may not be billed

    class Meta:
        table = "catalogue_item"
        unique_together = (("code", "version"),)


SEALED = (SealedColumn(AgreementPaper, "sealed", lambda row: paper_place(paper_uid=row.uid), at_once=4),)
