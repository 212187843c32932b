from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from server.kit.tables import TokenField, UtcDatetimeField, WordField
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('care', '0006_board_counts')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ChronicEpisode',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('uid', TokenField(unique=True, max_length=26)),
                ('created_at', UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ('resident', fields.ForeignKeyField('care.Resident', source_field='resident_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('institution', fields.ForeignKeyField('care.Institution', source_field='institution_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('disease', WordField(max_length=32)),
                ('status', WordField(max_length=32)),
                ('enrolled_how', WordField(max_length=32)),
                ('enrolled_on', fields.DateField()),
                ('enrolled_by', fields.ForeignKeyField('care.Account', source_field='enrolled_by_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('diagnosis_uid', TokenField(null=True, max_length=26)),
                ('evidence', fields.CharField(default='', max_length=200)),
                ('last_on', fields.DateField(null=True)),
                ('last_outcome', WordField(null=True, max_length=32)),
                ('last_controlled', fields.BooleanField(null=True)),
                ('next_on', fields.DateField()),
                ('check_back_by', fields.DateField(null=True)),
                ('overdue_said', fields.DateField(null=True)),
                ('unasked_said', fields.DateField(null=True)),
                ('ended_on', fields.DateField(null=True)),
                ('end_reason', WordField(null=True, max_length=32)),
                ('end_note', fields.CharField(default='', max_length=200)),
                ('ended_by', fields.ForeignKeyField('care.Account', source_field='ended_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('touched', fields.BigIntField(default=0)),
                ('live_key', TokenField(null=True, unique=True, max_length=60)),
            ],
            options={'table': 'chronic_episode', 'app': 'care', 'indexes': [Index(fields=['institution_id', 'status', 'next_on']), Index(fields=['institution_id', 'disease', 'enrolled_on']), Index(fields=['resident_id', 'disease']), Index(fields=['status', 'next_on']), Index(fields=['status', 'check_back_by']), Index(fields=['enrolled_by_id'])], 'pk_attr': 'id', 'table_description': "One resident's disease in the hands of one institution; at most one is live (`live_key`)."},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='FollowUp',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('uid', TokenField(unique=True, max_length=26)),
                ('created_at', UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ('episode', fields.ForeignKeyField('care.ChronicEpisode', source_field='episode_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('resident', fields.ForeignKeyField('care.Resident', source_field='resident_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('author', fields.ForeignKeyField('care.Account', source_field='author_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('happened_on', fields.DateField()),
                ('form_code', fields.CharField(max_length=40)),
                ('form_version', fields.CharField(max_length=16)),
                ('answers', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('age', fields.SmallIntField()),
                ('numbers', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('controlled', fields.BooleanField()),
                ('outcome', WordField(max_length=32)),
                ('course', WordField(max_length=32)),
                ('why', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('face_to_face', fields.BooleanField()),
                ('latest_next_on', fields.DateField()),
                ('next_on', fields.DateField()),
                ('check_back_by', fields.DateField(null=True)),
                ('checked_back_at', UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('checked_back_by', fields.ForeignKeyField('care.Account', source_field='checked_back_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('checked_back_note', fields.CharField(default='', max_length=300)),
                ('entry_uid', TokenField(max_length=26)),
                ('entries', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('version', fields.IntField(default=1)),
                ('supersedes', fields.ForeignKeyField('care.FollowUp', source_field='supersedes_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('reason', fields.CharField(default='', max_length=200)),
                ('is_current', fields.BooleanField(default=True)),
                ('day_key', TokenField(null=True, unique=True, max_length=40)),
            ],
            options={'table': 'follow_up', 'app': 'care', 'indexes': [Index(fields=['episode_id', 'is_current', 'happened_on']), Index(fields=['resident_id', 'happened_on']), Index(fields=['entry_uid']), Index(fields=['author_id']), Index(fields=['is_current', 'checked_back_at', 'check_back_by']), Index(fields=['checked_back_by_id'])], 'pk_attr': 'id', 'table_description': 'One version of one follow-up. A correction is a new row; the old one stays and is no longer current.'},
            bases=['Table'],
        ),
    ]
