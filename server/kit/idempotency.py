"""A write that is sent twice happens once: its answer is kept beside what it did, in the same transaction.

A phone's refusal is kept as well (`refusals`): its key is spent on the first word that was said under it, yes or no.
"""

from dataclasses import dataclass
from typing import Any

from tortoise import fields

from server.kit import plain
from server.kit.errors import KeyReused, Kind, RefusedBefore
from server.kit.tables import Table, TokenField


@dataclass(frozen=True)
class RequestKey:
    """Who sent it, the key the client chose, and a digest of what was asked."""

    account_id: int
    key: str
    fingerprint: str


class Answered(Exception):
    """The same request was answered before; `answer` is that answer in wire form."""

    def __init__(self, answer: Any) -> None:
        super().__init__("answered before")
        self.answer = answer


class AnsweredRequest(Table):
    account_id = fields.BigIntField()
    key = TokenField(max_length=64)
    fingerprint = TokenField(max_length=64)
    answer = fields.TextField(null=True)
    refusal = fields.TextField(null=True)  # instead of an answer

    class Meta:
        table = "answered_request"
        unique_together = (("account_id", "key"),)
        indexes = (("created_at",),)


async def answer_given(request: RequestKey) -> None:
    """Raise what this request was told before, `Answered` or `RefusedBefore`; `KeyReused` if its key was spent on another."""
    row = await AnsweredRequest.get_or_none(account_id=request.account_id, key=request.key)
    if row is None:
        return
    if row.fingerprint != request.fingerprint:
        raise KeyReused
    if row.refusal is not None:
        said = plain.loads(row.refusal)
        raise RefusedBefore(**{**said, "kind": Kind(said["kind"])})
    raise Answered(plain.loads(row.answer or "null"))


async def forget_answers(*, account_id: int, but: RequestKey | None) -> None:
    """Delete what an account was answered, but for the request that is being answered now."""
    rows = AnsweredRequest.filter(account_id=account_id)
    await (rows.exclude(key=but.key) if but else rows).delete()
