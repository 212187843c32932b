from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("care", "0009_the_alliance_whole")]

    initial = False

    operations = [
        ops.AddField(
            model_name="AnsweredRequest",
            name="refusal",
            field=fields.TextField(null=True, unique=False),
        ),
    ]
