from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from server.kit.tables import TokenField, UtcDatetimeField, WordField
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("care", "0008_the_alliance")]

    initial = False

    operations = [
        ops.CreateModel(
            name="AgreementPaper",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "agreement",
                    fields.ForeignKeyField(
                        "care.ServiceAgreement",
                        source_field="agreement_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kind", WordField(max_length=32)),
                ("side", WordField(max_length=32)),
                ("number", fields.SmallIntField()),
                ("name", fields.CharField(max_length=60)),
                ("media_type", TokenField(max_length=40)),
                ("sealed", fields.BinaryField()),
                ("digest", TokenField(max_length=64)),
                ("added_by_id", fields.BigIntField(null=True)),
            ],
            options={
                "table": "agreement_paper",
                "app": "care",
                "unique_together": (("agreement", "number"),),
                "pk_attr": "id",
                "table_description": "A scan that belongs to an agreement: an attachment, whose digest is signed, or the page that was signed by hand.",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="BedCensusEntry",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "home",
                    fields.ForeignKeyField(
                        "care.Institution",
                        source_field="home_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("day", fields.DateField()),
                ("version", fields.SmallIntField()),
                ("beds", fields.IntField()),
                ("nursing_beds", fields.IntField()),
                ("residents", fields.IntField()),
                ("inpatient", fields.IntField()),
                ("convalescent", fields.IntField()),
                ("reason", fields.CharField(default="", max_length=200)),
                ("corrected_by_id", fields.BigIntField(null=True)),
                ("digest", TokenField(max_length=64)),
            ],
            options={
                "table": "bed_census",
                "app": "care",
                "unique_together": (("home", "day", "version"),),
                "indexes": [Index(fields=["day", "home"])],
                "pk_attr": "id",
                "table_description": "A home's beds at the end of one day (A23). Rows are added, never changed: version 1 is what was counted, each later one",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="Demand",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "home",
                    fields.ForeignKeyField(
                        "care.Institution",
                        source_field="home_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "publisher",
                    fields.ForeignKeyField(
                        "care.Institution",
                        source_field="publisher_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("batch", TokenField(max_length=26)),
                ("need", WordField(max_length=32)),
                ("people", fields.IntField(null=True)),
                ("least", fields.SmallIntField()),
                ("note", fields.CharField(default="", max_length=200)),
                ("status", WordField(max_length=32)),
                ("published_by_id", fields.BigIntField(null=True)),
                (
                    "owner",
                    fields.ForeignKeyField(
                        "care.Institution",
                        source_field="owner_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("due_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("escalated_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "provider",
                    fields.ForeignKeyField(
                        "care.Institution",
                        source_field="provider_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "agreement",
                    fields.ForeignKeyField(
                        "care.ServiceAgreement",
                        source_field="agreement_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("reason", fields.CharField(null=True, max_length=200)),
                ("ended_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("live_key", TokenField(null=True, unique=True, max_length=60)),
            ],
            options={
                "table": "demand",
                "app": "care",
                "indexes": [
                    Index(fields=["status", "due_at"]),
                    Index(fields=["home_id", "created_at"]),
                    Index(fields=["status", "created_at"]),
                    Index(fields=["provider_id"]),
                    Index(fields=["publisher_id"]),
                    Index(fields=["owner_id"]),
                    Index(fields=["agreement_id"]),
                ],
                "pk_attr": "id",
                "table_description": "One need of one home, published by civil affairs; lines of one list share its batch.",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="DemandAnswer",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "demand",
                    fields.ForeignKeyField(
                        "care.Demand",
                        source_field="demand_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "provider",
                    fields.ForeignKeyField(
                        "care.Institution",
                        source_field="provider_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("people", fields.IntField()),
                ("weekdays", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("from_day", fields.DateField()),
                ("note", fields.CharField(default="", max_length=200)),
                ("status", WordField(max_length=32)),
                ("answered_by_id", fields.BigIntField(null=True)),
                ("reason", fields.CharField(null=True, max_length=200)),
                ("live_key", TokenField(null=True, unique=True, max_length=60)),
            ],
            options={
                "table": "demand_answer",
                "app": "care",
                "indexes": [Index(fields=["demand_id", "id"]), Index(fields=["provider_id", "status"])],
                "pk_attr": "id",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="SigningAuthority",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "institution",
                    fields.ForeignKeyField(
                        "care.Institution",
                        source_field="institution_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("account_id", fields.BigIntField()),
                ("document", fields.CharField(max_length=60)),
                ("cooperation", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ("most_fen", fields.BigIntField(null=True)),
                ("first_day", fields.DateField()),
                ("last_day", fields.DateField()),
                ("granted_by_id", fields.BigIntField(null=True)),
                ("revoked_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("revoked_by_id", fields.BigIntField(null=True)),
                ("reason", fields.CharField(null=True, max_length=200)),
                ("times_used", fields.IntField(default=0)),
            ],
            options={
                "table": "signing_authority",
                "app": "care",
                "indexes": [Index(fields=["institution_id", "account_id"]), Index(fields=["account_id"])],
                "pk_attr": "id",
                "table_description": "授权书: one account may sign for one institution, so far and so long. Never edited: taken back, or given anew.",
            },
            bases=["Table"],
        ),
        ops.AddField(
            model_name="AgreementSignature",
            name="authority",
            field=fields.ForeignKeyField(
                "care.SigningAuthority",
                source_field="authority_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name=False,
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddField(
            model_name="AgreementSignature",
            name="signer",
            field=fields.CharField(default="", max_length=40),
        ),
        ops.AddField(
            model_name="AgreementSignature",
            name="way",
            field=WordField(null=True, max_length=32),
        ),
        ops.AddIndex(
            model_name="AgreementSignature",
            index=Index(fields=["authority_id"]),
        ),
        ops.AddField(
            model_name="Institution",
            name="filing_number",
            field=fields.CharField(null=True, max_length=40),
        ),
        ops.AddField(
            model_name="Institution",
            name="latitude",
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name="Institution",
            name="longitude",
            field=fields.IntField(null=True),
        ),
    ]
