"""Who may sign, on the page or by hand; what is attached; what keeps its digest: A01, A02, I18."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from server.alliance import actions, queries
from server.alliance.actions import Authorisation
from server.alliance.errors import AuthorisationWrong, PaperTooLarge, PaperUnreadable
from server.alliance.models import AgreementPaper, AgreementSignature, ServiceAgreement, SigningAuthority
from server.alliance.rules import (
    AgreementStatus,
    Attachment,
    Cooperation,
    Fee,
    FeeKind,
    Parties,
    PayCycle,
    Place,
    ServiceItem,
    SigningScope,
    SigningWay,
    content_digest,
    content_faults,
    content_of,
    county_of,
    covers,
    is_on_earth,
    kilometres,
    media_type_of,
    plain_content,
    spare_agreements,
)
from server.audit.models import AuditEntry
from server.authority.actor import Actor
from server.authority.permissions import Role
from server.demo import Town
from server.demo.alliance import GREEN, PATROL
from server.identity.actions import authorise_signer
from server.identity.models import RoleGrant
from server.identity.queries import signers
from server.invariants import faults
from server.kit.clock import local_date
from server.kit.pages import PageWish
from server.kit.scans import LARGEST_PAPER
from tests.core.alliance.test_agreements import drafted, refused

Actors = Callable[[str], Awaitable[Actor]]
DAY = date(2026, 3, 2)
SCAN = b"%PDF-1.4 the page that was signed"


def scope(**differently: Any) -> SigningScope:
    return SigningScope(**{"first_day": DAY, "last_day": DAY + timedelta(days=10), **differently})


class TestScope:
    @pytest.mark.parametrize(
        ("day", "valid"),
        [(-1, False), (0, True), (10, True), (11, False)],
    )
    def test_both_ends_are_within(self, day: int, valid: bool) -> None:
        assert covers(scope(), PATROL, DAY + timedelta(days=day)) is valid

    def test_all_forms_of_the_text_must_be_covered(self) -> None:
        assert covers(scope(cooperation=(Cooperation.PATROL, Cooperation.PRIMARY_CARE)), PATROL, DAY)
        assert not covers(scope(cooperation=(Cooperation.PATROL,)), PATROL, DAY)
        assert covers(scope(cooperation=()), PATROL, DAY)

    @pytest.mark.parametrize(("most", "valid"), [(2999, False), (3000, True), (None, True)])
    def test_no_fee_is_above_the_sum(self, most: int | None, valid: bool) -> None:
        assert covers(scope(most_fen=most), PATROL, DAY) is valid

    def test_nor_is_the_price_of_a_service(self) -> None:
        dear = replace(PATROL, items=(ServiceItem("patrol", "医疗巡诊", price=3001),))
        assert not covers(scope(most_fen=3000), dear, DAY)
        assert covers(scope(most_fen=3001), dear, DAY)


class TestText:
    def test_what_came_later_is_not_mentioned_where_it_was_not_agreed(self) -> None:
        plain = plain_content(PATROL)

        assert "parties" not in plain
        assert "attachments" not in plain
        assert all("fee" not in item for item in plain["items"])
        assert content_of(plain) == PATROL

    def test_an_agreement_of_before_keeps_its_digest(self) -> None:
        """Worked out with the release before this one, over the demo town's text."""
        words = {"home_uscc": "A", "provider_uscc": "B", "version": 1}
        span = {"first_day": date(2026, 1, 1), "last_day": date(2026, 12, 31)}
        assert content_digest(**words, **span, content=PATROL) == OLD_PATROL

    def test_everything_new_comes_back_and_changes_the_digest(self) -> None:
        new = replace(
            PATROL,
            items=(ServiceItem("patrol", "医疗巡诊", fee=FeeKind.HOME_PAYS),),
            parties=Parties("协 1", "浙民备 3", 120, 0, "3302", "执备 7"),
            attachments=(Attachment("价目", "ab" * 32),),
        )
        assert content_of(plain_content(new)) == new
        words = {"home_uscc": "A", "provider_uscc": "B", "version": 1, "first_day": DAY, "last_day": DAY}
        assert content_digest(**words, content=new) != content_digest(
            **words, content=replace(new, attachments=())
        )

    def test_a_green_channel_needs_somebody_who_answers(self) -> None:
        assert "contact_name" in content_faults(replace(GREEN, contacts=()))
        short = replace(GREEN.contacts[0], phone="123456")
        assert "contact_phone" in content_faults(replace(GREEN, contacts=(short,)))
        assert content_faults(GREEN) == {}
        assert "home_beds" in content_faults(replace(PATROL, parties=Parties(home_beds=-1)))


