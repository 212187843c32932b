from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from server.kit.tables import TokenField, UtcDatetimeField, WordField
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("care", "0002_signatures_and_invitations")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ConsentPaper",
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
                ("number", fields.SmallIntField()),
                ("media_type", TokenField(max_length=40)),
                ("sealed", fields.BinaryField()),
                ("digest", TokenField(max_length=64)),
                (
                    "added_by",
                    fields.ForeignKeyField(
                        "care.Account",
                        source_field="added_by_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "consent_paper",
                "app": "care",
                "unique_together": (("consent", "number"),),
                "indexes": [Index(fields=["added_by"])],
                "pk_attr": "id",
                "table_description": "One page of a signed paper form, as scanned at the home, sealed to its consent (I14).",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="ExportJob",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "care.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kind", WordField(max_length=32)),
                ("filters", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ("reason", fields.CharField(max_length=200)),
                ("status", WordField(max_length=16)),
                ("rows", fields.IntField(default=0)),
                ("size", fields.IntField(default=0)),
                ("digest", TokenField(null=True, max_length=64)),
                ("started_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("finished_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("expires_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("leased_until", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("attempts", fields.SmallIntField(default=0)),
                ("failure", fields.CharField(null=True, max_length=200)),
                ("downloads", fields.SmallIntField(default=0)),
            ],
            options={
                "table": "export_job",
                "app": "care",
                "indexes": [
                    Index(fields=["account_id", "id"]),
                    Index(fields=["status", "leased_until"]),
                    Index(fields=["status", "expires_at"]),
                ],
                "pk_attr": "id",
                "table_description": "A table that somebody asked for; it is written with their rights at the moment of writing.",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="ExportPart",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "job",
                    fields.ForeignKeyField(
                        "care.ExportJob",
                        source_field="job_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("number", fields.SmallIntField()),
                ("sealed", fields.BinaryField()),
            ],
            options={
                "table": "export_part",
                "app": "care",
                "unique_together": (("job", "number"),),
                "pk_attr": "id",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="GroupTrip",
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
                ("day", fields.DateField()),
                ("half", WordField(max_length=16)),
                ("bus_seats", fields.SmallIntField()),
                ("note", fields.CharField(default="", max_length=200)),
                ("status", WordField(max_length=16)),
                (
                    "planned_by",
                    fields.ForeignKeyField(
                        "care.Account",
                        source_field="planned_by_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("cancelled_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("cancelled_reason", fields.CharField(null=True, max_length=200)),
            ],
            options={
                "table": "group_trip",
                "app": "care",
                "indexes": [
                    Index(fields=["home", "day"]),
                    Index(fields=["provider", "day"]),
                    Index(fields=["planned_by"]),
                ],
                "pk_attr": "id",
                "table_description": "One bus of one home to one hospital in one half-day (C09); its appointments are booked together or not at all.",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="IssuedDocument",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("kind", WordField(max_length=32)),
                ("number", TokenField(unique=True, max_length=20)),
                (
                    "resident",
                    fields.ForeignKeyField(
                        "care.Resident",
                        source_field="resident_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "institution",
                    fields.ForeignKeyField(
                        "care.Institution",
                        source_field="institution_id",
                        null=True,
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
                ("subject_uid", TokenField(max_length=26)),
                ("digest", TokenField(max_length=64)),
                ("valid_until", UtcDatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "issued_document",
                "app": "care",
                "indexes": [
                    Index(fields=["resident_id", "id"]),
                    Index(fields=["institution_id"]),
                    Index(fields=["issued_by_id", "id"]),
                    Index(fields=["subject_uid"]),
                ],
                "pk_attr": "id",
                "table_description": "One printed document. The file itself is not kept: its digest tells whether a copy is the one that was issued.",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="SavedView",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "care.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("path", TokenField(max_length=80)),
                ("title", fields.CharField(max_length=30)),
                ("query", TokenField(max_length=400)),
            ],
            options={
                "table": "saved_view",
                "app": "care",
                "unique_together": (("account", "path", "title"),),
                "pk_attr": "id",
                "table_description": "A list of the console with its filters, under a name of somebody's own. Words and uids only, never names.",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="TrainingRecord",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "care.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
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
                ("title", fields.CharField(max_length=60)),
                ("certificate_number", fields.CharField(default="", max_length=40)),
                ("completed_on", fields.DateField()),
                ("expires_on", fields.DateField(null=True)),
                (
                    "recorded_by",
                    fields.ForeignKeyField(
                        "care.Account",
                        source_field="recorded_by_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("struck_out_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "training_record",
                "app": "care",
                "indexes": [
                    Index(fields=["institution", "expires_on"]),
                    Index(fields=["account", "completed_on"]),
                    Index(fields=["recorded_by"]),
                ],
                "pk_attr": "id",
                "table_description": "One course or certificate of a member of staff; a new one is a new row (浙江方案: 持证上岗).",
            },
            bases=["Table"],
        ),
        ops.AddField(
            model_name="Appointment",
            name="called_at",
            field=UtcDatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Appointment",
            name="called_to",
            field=fields.CharField(default="", max_length=20),
        ),
        ops.AddField(
            model_name="Appointment",
            name="trip",
            field=fields.ForeignKeyField(
                "care.GroupTrip",
                source_field="trip_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name=False,
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddIndex(
            model_name="Appointment",
            index=Index(fields=["trip_id"]),
        ),
        ops.AddField(
            model_name="Session",
            name="proved_at",
            field=UtcDatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddIndex(
            model_name="Rating",
            index=Index(fields=["created_at"]),
        ),
    ]
