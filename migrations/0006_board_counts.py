from tortoise import migrations
from tortoise.migrations import operations as ops
from server.kit.tables import TokenField, UtcDatetimeField
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("care", "0005_privacy")]

    initial = False

    operations = [
        ops.CreateModel(
            name="RollUp",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("tile", fields.CharField(max_length=32)),
                ("since", fields.DateField()),
                ("institution_id", fields.BigIntField()),
                ("word", fields.CharField(max_length=32)),
                ("count", fields.BigIntField()),
            ],
            options={
                "table": "roll_up",
                "app": "care",
                "unique_together": (("tile", "since", "institution_id", "word"),),
                "pk_attr": "id",
            },
            bases=["Table"],
        ),
        ops.CreateModel(
            name="RollUpPeriod",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("uid", TokenField(unique=True, max_length=26)),
                ("created_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("tile", fields.CharField(max_length=32)),
                ("since", fields.DateField()),
                ("counted_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "roll_up_period",
                "app": "care",
                "unique_together": (("tile", "since"),),
                "pk_attr": "id",
                "table_description": "One period of one board's tile, the parent that a count writes to first.",
            },
            bases=["Table"],
        ),
        ops.AddIndex(model_name="Visit", index=Index(fields=["starts_at"])),
    ]
