from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from server.kit.tables import TokenField, UtcDatetimeField, WordField
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("care", "0006_board_counts")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Assessment",
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
                ("questionnaire", TokenField(max_length=32)),
                ("version", TokenField(max_length=16)),
                ("category", WordField(max_length=32)),
                ("reason", WordField(max_length=32)),
                ("status", WordField(max_length=32)),
                ("live_key", TokenField(null=True, unique=True, max_length=64)),
                ("answers", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ("score", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ("assessed_on", fields.DateField(null=True)),
                (
                    "begun_by",
                    fields.ForeignKeyField(
                        "care.Account",
                        source_field="begun_by_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "first_by",
                    fields.ForeignKeyField(
                        "care.Account",
                        source_field="first_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("first_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("first_clinical", fields.BooleanField(default=False)),
                (
                    "second_by",
                    fields.ForeignKeyField(
                        "care.Account",
                        source_field="second_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("second_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("final_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("level", fields.SmallIntField(null=True)),
                ("valid_until", fields.DateField(null=True)),
                ("entry_uid", TokenField(null=True, max_length=26)),
                (
                    "replaced_by",
                    fields.ForeignKeyField(
                        "care.Assessment",
                        source_field="replaced_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("returned", fields.CharField(default="", max_length=200)),
                ("changed_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("edits", fields.IntField(default=0)),
                ("expiring_told_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "assessment",
                "app": "care",
                "indexes": [
                    Index(fields=["resident_id", "questionnaire", "status", "valid_until"]),
                    Index(fields=["institution_id", "status", "changed_at"]),
                    Index(fields=["entry_uid"]),
                    Index(fields=["status", "changed_at"]),
                    Index(fields=["status", "expiring_told_at", "valid_until"]),
                    Index(fields=["begun_by"]),
                    Index(fields=["first_by"]),
                    Index(fields=["second_by"]),
                    Index(fields=["replaced_by"]),
                ],
                "pk_attr": "id",
                "table_description": "One sheet about one resident, from the first stroke to its result. Of two assessors, who agreed with whom.",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="AssessmentDispute",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "assessment",
                    fields.ForeignKeyField(
                        "care.Assessment",
                        source_field="assessment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "raised_by",
                    fields.ForeignKeyField(
                        "care.Account",
                        source_field="raised_by_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("text", fields.CharField(max_length=500)),
                ("status", WordField(max_length=32)),
                ("due_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("overdue_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
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
                "table": "assessment_dispute",
                "app": "care",
                "indexes": [
                    Index(fields=["assessment_id", "status"]),
                    Index(fields=["status", "due_at"]),
                    Index(fields=["raised_by"]),
                    Index(fields=["decided_by"]),
                ],
                "pk_attr": "id",
                "table_description": "Somebody says that a result is not right. Answered with reasons, or by assessing anew.",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="CareLevel",
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
                    "assessment",
                    fields.ForeignKeyField(
                        "care.Assessment",
                        source_field="assessment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("grade", WordField(max_length=32)),
                ("package", TokenField(max_length=32)),
                ("visits_a_month", fields.SmallIntField()),
                ("diagnoses", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ("rules_version", TokenField(max_length=16)),
                ("since", fields.DateField()),
                ("until", fields.DateField(null=True)),
                ("current_key", TokenField(null=True, unique=True, max_length=20)),
            ],
            options={
                "table": "care_level",
                "app": "care",
                "indexes": [Index(fields=["resident_id", "current_key"]), Index(fields=["assessment_id"])],
                "pk_attr": "id",
                "table_description": "医护分级 as one result gave it, and by which version of the table; one of a resident holds.",
            },
            bases=["Table"],
        ),
    ]
