"""What the console's pages are looked at with: one walk through all of them, and one browser."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from server import demo
from server.documents.models import IssuedDocument
from server.home_beds.rules import HomeBedStatus
from server.identity.models import Account
from server.referrals.rules import ReferralEvent
from server.visits.models import Visit, VisitAttendance
from server.web import sessions
from tests.architecture.subjects import NOW
from tests.architecture.verdicts.scenes import Scenes
from tests.conftest import Clock, ConsolePage
from tests.console.chromium import Pane, chromium
from tests.console.errands import errands, look
from tests.console.screen import Screen
from tests.console.walking import LOGINS, NOBODY, PLAIN, PREFIX, Seen, walk
from tests.miniprogram.tools import ready_or_reason

# What the city's own pages and printed papers lead to.
OUTSIDE = [PREFIX + path for path in ("/sign-in", "/public/institutions", "/public/verify")]


@dataclass
class Walked:
    pages: list[Seen] = field(default_factory=list)
    reachable: list[Seen] = field(default_factory=list)  # by links alone


@pytest.fixture(scope="session")
def _walked() -> Walked:
    return Walked()


@pytest_asyncio.fixture
async def walked(
    _walked: Walked, town: demo.Town, address: str, console: Callable[[str], Awaitable[ConsolePage]]
) -> Walked:
    """Walk once; every test reads the same pages."""
    if not _walked.pages:
        clients = {login: await console(login) for login in LOGINS}
        pages = []
        for login, page in clients.items():
            by_links = await walk(page, login, start=[PREFIX])
            _walked.reachable += by_links
            met = {each.url for each in by_links}
            pages += [*by_links, *await walk(page, login, start=[each for each in PLAIN if each not in met])]
        async with httpx.AsyncClient(base_url=address) as stranger:
            _walked.reachable += await walk(stranger, NOBODY, start=OUTSIDE)
        pages += [each async for each in errands(clients)]
        pages += [each async for each in over_the_year(clients, town)]
        pages += [each async for each in on_the_way(clients, town)]
        pages += [each async for each in at_the_bed(clients, town)]
        pages += [each async for each in taken_daily(clients, town)]
        pages += [each async for each in what_is_needed(clients, town)]
        pages += [each async for each in handed_up(clients, town)]
        _walked.pages = [*pages, *[each async for each in staged(clients, town)]]
    return _walked


async def staged(clients: dict[str, ConsolePage], town: demo.Town) -> AsyncIterator[Seen]:
    """Show what only stands there after somebody's phone, or a printer, was at work."""
    yield await look(clients, "feng", f"/admin/visits/{await out_with_feng(town)}/sheet")
    confirmed = f"/admin/visits/{town.visits.confirmed}"
    yield await look(clients, "he", f"{confirmed}/residents/{town.people.wang}")
    consent = f"/admin/consents/{town.consent.wang_yihe}"
    await clients["he"].submit(f"{consent}/print")
    number = (await IssuedDocument.all().order_by("-id").first()).number
    yield await look(clients, "he", f"/admin/public/verify/{number}")


async def over_the_year(clients: dict[str, ConsolePage], town: demo.Town) -> AsyncIterator[Seen]:
    """Show what follow-ups and check-ups bring: a referral, a campaign with its papers, a report with what is abnormal."""
    stage = Scenes(town)
    made, report, campaign = await stage.advised_to_go(), await stage.report(), await stage.campaign()
    yield await look(clients, "feng", f"/admin/followups/{town.followups.wang}")
    yield await look(clients, "feng", f"/admin/followups/records/{made}/correct")
    yield await look(clients, "feng", f"/admin/checkups/reports/{report}")
    yield await look(clients, "feng", "/admin/checkups/duties?status=open")
    address = f"/admin/checkups/{campaign}"
    for path in ("", "/days", "/labels", "/reports", f"/reports/{town.people.wang}"):
        yield await look(clients, "feng", f"{address}{path}")


async def taken_daily(clients: dict[str, ConsolePage], town: demo.Town) -> AsyncIterator[Seen]:
    """Show what a prescription brings: its sheet, its refill, what is packed and handed over; and a contract's paper."""
    stage = Scenes(town)
    uid, brought = await stage.medicine_prescribed(), await stage.medicine_handed_over()
    for path in (
        f"/admin/prescriptions/{uid}",
        f"/admin/prescriptions/{uid}/refill",
        f"/admin/deliveries/{brought}",
    ):
        yield await look(clients, "feng", path)
    yield await look(clients, "he", f"/admin/deliveries/{brought}")
    contract, _ = await stage.medicine_contract_on_paper()
    yield await look(clients, "he", f"/admin/enrolments/{contract}")
    yield await look(clients, "feng", f"/admin/enrolments/offers/{town.people.wang}")


