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
            name="Referral",
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
                    "lower",
                    fields.ForeignKeyField(
                        "care.Institution",
                        source_field="lower_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "upper",
                    fields.ForeignKeyField(
                        "care.Institution",
                        source_field="upper_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "owner",
                    fields.ForeignKeyField(
                        "care.Institution",
                        source_field="owner_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("direction", WordField(max_length=32)),
                ("urgency", WordField(max_length=32)),
                ("status", WordField(max_length=32)),
                ("next_deadline", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("escalated_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("code", TokenField(unique=True, max_length=16)),
                ("department", fields.CharField(default="", max_length=60)),
                ("contact", fields.CharField(default="", max_length=60)),
                ("check_list", TokenField(max_length=16)),
                ("criteria", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ("out_slip", TokenField(null=True, max_length=26)),
                ("back_slip", TokenField(null=True, max_length=26)),
                ("chosen", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ("come_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("come_to", fields.CharField(default="", max_length=100)),
                (
                    "appointment",
                    fields.ForeignKeyField(
                        "care.Appointment",
                        source_field="appointment_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("reason", fields.CharField(null=True, max_length=200)),
                ("moves", fields.IntField(default=0)),
                (
                    "written_by",
                    fields.ForeignKeyField(
                        "care.Account",
                        source_field="written_by_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("sent_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("received_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("readable_until", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("open_key", TokenField(null=True, unique=True, max_length=64)),
            ],
            options={
                "table": "referral",
                "app": "care",
                "indexes": [
                    Index(fields=["resident_id", "id"]),
                    Index(fields=["lower_id", "status", "created_at"]),
                    Index(fields=["upper_id", "status", "created_at"]),
                    Index(fields=["owner_id", "next_deadline"]),
                    Index(fields=["next_deadline", "escalated_at"]),
                    Index(fields=["appointment_id"]),
                    Index(fields=["written_by_id"]),
                ],
                "pk_attr": "id",
                "table_description": "One resident on the way between two institutions; whose turn it is stands in `owner` (I30).",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="ReferralEscalation",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "referral",
                    fields.ForeignKeyField(
                        "care.Referral",
                        source_field="referral_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
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
                ("status", WordField(max_length=32)),
                ("missed", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("settled_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "settled_by",
                    fields.ForeignKeyField(
                        "care.Account",
                        source_field="settled_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("remark", fields.CharField(null=True, max_length=200)),
                ("open_key", TokenField(null=True, unique=True, max_length=20)),
            ],
            options={
                "table": "referral_escalation",
                "app": "care",
                "indexes": [
                    Index(fields=["referral_id", "id"]),
                    Index(fields=["settled_at", "created_at"]),
                    Index(fields=["owner_id"]),
                    Index(fields=["settled_by_id"]),
                ],
                "pk_attr": "id",
                "table_description": "A deadline that passed with nobody moving; open until somebody moves, or the bureau gives another date (I30).",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="ReferralFollowUp",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "referral",
                    fields.ForeignKeyField(
                        "care.Referral",
                        source_field="referral_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
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
                ("status", WordField(max_length=32)),
                ("due_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("done_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "done_by",
                    fields.ForeignKeyField(
                        "care.Account",
                        source_field="done_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("outcome", WordField(null=True, max_length=32)),
                ("entry_uid", TokenField(null=True, max_length=26)),
                ("reason", fields.CharField(null=True, max_length=200)),
            ],
            options={
                "table": "referral_follow_up",
                "app": "care",
                "unique_together": (("referral",),),
                "indexes": [
                    Index(fields=["status", "due_at"]),
                    Index(fields=["owner_id", "status", "due_at"]),
                    Index(fields=["resident_id", "id"]),
                    Index(fields=["done_by_id"]),
                ],
                "pk_attr": "id",
                "table_description": "Within two weeks of an urgent referral somebody asks how it went; owed by who referred.",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="ReferralPacket",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "referral",
                    fields.ForeignKeyField(
                        "care.Referral",
                        source_field="referral_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("way", WordField(max_length=32)),
                ("number", fields.SmallIntField()),
                (
                    "recipient",
                    fields.ForeignKeyField(
                        "care.Institution",
                        source_field="recipient_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("entries", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("digest", TokenField(max_length=64)),
                (
                    "sent_by",
                    fields.ForeignKeyField(
                        "care.Account",
                        source_field="sent_by_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "referral_packet",
                "app": "care",
                "unique_together": (("referral", "number"),),
                "indexes": [Index(fields=["recipient_id", "id"]), Index(fields=["sent_by_id"])],
                "pk_attr": "id",
                "table_description": "One sending: to whom, what, and the digest of exactly that. The newest to a recipient is the one that they read.",
            },
            bases=["Table"],
        ),
        ops.AddField(
            model_name="CareStateChange",
            name="nursing_key",
            field=TokenField(null=True, unique=True, max_length=40),
        ),
    ]
