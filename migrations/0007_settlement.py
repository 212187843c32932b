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
            name="CatalogueItem",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("code", TokenField(max_length=40)),
                ("version", fields.SmallIntField()),
                ("name", fields.CharField(max_length=80)),
                ("category", WordField(max_length=32)),
                ("unit", fields.CharField(max_length=10)),
                ("price", fields.BigIntField()),
                ("funding", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("clause", fields.CharField(max_length=200)),
                ("confidence", fields.CharField(max_length=10)),
                ("effective_from", fields.DateField()),
                ("withdrawn", fields.BooleanField(default=False)),
            ],
            options={
                "table": "catalogue_item",
                "app": "care",
                "unique_together": (("code", "version"),),
                "pk_attr": "id",
                "table_description": "One version of one service that may be billed (A03); a change is a new version from a day on.",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="Statement",
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
                ("month", fields.DateField()),
                ("status", WordField(max_length=32)),
                ("in_dispute", fields.SmallIntField(default=0)),
                ("issued_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("answer_due_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("reminded_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("settled_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("paid_on", fields.DateField(null=True)),
                ("bank_reference", fields.CharField(default="", max_length=40)),
            ],
            options={
                "table": "statement",
                "app": "care",
                "unique_together": (("home", "provider", "month"),),
                "indexes": [
                    Index(fields=["provider", "status"]),
                    Index(fields=["month", "status"]),
                    Index(fields=["status", "answer_due_at"]),
                ],
                "pk_attr": "id",
                "table_description": "What one provider asks of one home for one month, or has from others for its residents.",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="LedgerEntry",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("kind", WordField(max_length=32)),
                (
                    "statement",
                    fields.ForeignKeyField(
                        "care.Statement",
                        source_field="statement_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("memo", fields.CharField(max_length=200)),
                (
                    "reverses",
                    fields.OneToOneField(
                        "care.LedgerEntry",
                        source_field="reverses_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "ledger_entry",
                "app": "care",
                "indexes": [Index(fields=["statement"])],
                "pk_attr": "id",
                "table_description": "One transaction: written once, never changed, taken back only by another.",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="LedgerPosting",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "entry",
                    fields.ForeignKeyField(
                        "care.LedgerEntry",
                        source_field="entry_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="postings",
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
                ("account", WordField(max_length=32)),
                ("amount", fields.BigIntField()),
            ],
            options={
                "table": "ledger_posting",
                "app": "care",
                "indexes": [Index(fields=["institution", "account"]), Index(fields=["entry"])],
                "pk_attr": "id",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="StatementLine",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "statement",
                    fields.ForeignKeyField(
                        "care.Statement",
                        source_field="statement_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kind", WordField(max_length=32)),
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
                ("visit_uid", TokenField(null=True, max_length=26)),
                ("service", TokenField(max_length=40)),
                ("service_name", fields.CharField(max_length=80)),
                ("on_day", fields.DateField()),
                ("payer", WordField(null=True, max_length=32)),
                ("amount", fields.BigIntField()),
                ("steps", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ("flag", WordField(null=True, max_length=32)),
                ("status", WordField(max_length=32)),
                ("reason", fields.CharField(default="", max_length=200)),
                ("answer", fields.CharField(default="", max_length=200)),
                ("ruling", fields.CharField(default="", max_length=200)),
                ("claim_key", TokenField(null=True, unique=True, max_length=80)),
                (
                    "reverses",
                    fields.ForeignKeyField(
                        "care.StatementLine",
                        source_field="reverses_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "statement_line",
                "app": "care",
                "indexes": [
                    Index(fields=["statement", "status"]),
                    Index(fields=["resident", "service", "on_day"]),
                    Index(fields=["statement", "on_day"]),
                    Index(fields=["agreement"]),
                    Index(fields=["reverses"]),
                ],
                "pk_attr": "id",
                "table_description": "One fen's way back: to a service that two institutions attested, to a fee they signed, or to the line it takes back.",
            },
            bases=["Table"],
        ),
    ]
