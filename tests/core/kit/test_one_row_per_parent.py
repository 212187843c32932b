"""Where a table says that a parent has one row of it, the database holds it to that."""

from typing import Any

import pytest
from tortoise.fields.relational import ForeignKeyFieldInstance, OneToOneFieldInstance
from tortoise.models import Model

from server.consent.models import Consent, ConsentSignature
from server.demo import Town
from server.feedback.models import Rating, RatingReply
from server.identity.models import Account, ConsoleCredential
from server.kit.database import is_duplicate
from server.kit.tables import belongs_to
from server.notifications.models import QuietPreference
from server.people.models import Resident
from server.workload.models import WorkloadLine
from server.workload.rules import LineKind
from tests.schema import tables


def only_children() -> set[tuple[str, str]]:
    """Return every table and parent of which it says so, by either of the two ways."""
    found = set()
    for table in tables():
        alone = {names[0] for names in table._meta.unique_together or () if len(names) == 1}
        for name, field in table._meta.fields_map.items():
            one_to_one = isinstance(field, OneToOneFieldInstance)
            if one_to_one or (isinstance(field, ForeignKeyFieldInstance) and name in alone):
                found.add((table.__name__, name))
    return found


async def refused(*rows: Model) -> bool:
    for row in rows[:-1]:
        await row.save()
    try:
        await rows[-1].save()
    except Exception as error:
        if is_duplicate(error):
            return True
        raise
    return False


def credential(account: Account, login: str, now: Any) -> ConsoleCredential:
    return ConsoleCredential(
        account=account, login=login, password_hash="x", totp_sealed=b"x", created_at=now
    )


class TestTheDatabaseRefusesASecond:
    def test_wherever_one_is_promised(self) -> None:
        assert only_children() == {
            ("ConsentSignature", "consent"), ("ConsoleCredential", "account"), ("LedgerEntry", "reverses"),
            ("QuietPreference", "account"), ("RatingReply", "rating"), ("ReferralFollowUp", "referral"), ("Resident", "account"),
            ("WorkloadLine", "reverses"),
        }  # fmt: skip

    async def test_credential_of_an_account(self, town: Town, clock: Any) -> None:
        account = Account(name="试", created_at=clock())
        await account.save()

        assert await refused(
            credential(account, "first.one", clock()), credential(account, "second.one", clock())
        )

    async def test_signature_of_a_consent(self, town: Town, clock: Any) -> None:
        consent = await Consent.get(uid=town.consent.wang_yihe)
        says = {
            "text_version": "1",
            "text_hash": "0" * 64,
            "sealed": b"x",
            "digest": "0" * 64,
            "created_at": clock(),
        }

        assert await refused(*[ConsentSignature(consent=consent, **says) for _ in range(2)])

    async def test_quiet_preference_of_an_account(self, town: Town, clock: Any) -> None:
        account = await Account.get(uid=town.identity.accounts["stranger"])
        rows = [
            QuietPreference(account=account, starts_minute=0, ends_minute=1, created_at=clock())
            for _ in range(2)
        ]

        assert await refused(*rows)

    async def test_reply_to_a_rating(self, town: Town, clock: Any) -> None:
        rating, author = await Rating.all().first(), await Account.get(uid=town.identity.accounts["he"])
        await RatingReply.all().delete()

        assert await refused(
            *[RatingReply(rating=rating, text="谢谢", author=author, created_at=clock()) for _ in range(2)]
        )

    async def test_resident_of_an_account(self, town: Town, clock: Any) -> None:
        hers = await Resident.get(uid=town.people.wang)

        assert await refused(
            Resident(
                name="王桂兰", birth_date=hers.birth_date, account_id=hers.account_id, created_at=clock()
            )
        )

    async def test_line_that_takes_back_a_credit_of_work(self, town: Town, clock: Any) -> None:
        credit = await WorkloadLine.get(visit_uid=town.visits.confirmed)
        same = {name: getattr(credit, name) for name in (
            "month_id", "account_id", "home_id", "visit_uid", "item_uid", "service", "service_name", "on_day", "role",
            "item_weight", "role_weight", "place_weight",
        )}  # fmt: skip
        back = {**same, "kind": LineKind.REVERSAL, "points": -credit.points, "reverses_id": credit.id}

        assert await refused(*[WorkloadLine(**back, created_at=clock()) for _ in range(2)])


class TestUniqueOnAForeignKey:
    def test_is_refused_because_it_would_be_dropped(self) -> None:
        with pytest.raises(TypeError, match="unique_together"):
            belongs_to("care.Account", unique=True)
