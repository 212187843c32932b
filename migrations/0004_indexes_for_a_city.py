from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("care", "0003_the_console_at_work")]

    initial = False

    # The new ones first: MariaDB keeps no foreign key without an index that begins with it.
    operations = [
        ops.AddIndex(
            model_name="Appointment",
            index=Index(fields=["created_at"]),
        ),
        ops.AddIndex(
            model_name="AuditEntry",
            index=Index(fields=["institution_id", "id", "account_id", "action"]),
        ),
        ops.AddIndex(
            model_name="Consent",
            index=Index(fields=["recipient_id", "status", "until", "decided_at"]),
        ),
        ops.AddIndex(
            model_name="Consent",
            index=Index(fields=["recipient_id", "status", "created_at"]),
        ),
        ops.AddIndex(
            model_name="Consent",
            index=Index(fields=["created_at", "id", "recipient_id", "resident_id"]),
        ),
        ops.AddIndex(
            model_name="ProxyGrant",
            index=Index(fields=["status", "review_at"]),
        ),
        ops.AddIndex(
            model_name="Rating",
            index=Index(
                fields=[
                    "subject_id",
                    "capacity",
                    "own_staff",
                    "score",
                    "counts_from",
                    "taken_back_at",
                    "voided_at",
                ]
            ),
        ),
        ops.AddIndex(
            model_name="Resident",
            index=Index(fields=["merged_into_id", "home_id", "created_at"]),
        ),
        ops.AddIndex(
            model_name="Resident",
            index=Index(fields=["merged_into_id", "home_id", "care_state", "bed"]),
        ),
        ops.AddIndex(
            model_name="Resident",
            index=Index(fields=["merged_into_id", "home_id", "bed", "name"]),
        ),
        ops.RemoveIndex(
            model_name="AuditEntry",
            name=None,
            fields=["institution_id", "id"],
        ),
        ops.RemoveIndex(
            model_name="Resident",
            name=None,
            fields=["merged_into_id"],
        ),
    ]
