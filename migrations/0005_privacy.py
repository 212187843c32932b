from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from server.kit.tables import TokenField, UtcDatetimeField, WordField
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("care", "0004_indexes_for_a_city")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Breach",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("what", fields.CharField(max_length=500)),
                ("happened_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("known_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("kinds", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ("people", fields.IntField()),
                ("harm", fields.CharField(max_length=500)),
                ("measures", fields.CharField(max_length=500)),
                ("authority_due_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("people_due_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("status", WordField(max_length=32)),
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
                (
                    "closed_by",
                    fields.ForeignKeyField(
                        "care.Account",
                        source_field="closed_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("closed_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("conclusion", fields.CharField(default="", max_length=500)),
            ],
            options={
                "table": "breach",
                "app": "care",
                "indexes": [
                    Index(fields=["status", "known_at"]),
                    Index(fields=["recorded_by"]),
                    Index(fields=["closed_by"]),
                ],
                "pk_attr": "id",
                "table_description": "An incident: personal information that leaked, was altered or lost, or may have been (PIPL 57).",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="BreachNotice",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "breach",
                    fields.ForeignKeyField(
                        "care.Breach",
                        source_field="breach_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("audience", WordField(max_length=32)),
                ("told_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("how", fields.CharField(max_length=200)),
                (
                    "told_by",
                    fields.ForeignKeyField(
                        "care.Account",
                        source_field="told_by_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "breach_notice",
                "app": "care",
                "indexes": [Index(fields=["breach_id", "id"]), Index(fields=["told_by"])],
                "pk_attr": "id",
                "table_description": "Who was told of an incident, how, when: written once, never changed.",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="Rectification",
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
                    "asked_by",
                    fields.ForeignKeyField(
                        "care.Account",
                        source_field="asked_by_id",
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
                ("subject", WordField(max_length=32)),
                ("entry_uid", TokenField(null=True, max_length=26)),
                ("text", fields.CharField(max_length=500)),
                ("status", WordField(max_length=32)),
                ("due_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "decided_by",
                    fields.ForeignKeyField(
                        "care.Account",
                        source_field="decided_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("decided_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("answer", fields.CharField(default="", max_length=500)),
            ],
            options={
                "table": "rectification",
                "app": "care",
                "indexes": [
                    Index(fields=["institution_id", "status", "due_at"]),
                    Index(fields=["resident_id", "id"]),
                    Index(fields=["asked_by_id", "id"]),
                    Index(fields=["status", "decided_at"]),
                ],
                "pk_attr": "id",
                "table_description": "What somebody says is wrong about a resident, and what the institution that answers for it decided (PIPL 46).",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="RetentionRun",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("clock", TokenField(unique=True, max_length=32)),
                ("due_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("ran_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("removed", fields.IntField(default=0)),
                ("removed_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("removed_ever", fields.BigIntField(default=0)),
            ],
            options={
                "table": "retention_run",
                "app": "care",
                "indexes": [Index(fields=["due_at"])],
                "pk_attr": "id",
                "table_description": "When a retention clock was last gone through, and what that removed; one row per clock.",
            },
            bases=["Table"],
        ),
    ]
