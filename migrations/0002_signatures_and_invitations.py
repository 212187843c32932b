from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from server.kit.tables import TokenField, UtcDatetimeField, WordField
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("care", "0001_initial")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ConsentSignature",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "consent",
                    fields.ForeignKeyField(
                        "care.Consent",
                        source_field="consent_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("text_version", fields.CharField(max_length=16)),
                ("text_hash", TokenField(max_length=64)),
                ("sealed", fields.BinaryField()),
                ("digest", TokenField(max_length=64)),
            ],
            options={
                "table": "consent_signature",
                "app": "care",
                "unique_together": (("consent",),),
                "pk_attr": "id",
                "table_description": "The name that was written under one consent, sealed to that consent and to the very text (I14).",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="ProxyInvitation",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "resident",
                    fields.ForeignKeyField(
                        "care.Resident",
                        source_field="resident_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "issued_by",
                    fields.ForeignKeyField(
                        "care.Account",
                        source_field="issued_by_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("relation", WordField(max_length=32)),
                ("scopes", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ("categories", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ("ends_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("digest", TokenField(unique=True, max_length=64)),
                ("expires_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("revoked_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("redeemed_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "redeemed_by",
                    fields.ForeignKeyField(
                        "care.Account",
                        source_field="redeemed_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "proxy_invitation",
                "app": "care",
                "indexes": [
                    Index(fields=["resident_id", "expires_at"]),
                    Index(fields=["issued_by_id"]),
                    Index(fields=["redeemed_by_id"]),
                ],
                "pk_attr": "id",
                "table_description": "A resident's yes, given beforehand to whoever brings the code; of the code only a digest is kept.",
            },
            bases=["Table"],
        ),
    ]
