"""What each paper tells, who may print it, and the number it leaves behind."""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any

import pytest

from server.audit.models import AuditEntry
from server.audit.trail_models import AccessEntry
from server.authority.actor import Actor
from server.consent.rules import Purpose
from server.demo import Town
from server.documents import actions, queries
from server.documents.errors import NotToBeSigned, UnknownNumber
from server.documents.models import IssuedDocument
from server.documents.queries import papers
from server.kit.errors import NotFound
from server.people.models import Resident
from tests.core.documents.reading import letters_of, needs_font

ActorOf = Callable[[str], Awaitable[Actor]]
HERE = "https://alliance.example"


@needs_font
class TestAHealthSummary:
    async def test_tells_what_the_reader_sees_with_the_source_of_each_line(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        paper = await papers.health_summary(
            actor=await actor("he"), resident_uid=town.people.wang, purpose=Purpose.CARE, now=clock()
        )

        words = [each["words"] for each in paper.says["sentences"]]
        assert any("青霉素" in each and "云桥市" in each for each in words)
        assert all("年" in each and "（" in each for each in words)
        assert not any("虚构示例" in each for each in words)  # restricted, never shared
        assert paper.says["due"]

    async def test_is_a_look_of_its_own_on_the_trail(self, town: Town, actor: ActorOf, clock: Any) -> None:
        await actions.print_health_summary(
            actor=await actor("he"),
            resident_uid=town.people.wang,
            purpose=Purpose.CARE,
            origin=HERE,
            now=clock(),
        )

        wang = await Resident.get(uid=town.people.wang)
        line = await AccessEntry.filter(resident_id=wang.id).order_by("-seq").first()
        assert line.what == "documents.health_summary"
        assert line.count > 0

    async def test_leaves_a_number_the_digest_of_the_file_and_a_line(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        he = await actor("he")

        printed = await actions.print_health_summary(
            actor=he, resident_uid=town.people.wang, purpose=Purpose.CARE, origin=HERE, now=clock()
        )

        row = await IssuedDocument.all().order_by("-id").first()
        assert row.digest == sha256(printed.content).hexdigest()
        assert set("王桂兰健康小结") <= set(letters_of(printed.content))
        assert "王桂兰" not in printed.name
        line = await AuditEntry.get(action="documents.issued", subject_uid=row.uid)
        assert line.account_id == he.account_id
        assert "王桂兰" not in str(line.detail)

    @pytest.mark.parametrize("somebody", ["sun", "song"])
    async def test_of_somebody_elses_resident_is_not_found(
        self, town: Town, actor: ActorOf, clock: Any, somebody: str
    ) -> None:
        with pytest.raises(NotFound):
            await actions.print_health_summary(
                actor=await actor(somebody), resident_uid=town.people.wang, purpose=Purpose.CARE, origin=HERE,
                now=clock(),
            )  # fmt: skip

        assert await IssuedDocument.all().count() == 0


class TestAVisitSheet:
    async def test_tells_who_came_when_and_what_both_sides_said(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        paper = await papers.visit_sheet(
            actor=await actor("he"), visit_uid=town.visits.confirmed, now=clock()
        )

        facts = dict(paper.says["facts"])
        assert facts["养老机构"] == "云桥市颐和养老院"
        assert "林致远" in facts["医护"]
        assert [each["verdict"] for each in paper.says["sides"]] == ["确认属实", "确认属实"]
        assert {each["name"] for each in paper.says["items"]} >= {"王桂兰"}

    async def test_keeps_what_was_found_off_the_paper(self, town: Town, actor: ActorOf, clock: Any) -> None:
        paper = await papers.visit_sheet(
            actor=await actor("he"), visit_uid=town.visits.confirmed, now=clock()
        )

        assert {key for each in paper.says["items"] for key in each} == {
            "bed",
            "name",
            "service",
            "outcome",
            "note",
        }

    async def test_of_another_home_is_not_found(self, town: Town, actor: ActorOf, clock: Any) -> None:
        with pytest.raises(NotFound):
            await papers.visit_sheet(actor=await actor("song"), visit_uid=town.visits.confirmed, now=clock())


class TestAStatementOfConsent:
    async def test_tells_the_text_the_answers_and_who_decided_by_what_right(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        paper = await papers.consent_statement(
            actor=await actor("feng"), uid=town.consent.li_health_center, now=clock()
        )

        facts = dict(paper.says["facts"])
        assert facts["长者"] == "李福生"
        assert facts["决定人"] == "周正（代办人按授权代为决定）"
        assert {each["verdict"] for each in paper.says["provisions"]} == {"同意"}
        assert paper.says["sections"][0]["heading"] == "谁想看"
        assert len(paper.says["text_hash"]) == 64

    async def test_before_a_decision_there_is_none(self, town: Town, actor: ActorOf, clock: Any) -> None:
        with pytest.raises(NotFound):
            await papers.consent_statement(
                actor=await actor("he"), uid=town.consent.wang_pending, now=clock()
            )

    async def test_of_another_house_is_not_found(self, town: Town, actor: ActorOf, clock: Any) -> None:
        with pytest.raises(NotFound):
            await papers.consent_statement(actor=await actor("song"), uid=town.consent.wang_yihe, now=clock())


@needs_font
class TestTheFormToSign:
    async def test_has_the_very_text_a_line_per_category_and_the_filing_number(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        pdf = await queries.consent_form(actor=await actor("he"), uid=town.consent.wang_pending, now=clock())

        assert set("能力评估结果家庭病床与巡诊记录见证人一二不会影响您住养") <= set(letters_of(pdf))
        assert set(town.consent.wang_pending) <= set(letters_of(pdf))

    async def test_is_not_printed_for_what_is_decided(self, town: Town, actor: ActorOf, clock: Any) -> None:
        with pytest.raises(NotToBeSigned):
            await queries.consent_form(actor=await actor("he"), uid=town.consent.wang_yihe, now=clock())


@needs_font
class TestVerification:
    async def printed(self, town: Town, he: Actor, now: Any) -> tuple[bytes, str]:
        done = await actions.print_health_summary(
            actor=he, resident_uid=town.people.wang, purpose=Purpose.CARE, origin=HERE, now=now
        )
        row = await IssuedDocument.all().order_by("-id").first()
        return done.content, row.number

    async def test_says_no_more_than_kind_house_day_and_a_masked_name(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        _, number = await self.printed(town, await actor("he"), clock())

        card = await queries.issued_document(number=number.lower(), now=clock())

        assert (card.kind_words, card.issuer, card.resident) == ("健康小结", "云桥市颐和养老院", "王**")
        assert not card.is_old

    async def test_says_when_it_is_old(self, town: Town, actor: ActorOf, clock: Any) -> None:
        _, number = await self.printed(town, await actor("he"), clock())

        clock.advance(days=90)

        assert (await queries.issued_document(number=number, now=clock())).is_old

    async def test_tells_a_changed_file_from_the_one_that_was_issued(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        content, number = await self.printed(town, await actor("he"), clock())

        assert (await queries.compare(number=number, content=content, now=clock())).same
        assert not (await queries.compare(number=number, content=content + b" ", now=clock())).same

    @pytest.mark.parametrize("number", ["0123456789AB", "nonsense", "01ARZ3NDEKTSV4RRFFQ69G5FAV"])
    async def test_knows_no_other_number(self, town: Town, clock: Any, number: str) -> None:
        with pytest.raises(UnknownNumber):
            await queries.issued_document(number=number, now=clock())
