"""Agreements drafted, signed by whom a paper authorises, filed, amended, renewed, paused and ended, while the calendar goes on."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, ClassVar

from server.alliance.actions import sweep_agreements
from server.alliance.models import Institution, ServiceAgreement, SigningAuthority
from server.alliance.queries import agreement_in_force
from server.alliance.rules import AGREEMENT_MOVES, AGREEMENT_WORDS, IN_FORCE, AgreementEvent, AgreementStatus
from server.kit.clock import local_date
from server.kit.errors import IllegalMove
from tests.machines.playing import DONE, NOT_THEIRS, NOT_THERE, Machine, mostly, one_of

PAIRS = {"first_hospital": "zhao", "second_hospital": "sun"}  # what Yihe agrees with, and who speaks there
HOME = ("he", "jin")
BINDING = IN_FORCE | {AgreementStatus.SUSPENDED}
MAY_BE_FOLLOWED = IN_FORCE | {AgreementStatus.EXPIRED}
NOTICES = (30, 7)
ILLEGAL = IllegalMove.code
ROW = re.compile(
    r'<a href="/admin/agreements/(\w{26})">.*?<span class="tag[^"]*">([^<]*)</span></td>\s*</tr>', re.DOTALL
)
TERMS = {"cooperation": ["patrol"], "items": "医疗巡诊 52", "fee_cycle": "monthly"}
MUCH, LITTLE = 3000, 50  # yuan a month
MOST = 100  # yuan, up to which somebody may be authorised
_E, _S = AgreementEvent, AgreementStatus


@dataclass
class Deal:
    uid: str
    provider: str
    status: AgreementStatus
    first_day: date
    last_day: date
    yuan: int = LITTLE
    follows: "Deal | None" = None
    signed: set[str] = field(default_factory=set)  # sides: "home", "provider"
    number: str = ""
    text: str = ""  # its digest
    told_days: int | None = None
    by_commission: bool = False  # was it who paused it last
    is_referral_fee: bool = False

    def word(self, event: AgreementEvent) -> str:
        return DONE if AGREEMENT_MOVES.allows(self.status, event) else ILLEGAL

    def moves(self, event: AgreementEvent) -> None:
        self.status = AGREEMENT_MOVES.after(self.status, event)

    def holds(self, today: date) -> bool:
        return self.status in IN_FORCE and self.first_day <= today <= self.last_day

    def side_of(self, who: str) -> str | None:
        return "home" if who in HOME else "provider" if PAIRS[self.provider] == who else None


@dataclass
class Authority:
    """A paper by which He signs for Yihe."""

    uid: str
    first_day: date
    last_day: date
    most: int | None = None
    revoked: bool = False


@dataclass
class Agreements(Machine):
    deals: list[Deal] = field(default_factory=list)
    papers: list[Authority] = field(default_factory=list)
    reminders: int = 0
    numbers: int = 0

    moves: ClassVar = (
        "draft", "follow", "follow", "propose", "propose", "propose", "sign", "sign", "sign", "sign", "sign", "sign",
        "sign", "file", "file", "file", "withdraw", "suspend", "resume", "resume", "terminate", "revoke", "authorise", "time_passes",
        "time_passes", "time_passes", "time_passes",
    )  # fmt: skip
    needs: ClassVar = {
        "follow": MAY_BE_FOLLOWED, "propose": {_S.DRAFT}, "sign": {_S.PROPOSED, _S.SIGNED_BY_ONE}, "file": {_S.SIGNED},
        "withdraw": {_S.DRAFT, _S.PROPOSED, _S.SIGNED_BY_ONE, _S.SIGNED}, "suspend": {_S.ACTIVE},
        "resume": {_S.SUSPENDED}, "terminate": {_S.FILED, *BINDING},
    }  # fmt: skip
    sweeps: ClassVar = (sweep_agreements,)

    async def look_around(self) -> None:
        row = await ServiceAgreement.get(uid=self.town.alliance.yihe_first_hospital)
        old = Deal(row.uid, "first_hospital", row.status, row.first_day, row.last_day, text=row.content_hash)
        old.signed, old.number = {"home", "provider"}, row.filing_number or ""
        self.deals.append(old)
        today = local_date(self.now)
        span = (today - timedelta(days=60), today + timedelta(days=1000))
        self.papers.append(Authority(self.town.signing.he, *span))

    async def check(self, number: int) -> None:
        who = one_of(("he", "zhao", "sun", "tang"), number)
        shown = dict(ROW.findall(await self.page(who, "/agreements?limit=100")))
        for each in self.deals:
            seen = who in {"he", "tang", PAIRS[each.provider]}
            assert shown.get(each.uid) == (AGREEMENT_WORDS[each.status] if seen else None), (who, self.told)
        provider = one_of(list(PAIRS), number)
        held = [each.uid for each in self.deals if each.provider == provider and each.holds(self.today)]
        home = await Institution.get(uid=self.town.alliance.yihe)
        other = await Institution.get(uid=getattr(self.town.alliance, provider))
        card = await agreement_in_force(home_id=home.id, provider_id=other.id, now=self.now)
        assert ([card.uid] if card else []) == held, self.told
        assert await self.said("alliance.agreement_expiring") == self.reminders, self.told

    def states(self) -> set[AgreementStatus]:
        return {each.status for each in self.deals}

    @property
    def today(self) -> date:
        return local_date(self.now)

    # What the people do

    async def draft(self, one: int, two: int) -> None:
        provider = one_of(list(PAIRS), two)
        who = mostly(("he", "jin", PAIRS[provider]), ("song", "tang"), one)
        word = {"song": NOT_THERE, "tang": NOT_THEIRS}.get(who, DONE)
        parties = {"home": self.town.alliance.yihe, "provider": getattr(self.town.alliance, provider)}
        await self._drafted(
            who, "/agreements", parties, Deal("", provider, _S.DRAFT, *self._span(one, two)), word
        )

    async def follow(self, one: int, two: int) -> None:
        """Draft the next version: an amendment from today on, or a renewal from the day after the last."""
        older = self._deal(two, *MAY_BE_FOLLOWED)
        who = mostly((*HOME, PAIRS[older.provider]), ("song", "qian"), one)
        word = DONE if older.status in MAY_BE_FOLLOWED else ILLEGAL
        word = {"song": NOT_THERE, "qian": NOT_THEIRS}.get(who, word)
        first, last = self._span(one, two)
        if one % 2 and older.last_day >= self.today:
            first, last = older.last_day + timedelta(days=1), older.last_day + (last - first)
        new = Deal("", older.provider, _S.DRAFT, first, max(first, last), follows=older)
        await self._drafted(who, f"/agreements/{older.uid}/successor", {}, new, word)

    async def _drafted(self, who: str, path: str, parties: dict[str, Any], deal: Deal, word: str) -> None:
        deal.yuan = MUCH if len(self.told) % 3 == 0 else LITTLE
        deal.is_referral_fee = len(self.told) % 5 == 4
        days = {"first_day": deal.first_day.isoformat(), "last_day": deal.last_day.isoformat()}
        kind = "referral_fee" if deal.is_referral_fee else "home_pays"
        says = {**parties, **TERMS, **days, "fee_kind": kind, "fee_yuan": str(deal.yuan)}
        told = await self.does(who, "POST", path, says, allowed=[word])
        if told.done:
            deal.uid = told.where.rsplit("/", 1)[1]
            deal.text = (await ServiceAgreement.get(uid=deal.uid)).content_hash
            self.deals.append(deal)

    async def propose(self, one: int, two: int) -> None:
        deal = self._deal(two, _S.DRAFT)
        await self._moved(mostly((*HOME, PAIRS[deal.provider]), ("song",), one), deal, _E.PROPOSE)

    async def withdraw(self, one: int, two: int) -> None:
        deal = self._deal(two, _S.DRAFT, _S.PROPOSED, _S.SIGNED_BY_ONE, _S.SIGNED)
        await self._moved(mostly((*HOME, PAIRS[deal.provider]), ("song",), one), deal, _E.WITHDRAW)

    async def sign(self, one: int, two: int) -> None:
        deal = self._deal(two, _S.PROPOSED, _S.SIGNED_BY_ONE)
        other = PAIRS[deal.provider]
        who = mostly(("he", other, "jin", other), ("song", "tang", "he"), one)
        text = deal.text if one % 9 else f"sha256:{'0' * 64}"
        side, word = deal.side_of(who), NOT_THERE
        if who == "tang":
            word = NOT_THEIRS
        elif side is not None:
            if text != deal.text:
                word = "alliance.agreement_changed"
            elif side in deal.signed:
                word = "alliance.already_signed"
            elif (word := deal.word(_E.SIGN)) == DONE and not self._may_sign(who, deal):
                word = "alliance.not_authorised"
        path = f"/agreements/{deal.uid}/sign"
        if (await self.does(who, "POST", path, {"content_hash": text}, allowed=[word])).done:
            assert side is not None
            deal.moves(_E.SIGN)
            deal.signed.add(side)

    async def file(self, one: int, two: int) -> None:
        who, deal = mostly(("tang",), ("qian", "he"), one), self._deal(two, _S.SIGNED)
        self.numbers += 1
        number = self.deals[0].number if one % 8 == 7 else f"云卫备〔2026〕{900 + self.numbers}"
        reason = "双方说明过，不按人次" if one % 3 else ""
        word = self._word_on_filing(deal, number, reason) if who == "tang" else NOT_THEIRS
        says = {"filing_number": number, **({"override_reason": reason} if reason else {})}
        if (await self.does(who, "POST", f"/agreements/{deal.uid}/file", says, allowed=[word])).done:
            deal.moves(_E.FILE)
            deal.number = number
            if deal.first_day <= self.today <= deal.last_day:
                assert self._activated(deal) == DONE

    async def suspend(self, one: int, two: int) -> None:
        deal = self._deal(two, _S.ACTIVE)
        who = self._authority(one, deal)
        if await self._moved(who, deal, _E.SUSPEND):
            deal.by_commission = who == "tang"

    async def resume(self, one: int, two: int) -> None:
        deal = self._deal(two, _S.SUSPENDED)
        who = self._authority(one, deal)
        word = "alliance.commission_must_resume" if deal.by_commission and who != "tang" else None
        await self._moved(who, deal, _E.RESUME, word)

    async def terminate(self, one: int, two: int) -> None:
        deal = self._deal(two // 2, _S.FILED, *BINDING)
        if two % 2:  # else hardly anything would live to see its end
            await self._moved(self._authority(one, deal), deal, _E.TERMINATE)

    async def revoke(self, one: int, two: int) -> None:
        who, paper = one_of(("root", "jin", "song", "tang", "zhao"), one), one_of(self.papers[::-1], two)
        word = {"song": NOT_THERE, "zhao": NOT_THERE, "tang": NOT_THEIRS}.get(who, DONE)
        if word == DONE and paper.revoked:
            word = "alliance.authorisation_over"
        path = f"/agreements/signers/{paper.uid}/revoke"
        if (await self.does(who, "POST", path, {"reason": "换人"}, allowed=[word])).done:
            paper.revoked = True

    async def authorise(self, one: int, two: int) -> None:
        """Register a paper for He: for some days or months, from today or later, up to a sum or not."""
        who = one_of(("root", "jin", "root", "he", "song", "tang"), one)
        first = self.today + timedelta(days=(0, 0, 5)[two % 3])
        last = first + timedelta(days=(-10, 8, 90, 400)[one % 4])
        most = MOST if two % 2 else None
        word = {"song": NOT_THERE, "tang": NOT_THEIRS, "he": "alliance.authorised_oneself"}.get(who)
        word = word or ("alliance.authorisation_wrong" if last < max(first, self.today) else DONE)
        says = {
            "who": f"{self.town.identity.accounts['he']}:{self.town.alliance.yihe}",
            "document": "授权〔2026〕900", "first_day": first.isoformat(), "last_day": last.isoformat(),
            **({"most_yuan": str(most)} if most else {}),
        }  # fmt: skip
        if (await self.does(who, "POST", "/agreements/signers", says, allowed=[word])).done:
            self.papers.append(Authority(await self._newest(), first, last, most))

    async def time_passes(self, one: int, _: int) -> None:
        await self.passes(days=(0, 1, 6, 15, 24)[one % 5], hours=1)
        await self.work()
        self._swept()

    # What the model makes of it

    def _span(self, one: int, two: int) -> tuple[date, date]:
        first = self.today + timedelta(days=(-1, 0, 0, 3, 10)[one % 5])
        return first, first + timedelta(days=(12, 20, 45, 400)[two % 4])

    def _deal(self, number: int, *statuses: AgreementStatus) -> Deal:
        """Choose one on which this can be done, mostly."""
        return mostly([each for each in self.deals[::-1] if each.status in statuses], self.deals, number)

    def _authority(self, number: int, deal: Deal) -> str:
        return mostly(("he", PAIRS[deal.provider], "tang", "jin"), ("song", "qian"), number)

    async def _moved(self, who: str, deal: Deal, event: AgreementEvent, word: str | None = None) -> bool:
        word = word or deal.word(event)
        if who in {"song", "qian"}:
            word = NOT_THERE
        path = f"/agreements/{deal.uid}/{event}"
        if (await self.does(who, "POST", path, {"reason": "双方商定"}, allowed=[word])).done:
            deal.moves(event)
            return True
        return False

    def _may_sign(self, who: str, deal: Deal) -> bool:
        return who != "he" or any(
            each.first_day <= self.today <= each.last_day and (each.most is None or deal.yuan <= each.most)
            for each in self.papers
            if not each.revoked
        )

    def _word_on_filing(self, deal: Deal, number: str, reason: str) -> str:
        if deal.signed != {"home", "provider"}:
            return ILLEGAL
        if deal.is_referral_fee and not reason:
            return "alliance.referral_fee"
        if any(each.number == number for each in self.deals if each is not deal):
            return "alliance.filing_number_taken"
        word = deal.word(_E.FILE)
        binds = deal.first_day <= self.today <= deal.last_day
        return self._word_on_binding(deal) if word == DONE and binds else word

    def _bound(self, deal: Deal) -> Deal | None:
        """Return what binds the same two already."""
        same = [each for each in self.deals if each.provider == deal.provider and each.status in BINDING]
        assert len(same) <= 1
        return same[0] if same else None

    def _stepping_down(self, older: Deal, newer: Deal) -> AgreementEvent:
        ran_out = older.status is _S.EXPIRING and newer.first_day > older.last_day
        return _E.RENEW if ran_out else _E.SUPERSEDE

    def _word_on_binding(self, deal: Deal) -> str:
        older = self._bound(deal)
        if older is None:
            return DONE
        return (
            "alliance.already_bound"
            if deal.follows is not older
            else older.word(self._stepping_down(older, deal))
        )

    def _activated(self, deal: Deal) -> str:
        word, older = self._word_on_binding(deal), self._bound(deal)
        if word == DONE:
            if older is not None:
                older.moves(self._stepping_down(older, deal))
            deal.moves(_E.ACTIVATE)
        return word

    def _swept(self) -> None:
        for each in self.deals:
            if each.status is _S.FILED and each.first_day <= self.today <= each.last_day:
                self._activated(each)
        for each in self.deals:
            if each.status in {_S.FILED, *BINDING} and each.last_day < self.today:
                each.moves(_E.EXPIRE)
        for each in self.deals:
            for days in NOTICES:
                self._reminded(each, days)

    def _reminded(self, deal: Deal, days: int) -> None:
        near = deal.status in IN_FORCE and deal.last_day <= self.today + timedelta(days=days)
        if near and (deal.told_days is None or deal.told_days > days):
            deal.told_days = days
            self.reminders += 1
            if deal.status is _S.ACTIVE:
                deal.moves(_E.EXPIRE_SOON)

    async def _newest(self) -> str:
        row = await SigningAuthority.all().order_by("-id").first()
        assert row is not None
        assert f"/signers/{row.uid}/revoke" in await self.page("root", "/agreements/signers?limit=100")
        return str(row.uid)
