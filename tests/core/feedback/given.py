"""Services received, scores given, cases opened: what tests of feedback begin with."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from server.alliance.models import Institution
from server.authority.actor import Actor
from server.demo import Town
from server.feedback.actions import Opinion, rate
from server.feedback.models import Rating, RatingToken, TextRevision
from server.feedback.queries import RatingCard
from server.feedback.rules import Capacity, RatingStatus, SourceKind
from server.identity.models import Account
from server.kit.ids import new_uid
from server.people.models import Resident

UNDO = timedelta(minutes=10)


async def token(town: Town, resident: str, subject: str, *, now: datetime) -> str:
    """Give one right to rate, for a service of this morning."""
    row = RatingToken(
        source=SourceKind.APPOINTMENT,
        source_uid=new_uid(),
        resident_id=(await Resident.get(uid=getattr(town.people, resident))).id,
        subject_id=(await Institution.get(uid=getattr(town.alliance, subject))).id,
        served_at=now - timedelta(hours=1),
        expires_at=now + timedelta(days=30),
        created_at=now,
    )
    await row.save()
    return row.uid


async def rating(
    town: Town, who: Actor, resident: str, subject: str, *, score: int = 5, text: str = "", now: datetime
) -> RatingCard:
    uid = await token(town, resident, subject, now=now)
    return await rate(actor=who, token_uid=uid, opinion=Opinion(score, (), text), now=now)


async def many(
    town: Town,
    subject: str,
    scores: Iterable[int],
    *,
    now: datetime,
    capacity: Capacity = Capacity.FAMILY,
    own_staff: bool = False,
    text: str = "",
) -> list[Rating]:
    """Write down scores that count since yesterday, each from a service of its own."""
    yesterday = now - timedelta(days=1)
    resident = await Resident.get(uid=town.people.wang)
    institution = await Institution.get(uid=getattr(town.alliance, subject))
    author = await Account.get(uid=town.identity.accounts["daughter"])
    listed = list(scores)
    tokens = [
        RatingToken(
            source=SourceKind.APPOINTMENT, source_uid=new_uid(), resident_id=resident.id, subject_id=institution.id,
            served_at=yesterday, expires_at=now, status="used", created_at=yesterday,
        )
        for _ in listed
    ]  # fmt: skip
    await RatingToken.bulk_create(tokens)
    ids = dict(await RatingToken.filter(uid__in=[each.uid for each in tokens]).values_list("uid", "id"))
    rows = [
        Rating(
            token_id=ids[each.uid], token_key=each.uid, resident_id=resident.id, subject_id=institution.id,
            author_id=author.id, capacity=capacity, own_staff=own_staff, score=score,
            status=RatingStatus.SCREENING if text else RatingStatus.PUBLISHED, revision=1 if text else 0,
            counts_from=yesterday, settled_at=yesterday, created_at=yesterday,
        )
        for each, score in zip(tokens, listed, strict=True)
    ]  # fmt: skip
    await Rating.bulk_create(rows)
    saved = await Rating.filter(token_key__in=list(ids)).order_by("id")
    if text:
        await TextRevision.bulk_create(
            [
                TextRevision(rating_id=row.id, number=1, text=text, author_id=author.id, created_at=yesterday)
                for row in saved
            ]
        )
    return list(saved)