OLD_PATROL = "sha256:38eba40bac6d72bcdaab7b9328fd850a909b262c4934a3019a903185eb5c158f"


class TestPlaces:
    def test_kilometres_as_the_crow_flies(self) -> None:
        shanghai, hangzhou = Place(31.2304, 121.4737), Place(30.2741, 120.1551)

        assert kilometres(shanghai, shanghai) == 0
        assert kilometres(shanghai, hangzhou) == pytest.approx(164.5, abs=1)
        assert kilometres(Place(0, 179.9), Place(0, -179.9)) == pytest.approx(22.2, abs=0.1)
        assert kilometres(Place(90, 0), Place(-90, 0)) == pytest.approx(20015, abs=1)

    def test_a_place_is_on_earth(self) -> None:
        assert is_on_earth(90, 180)
        assert not is_on_earth(90.1, 0)
        assert not is_on_earth(0, -180.1)

    def test_district_and_room_left(self) -> None:
        assert county_of("52330281MJ87000014") == "330281"
        assert spare_agreements(clinicians=3, each=2, held=5) == 1
        assert spare_agreements(clinicians=1, each=2, held=5) == 0


class TestScans:
    def test_are_known_by_their_beginning(self) -> None:
        assert media_type_of(SCAN) == "application/pdf"
        with pytest.raises(PaperUnreadable):
            media_type_of(b"MZ")
        with pytest.raises(PaperTooLarge):
            media_type_of(SCAN + b" " * LARGEST_PAPER)


async def proposed(actors: Actors, town: Town, now: Any, **differently: Any) -> queries.AgreementCard:
    card = await drafted(actors, town, now, **differently)
    return await actions.propose_agreement(actor=await actors("he"), uid=card.uid, now=now)