async def handed_up(clients: dict[str, ConsolePage], town: demo.Town) -> AsyncIterator[Seen]:
    """Show a month's figures of a home, and the code of a course that runs now."""
    stage = Scenes(town)
    yield await look(clients, "he", f"/admin/indicators/reports/{await stage.indicator_period()}")
    course = (await stage.staffing_begun())["training_session_uid"]
    yield await look(clients, "feng", f"/admin/courses/{course}/code")


async def on_the_way(clients: dict[str, ConsolePage], town: demo.Town) -> AsyncIterator[Seen]:
    """Show a referral that is being written, and one that the hospital has taken."""
    stage = Scenes(town)
    draft = f"/admin/referrals/{await stage.referred()}"
    for path in (draft, f"{draft}/edit"):
        yield await look(clients, "he", path)
    taken = f"/admin/referrals/{await stage.referred(ReferralEvent.SUBMIT, ReferralEvent.ACCEPT)}"
    for path in ("", "/packet", "/seat"):
        yield await look(clients, "zhao", f"{taken}{path}")


async def at_the_bed(clients: dict[str, ConsolePage], town: demo.Town) -> AsyncIterator[Seen]:
    """Show a home bed that is asked for and one that is open, and a clinic that waits for the commission's word."""
    stage = Scenes(town)
    for status in (HomeBedStatus.APPLIED, HomeBedStatus.OPENED):
        yield await look(clients, "feng", f"/admin/home-beds/{await stage.home_bed(status)}")
    yield await look(clients, "he", f"/admin/home-beds/new?resident={town.people.wang}")
    await stage.clinic_applied()
    for login in ("he", "tang"):
        yield await look(clients, login, f"/admin/clinics/homes/{town.alliance.yihe}")


async def what_is_needed(clients: dict[str, ConsolePage], town: demo.Town) -> AsyncIterator[Seen]:
    """Show a need that was answered, one that is brought about, an agreement with its paper, and a day of beds."""
    stage = Scenes(town)
    answered = f"/admin/demands/{(await stage.demand_answered())['demand_uid']}"
    for login in ("qian", "feng", "sun"):
        yield await look(clients, login, answered)
    yield await look(clients, "qian", f"/admin/demands/new?home={town.alliance.songhe}")
    matched = await stage.demand_matched("sun", home="songhe")
    yield await look(clients, "song", f"/admin/demands/{matched['demand_uid']}")
    draft = await stage.agreement_with_paper()
    yield await look(clients, "he", f"/admin/agreements/{draft['agreement_uid']}")
    await stage.beds_kept()
    for login in ("he", "qian"):
        yield await look(clients, login, f"/admin/census?home={town.alliance.yihe}")


async def out_with_feng(town: demo.Town) -> str:
    """Begin this morning's round, on which the center's officer has gone along: he may write its sheet."""
    uid = await Scenes(town).started()
    await VisitAttendance(
        visit=await Visit.get(uid=uid),
        account=await Account.get(uid=town.identity.accounts["feng"]),
        created_at=NOW,
    ).save()
    return uid


@pytest.fixture
def seen(walked: Walked) -> list[Seen]:
    return walked.pages


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    ready, reason = ready_or_reason()
    if not ready:
        pytest.skip(reason)
    async with chromium() as standing:
        yield standing


@pytest.fixture
def pane_of(
    browser: Browser, address: str, clock: Clock, console: Callable[[str], Awaitable[ConsolePage]]
) -> Callable[[str], Awaitable[Pane]]:
    """Open a window with somebody's session, to show there what was fetched before."""

    async def opened(login: str) -> Pane:
        clock.advance(seconds=31)  # the code of this half minute was used for the walk
        page = await console(login)
        return Pane(browser, address, token=(sessions.COOKIE, page.cookies[sessions.COOKIE]))

    return opened


@pytest.fixture
def scripted(browser: Browser, address: str, town: demo.Town, clock: Clock) -> Callable[[str], Screen]:
    """Put somebody in front of a screen: `async with scripted("he") as it: await it.sign_in()`."""
    return lambda login: Screen(browser, address, clock, login=login)


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def screen(
    request: pytest.FixtureRequest, browser: Browser, address: str, town: demo.Town, clock: Clock
) -> Callable[[str], Screen]:
    """The same twice: with scripts, and where an office forbids them."""
    return lambda login: Screen(browser, address, clock, login=login, scripts=request.param)
