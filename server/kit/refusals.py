"""A refusal spends its key: of two copies of one request, neither undoes what was said to the other.

A phone that hears nothing sends its request again, and another process answers. The first copy may still wait in the one
that stood still or was crowded. If the second was told that there is no seat, the first must not find one later: its
owner has gone on, and would hold a seat that nobody told them of.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.transactions import in_transaction

from server.kit import plain
from server.kit.database import is_duplicate, is_transient
from server.kit.errors import Busy, DomainError, KeyReused, Kind, RefusedBefore
from server.kit.idempotency import Answered, AnsweredRequest, RequestKey, answer_given
from server.kit.together import Together
from server.kit.transactions import until_it_commits

# What stays as it is until something else happens; who is asked to sign in or to wait sends the same request again.
FINAL = frozenset({Kind.INVALID, Kind.FORBIDDEN, Kind.NOT_FOUND, Kind.CONFLICT})
MOST = 64


@dataclass(frozen=True)
class _Refused:
    request: RequestKey
    said: str
    now: datetime

    def row(self) -> AnsweredRequest:
        return AnsweredRequest(
            account_id=self.request.account_id,
            key=self.request.key,
            fingerprint=self.request.fingerprint,
            refusal=self.said,
            created_at=self.now,
        )


async def keep_refusal(request: RequestKey, refusal: DomainError, *, now: datetime) -> None:
    """Spend the key on a refusal, if that is final; raise what a copy of the request was told first."""
    if refusal.kind not in FINAL or isinstance(refusal, KeyReused | RefusedBefore):
        return
    said = {
        "code": refusal.code,
        "kind": refusal.kind,
        "sentence": refusal.sentence,
        "fields": dict(refusal.fields),
    }
    await _keep(_Refused(request, plain.dumps(said).decode(), now))


async def _write_together(refused: Sequence[_Refused]) -> Sequence[Exception | None]:
    """Keep them in one transaction; in a crowd most are refused at the same time, by the same slot."""
    if len(refused) > 1:
        try:
            async with in_transaction():
                await AnsweredRequest.bulk_create([each.row() for each in refused])
        except Exception as error:
            if not (is_duplicate(error) or is_transient(error)):
                raise
        else:
            return [None] * len(refused)
    alone = (_write_alone(each) for each in refused)
    return await asyncio.gather(*alone)  # noqa: TID251  each in a transaction of its own


async def _write_alone(refused: _Refused) -> Exception | None:
    try:
        await until_it_commits(lambda: refused.row().save())
    except Exception as error:  # noqa: BLE001  it is raised where its request waits
        return await _told_first(refused.request) if is_duplicate(error) else error
    return None


async def _told_first(request: RequestKey) -> Exception:
    try:
        await answer_given(request)
    except (Answered, DomainError) as told:
        return told
    return Busy()  # forgotten between two looks: ask again


_keep: Together[_Refused, None] = Together(_write_together, most=MOST)
