from tortoise import migrations
from tortoise.migrations import operations as ops
from server.kit.tables import UtcDatetimeField


class Migration(migrations.Migration):
    dependencies = [("care", "0008_the_alliance")]

    initial = False

    operations = [
        ops.AddField(
            model_name="StatementLine",
            name="disputed_at",
            field=UtcDatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
