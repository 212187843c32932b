"""Several rows of a list, the same step for each: every row its own transaction, and its own word about what became of it."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Annotated

from pydantic import Field, StringConstraints

from server.authority.actor import Actor
from server.kit.errors import DomainError
from server.kit.idempotency import Answered, RequestKey
from server.web import Ask

# "<uid>|<what the row was called>", as the macro `pick` writes it: the result names every row, the refused ones too.
Pick = Annotated[str, StringConstraints(pattern=r"^[0-7][0-9A-HJKMNP-TV-Z]{25}\|[^\x00-\x1f]{0,80}$")]
Picked = Annotated[list[Pick], Field(min_length=1, max_length=100)]

AGAIN = "刚才已经办过了，没有重复办理。"


@dataclass(frozen=True)
class RowResult:
    title: str
    done: bool
    sentence: str


async def one_by_one(
    ask: Ask, picked: Iterable[str], work: Callable[[Actor, str], Awaitable[str]]
) -> list[RowResult]:
    """Do `work(actor, uid)` for each row; what it returns, or why it was refused, becomes the row's sentence.

    Rows do not share a transaction on purpose: one that is refused must not undo the others. Each carries a key
    of its own, made from the form's, so that a form that is sent twice does nothing twice.
    """
    results = []
    for each in dict.fromkeys(picked):
        uid, title = each.split("|", 1)
        try:
            results.append(RowResult(title, done=True, sentence=await work(_for_row(ask.actor, uid), uid)))
        except Answered:
            results.append(RowResult(title, done=True, sentence=AGAIN))
        except DomainError as refusal:
            results.append(RowResult(title, done=False, sentence=refusal.sentence))
    return results


def _for_row(actor: Actor, uid: str) -> Actor:
    if actor.request_key is None:
        return actor
    key = sha256(f"{actor.request_key.key}|{uid}".encode()).hexdigest()
    return replace(
        actor, request_key=RequestKey(actor.request_key.account_id, key, actor.request_key.fingerprint)
    )