class TestSigning:
    async def test_under_an_authorisation_which_the_signature_names(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        now, card = clock(), await proposed(actor, town, clock())

        await actions.sign_agreement(
            actor=await actor("he"), uid=card.uid, content_hash=card.content_hash, now=now
        )

        row = await AgreementSignature.get(agreement__uid=card.uid).select_related("authority")
        assert row.authority is not None
        assert (row.authority.uid, row.authority.times_used, row.way) == (
            town.signing.he,
            1,
            SigningWay.ELECTRONIC,
        )
        assert await faults(now=now) == []

    @pytest.mark.parametrize(
        "changes",
        [
            {"last_day": DAY - timedelta(days=1)},
            {"first_day": DAY + timedelta(days=1)},
            {"cooperation": ["patrol"]},
            {"account_id": 0},
            {"revoked_at": "now"},
        ],
        ids=["over", "not yet", "another form", "another person", "taken back"],
    )
    async def test_is_refused_without_one_that_covers_it(
        self, town: Town, actor: Actors, clock: Any, changes: dict[str, Any]
    ) -> None:
        now, he = clock(), await actor("he")
        card = await proposed(actor, town, now)
        said = {name: now if value == "now" else value for name, value in changes.items()}
        await SigningAuthority.filter(uid=town.signing.he).update(**said)

        await refused(
            "alliance.not_authorised",
            actions.sign_agreement(actor=he, uid=card.uid, content_hash=card.content_hash, now=now),
        )
        row = await ServiceAgreement.get(uid=card.uid)
        assert row.status is AgreementStatus.PROPOSED

    async def test_an_authorisation_of_the_other_side_is_none(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        card = await proposed(actor, town, clock())
        row = await ServiceAgreement.get(uid=card.uid)
        await SigningAuthority.filter(uid=town.signing.he).update(institution_id=row.provider_id)

        await refused(
            "alliance.not_authorised",
            actions.sign_agreement(
                actor=await actor("he"), uid=card.uid, content_hash=card.content_hash, now=clock()
            ),
        )

    async def test_by_hand_needs_none_and_keeps_the_scan(self, town: Town, actor: Actors, clock: Any) -> None:
        now, he = clock(), await actor("he")
        card = await proposed(actor, town, now)
        await SigningAuthority.filter(uid=town.signing.he).update(revoked_at=now)
        words = {"uid": card.uid, "signer": "何静", "scan": SCAN, "now": now}

        await refused(
            "alliance.agreement_changed",
            actions.sign_on_paper(actor=he, content_hash="sha256:" + "0" * 64, **words),
        )
        await actions.sign_on_paper(actor=he, content_hash=card.content_hash, **words)
        await actions.sign_agreement(
            actor=await actor("sun"), uid=card.uid, content_hash=card.content_hash, now=now
        )
        filed = await actions.file_agreement(
            actor=await actor("tang"), uid=card.uid, filing_number="A9", now=now
        )

        sheet = await queries.agreement_sheet(actor=he, uid=card.uid, now=now)
        stored = await AgreementPaper.get(agreement__uid=card.uid)
        assert filed.status is AgreementStatus.ACTIVE
        assert [(each.way, each.signer) for each in sheet.signatures] == [
            ("paper", "何静"),
            ("electronic", ""),
        ]
        assert SCAN not in bytes(stored.sealed)
        file = await queries.agreement_paper(actor=he, uid=card.uid, paper_uid=stored.uid, now=now)
        assert (file.content, file.media_type, file.name) == (SCAN, "application/pdf", "何静签署页.pdf")
        assert await AuditEntry.filter(action="alliance.paper_read", subject_uid=card.uid).count() == 1
        assert await faults(now=now) == []


class TestAttachments:
    async def test_are_part_of_what_is_signed_and_survive_a_revision(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        now, he = clock(), await actor("he")
        card = await drafted(actor, town, now)

        attached = await actions.attach_paper(actor=he, uid=card.uid, name="价目", scan=SCAN, now=now)
        revised = await actions.revise_draft(
            actor=he, uid=card.uid, first_day=card.first_day, last_day=card.last_day, content=PATROL, now=now
        )
        sheet = await queries.agreement_sheet(actor=he, uid=card.uid, now=now)
        await actions.propose_agreement(actor=he, uid=card.uid, now=now)

        assert len({card.content_hash, attached.content_hash, revised.content_hash}) == 3
        assert [each.digest for each in sheet.content.attachments] == [each.digest for each in sheet.papers]
        await refused(
            "kit.illegal_move",
            actions.attach_paper(actor=he, uid=card.uid, name="后加的", scan=SCAN, now=now),
        )

    async def test_are_no_more_than_twelve(self, town: Town, actor: Actors, clock: Any) -> None:
        now, he = clock(), await actor("he")
        card = await drafted(actor, town, now)
        words = {"actor": he, "uid": card.uid, "name": "附件", "scan": SCAN, "now": now}
        for _ in range(12):
            await actions.attach_paper(**words)

        await refused("alliance.too_many_papers", actions.attach_paper(**words))

        card = await actions.propose_agreement(actor=words["actor"], uid=words["uid"], now=words["now"])
        await actions.sign_on_paper(
            actor=words["actor"], uid=card.uid, content_hash=card.content_hash, signer="何院长", scan=SCAN,
            now=words["now"],
        )  # fmt: skip
        assert await AgreementPaper.filter(agreement__uid=card.uid).count() == 13


class TestAuthorising:
    async def test_a_colleague_registers_and_takes_back(self, town: Town, actor: Actors, clock: Any) -> None:
        now, he, jin = clock(), await actor("he"), await actor("jin")
        words = {"account_uid": town.identity.accounts["jin"], "institution_uid": town.alliance.yihe}
        given = Authorisation("授权 9", scope(last_day=local_date(now)))

        uid = await authorise_signer(actor=he, given=given, now=now, **words)
        await actions.revoke_authority(actor=jin, uid=uid, reason="换人了", now=now)
        await refused(
            "alliance.authorisation_over",
            actions.revoke_authority(actor=he, uid=uid, reason="换人了", now=now),
        )

        board = await signers(actor=he, wish=PageWish(), now=now)
        card = next(each for each in board.page.items if each.uid == uid)
        assert (card.name, card.in_force, card.reason) == ("金萍", False, "换人了")
        assert [each.words for each in board.choices] == ["金萍（云桥市颐和养老院）"]

    async def test_nobody_registers_their_own_nor_for_others(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        now, he = clock(), await actor("he")
        accounts, given = town.identity.accounts, Authorisation("授权 9", scope())

        async def register(key: str, house: str) -> None:
            await authorise_signer(
                actor=he,
                account_uid=accounts[key],
                institution_uid=getattr(town.alliance, house),
                given=given,
                now=now,
            )

        await refused("alliance.authorised_oneself", register("he", "yihe"))
        await refused("kit.not_found", register("song", "songhe"))
        await refused("kit.not_found", register("nurse", "yihe"))
        await refused(
            "kit.not_found",
            actions.revoke_authority(actor=await actor("feng"), uid=town.signing.he, reason="x", now=now),
        )

    async def test_a_term_that_is_over_is_refused(self, town: Town, actor: Actors, clock: Any) -> None:
        given = Authorisation("授权 9", scope(first_day=DAY, last_day=DAY - timedelta(days=1)))
        await refused(
            "alliance.authorisation_wrong",
            authorise_signer(
                actor=await actor("he"),
                account_uid=town.identity.accounts["jin"],
                institution_uid=town.alliance.yihe,
                given=given,
                now=clock(),
            ),
        )

    async def test_a_sum_below_nought_is_refused_where_it_was_written(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        with pytest.raises(AuthorisationWrong) as refusal:
            await authorise_signer(
                actor=await actor("he"),
                account_uid=town.identity.accounts["jin"],
                institution_uid=town.alliance.yihe,
                given=Authorisation("授权 9", scope(most_fen=-1)),
                now=clock(),
            )
        assert set(refusal.value.fields) == {"most_yuan"}

    async def test_a_role_that_is_over_signs_nothing(self, town: Town, actor: Actors, clock: Any) -> None:
        now, accounts = clock(), town.identity.accounts
        jin = RoleGrant.filter(account__uid=accounts["jin"], institution__uid=town.alliance.yihe)
        row = await jin.first()
        assert row is not None
        await jin.update(ends_at=now - timedelta(days=1))
        await RoleGrant(  # still of the house, in a role that may not sign
            account_id=row.account_id, institution_id=row.institution_id, role=Role.NURSE,
            starts_at=now - timedelta(days=1), created_at=now,
        ).save()  # fmt: skip
        await refused(
            "kit.not_found",
            authorise_signer(
                actor=await actor("he"),
                account_uid=accounts["jin"],
                institution_uid=town.alliance.yihe,
                given=Authorisation("授权 9", scope()),
                now=now,
            ),
        )


class TestInvariants:
    async def test_tell_what_was_changed_behind_the_rules(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        now, he = clock(), await actor("he")
        card = await proposed(actor, town, now)
        await actions.sign_agreement(actor=he, uid=card.uid, content_hash=card.content_hash, now=now)
        await SigningAuthority.filter(uid=town.signing.he).update(last_day=DAY - timedelta(days=1))
        await ServiceAgreement.filter(uid=town.alliance.yihe_first_hospital).update(
            filing_number=None, content_hash="sha256:1"
        )

        found = [line for line in await faults(now=now) if line.startswith(("I18", "A01"))]

        assert len(found) == 3


class TestWaiting:
    async def test_counts_what_each_side_has_to_sign_file_and_renew(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        now, he, sun = clock(), await actor("he"), await actor("sun")
        card = await proposed(
            actor, town, now, content=replace(GREEN, fees=(Fee(FeeKind.CONTRACT, 1, PayCycle.ONCE),))
        )
        first = [await queries.count_to_sign(actor=each) for each in (he, sun)]
        await actions.sign_agreement(actor=he, uid=card.uid, content_hash=card.content_hash, now=now)
        second = [await queries.count_to_sign(actor=each) for each in (he, sun)]
        await actions.sign_agreement(actor=sun, uid=card.uid, content_hash=card.content_hash, now=now)
        await ServiceAgreement.filter(uid=town.alliance.yihe_first_hospital).update(status="expiring")

        assert (first, second) == ([1, 1], [0, 1])
        assert await queries.count_to_file(actor=await actor("tang")) == 1
        assert await queries.count_to_file(actor=he) == 0
        assert await queries.count_expiring(actor=he) == 1
