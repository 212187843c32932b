from tortoise import migrations
from tortoise.migrations import operations as ops
from server.kit.tables import TokenField, UtcDatetimeField, WordField
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("care", "0008_the_alliance")]

    initial = False

    operations = [
        ops.CreateModel(
            name="TrainingSession",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("course", TokenField(max_length=32)),
                ("course_version", fields.SmallIntField()),
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
                ("open_to", WordField(max_length=32)),
                ("place", fields.CharField(max_length=60)),
                ("trainer", fields.CharField(max_length=40)),
                ("starts_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("ends_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("seats", fields.SmallIntField()),
                ("taken", fields.SmallIntField(default=0)),
                ("status", WordField(max_length=32)),
                ("reason", fields.CharField(null=True, max_length=200)),
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
                ("told_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "training_session",
                "app": "care",
                "indexes": [
                    Index(fields=["institution", "created_at"]),
                    Index(fields=["institution", "starts_at"]),
                    Index(fields=["status", "ends_at"]),
                    Index(fields=["planned_by"]),
                ],
                "pk_attr": "id",
                "table_description": "One course on one day in one room.",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="TrainingAttendance",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "session",
                    fields.ForeignKeyField(
                        "care.TrainingSession",
                        source_field="session_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
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
                ("means", WordField(max_length=32)),
                ("reason", fields.CharField(default="", max_length=200)),
                (
                    "entered_by",
                    fields.ForeignKeyField(
                        "care.Account",
                        source_field="entered_by_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "training_attendance",
                "app": "care",
                "unique_together": (("session", "account"),),
                "indexes": [
                    Index(fields=["account", "session"]),
                    Index(fields=["institution"]),
                    Index(fields=["entered_by"]),
                ],
                "pk_attr": "id",
                "table_description": "Somebody was there: by the trainer's code, or by the word of a second person.",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="WorkloadMonth",
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
                ("month", fields.DateField()),
                ("status", WordField(max_length=32)),
                ("points", fields.BigIntField(null=True)),
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
                ("reminded_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "workload_month",
                "app": "care",
                "unique_together": (("institution", "month"),),
                "indexes": [
                    Index(fields=["status", "month"]),
                    Index(fields=["institution", "created_at"]),
                    Index(fields=["closed_by"]),
                ],
                "pk_attr": "id",
                "table_description": "One institution's month; what is booked after it was closed stands in a later one.",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="WorkloadLine",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("kind", WordField(max_length=32)),
                (
                    "month",
                    fields.ForeignKeyField(
                        "care.WorkloadMonth",
                        source_field="month_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
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
                ("visit_uid", TokenField(max_length=26)),
                ("item_uid", TokenField(max_length=26)),
                ("service", TokenField(max_length=40)),
                ("service_name", fields.CharField(max_length=80)),
                ("on_day", fields.DateField()),
                ("role", WordField(max_length=32)),
                ("item_weight", fields.SmallIntField()),
                ("role_weight", fields.SmallIntField()),
                ("place_weight", fields.SmallIntField()),
                ("points", fields.IntField()),
                ("credit_key", TokenField(null=True, unique=True, max_length=40)),
                (
                    "reverses",
                    fields.OneToOneField(
                        "care.WorkloadLine",
                        source_field="reverses_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="taken_back",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "workload_line",
                "app": "care",
                "indexes": [
                    Index(fields=["month", "account"]),
                    Index(fields=["month", "created_at"]),
                    Index(fields=["account", "created_at"]),
                    Index(fields=["visit_uid"]),
                    Index(fields=["home"]),
                ],
                "pk_attr": "id",
                "table_description": "One service of one resident, confirmed by both institutions; or the line that takes one back. Never changed.",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="WorkloadVisit",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("visit_uid", TokenField(unique=True, max_length=26)),
                ("version", fields.SmallIntField()),
            ],
            options={
                "table": "workload_visit",
                "app": "care",
                "pk_attr": "id",
                "table_description": "Up to which version a confirmed visit stands in the ledger.",
            },
            bases=["Table"],
        ),
        ops.AddField(
            model_name="RoleGrant",
            name="engagement",
            field=WordField(null=True, max_length=32),
        ),
        ops.AddField(
            model_name="RoleGrant",
            name="note",
            field=fields.CharField(null=True, max_length=200),
        ),
        ops.AddField(
            model_name="RoleGrant",
            name="registration_ends_on",
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name="RoleGrant",
            name="registration_number",
            field=fields.CharField(null=True, max_length=40),
        ),
        ops.AddField(
            model_name="RoleGrant",
            name="reminded_days",
            field=fields.SmallIntField(null=True),
        ),
        ops.AddIndex(
            model_name="RoleGrant",
            index=Index(fields=["registration_ends_on"]),
        ),
        ops.AddIndex(
            model_name="RoleGrant",
            index=Index(fields=["ends_at"]),
        ),
        ops.AddField(
            model_name="TrainingRecord",
            name="attendance_uid",
            field=TokenField(null=True, unique=True, max_length=26),
        ),
        ops.AddField(
            model_name="TrainingRecord",
            name="course",
            field=TokenField(null=True, max_length=32),
        ),
        ops.AddField(
            model_name="TrainingRecord",
            name="course_version",
            field=fields.SmallIntField(null=True),
        ),
        ops.AddField(
            model_name="TrainingRecord",
            name="reminded_days",
            field=fields.SmallIntField(null=True),
        ),
        ops.AddIndex(
            model_name="TrainingRecord",
            index=Index(fields=["expires_on"]),
        ),
        ops.AddIndex(
            model_name="TrainingRecord",
            index=Index(fields=["account", "course"]),
        ),
    ]
