"""The access trail: one line for every answer that showed somebody's record, chained per resident."""

from tortoise import fields

from server.kit.tables import Table, TokenField

DIGEST = 64  # hexadecimal digits of SHA-256


class AccessEntry(Table):
    """One line, written once. `mac` covers every column here and the line before it (see `audit.chain`).

    There are no foreign keys on purpose: a line must outlive and must not lock what it speaks of.
    """

    resident_id = fields.BigIntField()
    seq = fields.BigIntField()  # 1, 2, 3 … per resident, without a gap
    account_id = fields.BigIntField()  # who read; 0 for the system itself
    institution_id = fields.BigIntField()  # for whom they read; 0 for a resident or relative
    channel = fields.CharField(max_length=16)
    request_id = TokenField(max_length=36)
    purpose = fields.CharField(max_length=32)
    basis = fields.CharField(max_length=16)
    basis_uid = TokenField(max_length=26)  # the consent, proxy grant or emergency read; empty for the others
    what = fields.CharField(max_length=64)  # "records.timeline"
    categories = fields.CharField(max_length=255)  # sorted words, separated by commas
    count = fields.IntField()  # record entries returned
    previous = TokenField(max_length=DIGEST)
    mac = TokenField(max_length=DIGEST)

    class Meta:
        table = "access_entry"
        unique_together = (("resident_id", "seq"),)
        indexes = (("account_id", "id"), ("institution_id", "id"))


class AccessChainHead(Table):
    """The last line of one resident's chain, and the guard row of everything that decides who may read it.

    `rights` is raised in the transaction of every consent or withdrawal. A read notes it before it asks what it
    may see and gives it back when its line is written: one conditional UPDATE of this row then proves that
    nothing changed in between, also on several database nodes (reliability 1.3).
    """

    resident_id = fields.BigIntField(unique=True)
    seq = fields.BigIntField(default=0)
    mac = TokenField(max_length=DIGEST, default="")
    rights = fields.BigIntField(default=0)

    class Meta:
        table = "access_chain_head"
