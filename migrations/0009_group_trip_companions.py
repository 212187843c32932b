from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("care", "0008_the_alliance")]

    initial = False

    operations = [
        ops.AddField(
            model_name="GroupTrip",
            name="companions",
            field=fields.SmallIntField(null=True),
        ),
    ]
