"""Small tables for the engines' tests."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from server.kit.tables import TokenField, UtcDatetimeField, belongs_to


class Ward(Model):
    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=40)
    code = TokenField(max_length=20, null=True, unique=True)
    booked = fields.IntField(default=0)
    capacity = fields.IntField(default=10)
    opened_at = UtcDatetimeField(null=True)

    class Meta:
        table = "ward"
        constraints = (
            CheckConstraint(check="booked <= capacity", name="ck_ward_booked"),
            UniqueConstraint(fields=("name", "capacity"), name="uq_ward_name_capacity"),
        )
        indexes = (Index(fields=("booked", "capacity"), name="ix_ward_booked"),)


class Bed(Model):
    id = fields.IntField(primary_key=True)
    ward = belongs_to("care.Ward")
    label = fields.CharField(max_length=20)
    digest = fields.BinaryField(null=True)

    class Meta:
        table = "bed"
        unique_together = (("ward_id", "label"),)
