from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("care", "0008_the_alliance")]

    initial = False

    operations = [
        ops.RemoveIndex(
            model_name="ChronicEpisode",
            name=None,
            fields=["status", "next_on"],
        ),
        ops.RemoveIndex(
            model_name="ChronicEpisode",
            name=None,
            fields=["status", "check_back_by"],
        ),
        ops.AddIndex(
            model_name="ChronicEpisode",
            index=Index(fields=["status", "overdue_said", "next_on"]),
        ),
        ops.AddIndex(
            model_name="ChronicEpisode",
            index=Index(fields=["status", "unasked_said", "check_back_by"]),
        ),
        ops.AddIndex(
            model_name="ChronicEpisode",
            index=Index(fields=["status", "last_on", "enrolled_on"]),
        ),
    ]
