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
            name="IndicatorFact",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("code", TokenField(max_length=20)),
                ("version", fields.SmallIntField()),
                ("since", fields.DateField()),
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
                ("keeper_id", fields.BigIntField(null=True)),
                ("subject_id", fields.BigIntField()),
                ("subject_uid", TokenField(max_length=26)),
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
                ("state", WordField(max_length=16)),
                ("reason", TokenField(max_length=32)),
                ("counted", fields.IntField()),
                ("met", fields.IntField()),
                ("known_from", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("known_to", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("open_key", TokenField(null=True, unique=True, max_length=64)),
            ],
            options={
                "table": "indicator_fact",
                "app": "care",
                "indexes": [
                    Index(fields=["code", "since", "home_id", "known_to", "state", "known_from"]),
                    Index(fields=["code", "since", "keeper_id", "known_to", "state", "known_from"]),
                    Index(fields=["home_id"]),
                    Index(fields=["resident_id", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "One subject in one indicator of one period, as it was known from when to when.",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="IndicatorReport",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("cadence", WordField(max_length=16)),
                ("since", fields.DateField()),
                ("level", WordField(max_length=16)),
                ("place", TokenField(max_length=26)),
                (
                    "home",
                    fields.ForeignKeyField(
                        "care.Institution",
                        source_field="home_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("county", TokenField(max_length=6)),
                ("status", WordField(max_length=16)),
                ("below_open", fields.IntField(default=0)),
                ("edition", fields.SmallIntField(default=0)),
                ("due_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("told_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "indicator_report",
                "app": "care",
                "unique_together": (("cadence", "since", "level", "place"),),
                "indexes": [
                    Index(fields=["home_id", "status"]),
                    Index(fields=["status", "level", "due_at"]),
                    Index(fields=["cadence", "since", "county"]),
                ],
                "pk_attr": "id",
                "table_description": "One period's figures of one home, one county or the city: open or frozen.",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="IndicatorEdition",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "report",
                    fields.ForeignKeyField(
                        "care.IndicatorReport",
                        source_field="report_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("number", fields.SmallIntField()),
                ("known_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "frozen_by",
                    fields.ForeignKeyField(
                        "care.Account",
                        source_field="frozen_by_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("parts", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ("on_behalf", fields.CharField(default="", max_length=200)),
                ("reopened_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "reopened_by",
                    fields.ForeignKeyField(
                        "care.Account",
                        source_field="reopened_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("reopen_reason", fields.CharField(default="", max_length=200)),
            ],
            options={
                "table": "indicator_edition",
                "app": "care",
                "unique_together": (("report", "number"),),
                "indexes": [Index(fields=["frozen_by_id"]), Index(fields=["reopened_by_id"])],
                "pk_attr": "id",
                "table_description": "One freezing of one report, and its reopening if there was one. The facts known at `known_at` give its values again.",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="IndicatorValue",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "edition",
                    fields.ForeignKeyField(
                        "care.IndicatorEdition",
                        source_field="edition_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("code", TokenField(max_length=20)),
                ("version", fields.SmallIntField()),
                ("met", fields.BigIntField()),
                ("counted", fields.BigIntField()),
                ("excluded", fields.BigIntField()),
                ("target", fields.IntField(null=True)),
                ("numbers", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={
                "table": "indicator_value",
                "app": "care",
                "unique_together": (("edition", "code", "version"),),
                "pk_attr": "id",
                "table_description": "One figure of one edition. It never changes.",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="ProjectReport",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("task", TokenField(max_length=20)),
                ("edition", TokenField(max_length=16)),
                ("year", fields.SmallIntField()),
                ("percent", fields.SmallIntField()),
                ("words", fields.CharField(max_length=500)),
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
                (
                    "reported_by",
                    fields.ForeignKeyField(
                        "care.Account",
                        source_field="reported_by_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("shown", fields.SmallIntField(null=True)),
                ("files", fields.SmallIntField(default=0)),
            ],
            options={
                "table": "project_report",
                "app": "care",
                "indexes": [
                    Index(fields=["year", "task", "id"]),
                    Index(fields=["institution_id"]),
                    Index(fields=["reported_by_id"]),
                ],
                "pk_attr": "id",
                "table_description": "What a responsible unit says of one task; the newest holds, the older stay.",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="ProjectEvidence",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "report",
                    fields.ForeignKeyField(
                        "care.ProjectReport",
                        source_field="report_id",
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
                "table": "project_evidence",
                "app": "care",
                "unique_together": (("report", "number"),),
                "indexes": [Index(fields=["added_by_id"])],
                "pk_attr": "id",
                "table_description": "A file that shows it, sealed to its report.",
            },
            bases=["Table"],
        ),
    ]
