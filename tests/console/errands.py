"""What only shows after something was done: a call that was taken, plates fresh from the printer, a code told once."""

import re
from collections.abc import AsyncIterator, Mapping
from datetime import date, timedelta
from urllib.parse import urljoin

import httpx

from server.people.rules import check_character
from tests.console.walking import Seen, route_of, send, ways_of

# The codes are Chinese social credit and identity numbers of nobody: see server/demo/cast.py.
ROSTER = "姓名,身份证号,床位\r\n沈阿毛,330299195507150212,301-1\r\n,330299195507150211,301-2\r\n".encode(
    "gb18030"
)
Pages = Mapping[str, httpx.AsyncClient]


async def errands(pages: Pages) -> AsyncIterator[Seen]:
    """Do each errand the way a hand would, and hand back what was shown on the way."""
    for errand in (
        _call,
        _plates,
        _bind_code,
        _take_on,
        _training,
        _roster,
        _search,
        _trip,
        _half_day,
        _slip,
        _desk,
        _closing,
        _trail,
        _refusals,
    ):
        async for seen in errand(pages):
            yield seen


def _seen(login: str, name: str, answer: httpx.Response) -> Seen:
    return Seen(
        login,
        name,
        answer.url.raw_path.decode(),
        answer.status_code,
        answer.text,
        answer.headers.get("content-security-policy", ""),
    )


async def look(pages: Pages, login: str, url: str, name: str = "") -> Seen:
    return _seen(login, name or route_of(url) or "", await pages[login].get(url))


async def _sent(
    pages: Pages, login: str, url: str, action: str, fields: Mapping[str, str | list[str]]
) -> httpx.Response:
    page = await pages[login].get(url)
    return await send(pages[login], page.text, action, fields)


async def _call(pages: Pages) -> AsyncIterator[Seen]:
    taken = await _sent(pages, "xu", "/admin/calls", r"/admin/calls/\w+/claim", {})
    yield await look(pages, "xu", "/admin/calls", "admin.calls.calls.taken")
    sheet = taken.headers["location"]
    yield await look(pages, "xu", sheet)
    yield await look(pages, "xu", f"{sheet}/slip")


async def _plates(pages: Pages) -> AsyncIterator[Seen]:
    page = await pages["he"].get("/admin/plates")
    spots = re.findall(r'name="spots"[^>]* value="([^"]+)"', page.text)[:5]
    yield _seen(
        "he",
        "admin.plates.print_plates",
        await send(pages["he"], page.text, "/admin/plates", {"spots": spots}),
    )
    yield await look(pages, "he", "/admin/plates", "admin.plates.plates.printed")


async def _bind_code(pages: Pages) -> AsyncIterator[Seen]:
    nurse = re.findall(r'href="(/admin/staff/\w{26})">李秀英', (await pages["he"].get("/admin/staff")).text)[
        0
    ]
    yield _seen("he", "admin.staff.issue_bind_code", await _sent(pages, "he", nurse, ".*/bind-code", {}))


async def _take_on(pages: Pages) -> AsyncIterator[Seen]:
    new = "/admin/staff/new"
    post = re.findall(r'<option value="(\w{26}:nurse)"', (await pages["he"].get(new)).text)[0]
    yield _seen(
        "he",
        "admin.staff.take_on",
        await _sent(pages, "he", new, "/admin/staff", {"name": "钱小红", "post": post, "login": "xiaohong"}),
    )


async def _training(pages: Pages) -> AsyncIterator[Seen]:
    """Write down a certificate that runs out soon and one that stays, and look at what is said of them."""
    page = (await pages["he"].get("/admin/staff")).text
    nurse = re.findall(r'href="(/admin/staff/\w{26})">李秀英', page)[0]
    sheet = (await pages["he"].get(nurse)).text
    place = re.findall(r'name="place".*?<option value="(\w{26})"', sheet, re.DOTALL)[0]
    soon = (date.today() + timedelta(days=20)).isoformat()  # noqa: DTZ011  the town of the pictures lives today
    for title, last_day in (("急救员证", soon), ("养老护理员岗前培训", "")):
        fields = {"place": place, "title": title, "completed_on": "2025-04-01", "last_day": last_day}
        await send(pages["he"], sheet, ".*/training", fields)
    yield await look(pages, "he", nurse, "admin.staff.member.trained")
    yield await look(pages, "he", "/admin/staff/training", "admin.training.training.due")


async def _roster(pages: Pages) -> AsyncIterator[Seen]:
    """Hand in a faulty roster, then a good one, say yes to it, and look at the beds that are taken now."""
    faulty = await _hand_in(pages, ROSTER, "名册.csv")
    yield _seen("he", "admin.roster.preview_roster.faulty", faulty)
    good = await _hand_in(pages, _newcomers(), "新来的.csv")
    yield _seen("he", "admin.roster.preview_roster", good)
    await send(pages["he"], good.text, "/admin/residents/roster/import", {})
    yield await look(pages, "he", "/admin/residents", "admin.people.residents.many")
    yield await look(pages, "he", "/admin/beds", "admin.beds.beds.many")


def _newcomers() -> bytes:
    """Return a roster of people whom no town knows, in rooms that no town has."""
    lines = ["姓名,身份证号,床位"]
    for each, name in enumerate("梅兰竹菊松柏桃李杏桂莲荷芳芬英华珍珠玉宝金银福寿"):
        body = f"33029919380808{each:03d}"
        lines.append(f"沈阿{name},{body}{check_character(body)},9{each // 2:02d}-{each % 2 + 1}")
    return "\r\n".join(lines).encode("gb18030")


async def _hand_in(pages: Pages, content: bytes, name: str) -> httpx.Response:
    page = await pages["he"].get("/admin/residents/roster")
    home = re.findall(r'<option value="(\w{26})"', page.text)[0]
    filled = next(
        fields for _, action, fields in ways_of(page.text).forms if action == "/admin/residents/roster"
    )
    return await pages["he"].post(
        "/admin/residents/roster",
        data={**filled, "home": home},
        files={"roster": (name, content, "application/octet-stream")},
    )


async def _search(pages: Pages) -> AsyncIterator[Seen]:
    nobody = {"national_id": "330299195507150211"}
    yield _seen(
        "he",
        "admin.people.search",
        await _sent(pages, "he", "/admin/residents", "/admin/residents/search", nobody),
    )
    yield await look(pages, "he", "/admin/residents?bed=999", "admin.people.residents.none")


async def _slip(pages: Pages) -> AsyncIterator[Seen]:
    """Book a bed's resident into the first free place there is, as the home does for somebody without a phone."""
    new = "/admin/bookings/new"
    form = (await pages["he"].get(new)).text
    residents, institutions = (
        re.findall(r'<option value="(\w{26})"', part) for part in form.split('name="institution"')
    )
    days = re.findall(r'name="day"[^>]* value="(\d{4}-\d\d-)(\d\d)"', form)
    for offset in range(1, 8):
        day = f"{days[0][0]}{int(days[0][1]) + offset:02d}"
        for institution in institutions:
            wish = f"{new}?resident={residents[-1]}&institution={institution}&day={day}"
            page = await pages["he"].get(wish)
            slots = re.findall(r'name="slot"[^>]* value="(\w{26})"', page.text)
            if slots:
                yield _seen("he", "admin.booking.booking_page.slots", page)
                booked = await send(
                    pages["he"],
                    page.text,
                    "/admin/bookings",
                    {
                        "slot": slots[0],
                        "reason": "血压复查、配药",
                        "companion_note": "护士小李陪同，坐轮椅",
                        "overlap_reason": "两个科室同去",
                    },
                )
                assert booked.status_code == 303, booked.text
                yield await look(pages, "he", urljoin(wish, booked.headers["location"]))
                return


async def _desk(pages: Pages) -> AsyncIterator[Seen]:
    """Look for the first day with an appointment, as the hospital sees it."""
    url = "/admin/appointments"
    for _ in range(8):
        page = await pages["zhao"].get(url)
        if "李福生" in page.text or "王桂兰" in page.text:
            yield _seen("zhao", "admin.booking.desk.day", page)
            return
        url = next(way for way in reversed(ways_of(page.text).links) if "day=" in way)


async def _trip(pages: Pages) -> AsyncIterator[Seen]:
    """Look for seats for two together in one half-day of the week, book them, and see the driver's list."""
    new = "/admin/trips/new"
    provider = _options((await pages["he"].get(new)).text, "provider")[0]
    page = await pages["he"].get(f"{new}?provider={provider}")
    yield _seen("he", "admin.trips.new_trip.chosen", page)
    day = re.findall(r'name="day"[^>]* min="(\d{4}-\d\d-\d\d)"', page.text)[0]
    wishes = [
        each.split('"')[0]
        for each in page.text.split('name="wish"')[1:]
        for each in each.split('value="')[2:3]
    ]
    for offset in range(1, 8):
        when = (date.fromisoformat(day) + timedelta(days=offset)).isoformat()
        asked = {"day": when, "half": "morning", "bus_seats": "12", "wish": wishes[:2]}
        found = await send(pages["he"], page.text, "/admin/trips/find", asked)
        seats = re.findall(r'name="rider" value="([^"]+)"', found.text)
        if seats or offset == 1:
            yield _seen("he", "admin.trips.find_seats" if seats else "admin.trips.find_seats.none", found)
        if seats:
            reasons = {"rider": seats, "reason": ["血压复查"] * len(seats)}
            booked = await send(pages["he"], found.text, "/admin/trips", reasons)
            yield await look(pages, "he", booked.headers["location"])
            return


async def _half_day(pages: Pages) -> AsyncIterator[Seen]:
    """Pack what is due at a home for two who go, and plan it as it was proposed."""
    new = "/admin/rounds/half-day"
    agreement = _options((await pages["feng"].get(new)).text, "agreement")[0]
    page = await pages["feng"].get(f"{new}?agreement={agreement}")
    yield _seen("feng", "admin.half_days.half_day_form.chosen", page)
    going = re.findall(r'name="clinicians"[^>]* value="([^"]+)"', page.text)[:2]
    times = dict(re.findall(r'name="((?:starts|ends)_at)"[^>]* value="([^"]+)"', page.text))
    found = await send(pages["feng"], page.text, f"{new}/find", {**times, "clinicians": going})
    yield _seen("feng", "admin.half_days.propose_half_day", found)
    errands = re.findall(r'<option value="([^"]+)" selected>', found.text)
    assert errands, "nothing is packed: the walk would look at no round"
    planned = await send(pages["feng"], found.text, new, {"errand": errands})
    yield await look(pages, "feng", planned.headers["location"])


async def _closing(pages: Pages) -> AsyncIterator[Seen]:
    """Look who would be sent away on the first day on which anybody is booked."""
    department = re.findall(
        r'name="department" value="(\w{26})"', (await pages["zhao"].get("/admin/schedules")).text
    )[0]
    today = re.findall(
        r'name="day"[^>]* value="([\d-]+)"', (await pages["zhao"].get("/admin/appointments")).text
    )[0]
    for offset in range(1, 8):
        when = (date.fromisoformat(today) + timedelta(days=offset)).isoformat()
        page = await pages["zhao"].get(f"/admin/schedules/closing?department={department}&day={when}")
        if "登记停诊，并留号" in page.text or offset == 7:
            yield _seen("zhao", "admin.schedules.closing", page)
            return


def _options(html: str, name: str) -> list[str]:
    """Return what a list of this name offers."""
    chosen = re.search(rf'<select name="{name}".*?</select>', html, re.DOTALL)
    return re.findall(r'<option value="(\w{26})"', chosen[0]) if chosen else []


async def _trail(pages: Pages) -> AsyncIterator[Seen]:
    form = (await pages["he"].get("/admin/audit")).text
    for resident in re.findall(r'<option value="(\w{26})"', form)[:2]:
        yield await look(pages, "he", f"/admin/audit?resident={resident}", "admin.audit.looks.of")
    consent = next(
        way
        for way in ways_of((await pages["he"].get("/admin/consents")).text).links
        if re.fullmatch(r"/admin/consents/\w{26}", way)
    )
    yield await look(
        pages, "zheng", f"/admin/audit/subjects?subject={consent.rsplit('/', 1)[1]}", "admin.audit.deeds.of"
    )


async def _refusals(pages: Pages) -> AsyncIterator[Seen]:
    yield await look(pages, "he", f"/admin/residents/{'0' * 26}", "refused.not_found")
    yield await look(pages, "he", "/admin/nowhere", "refused.nowhere")
    yield await look(pages, "he", "/admin/merges", "refused.forbidden")
    short = {"name": "沈阿毛", "sex": "male", "birth_date": "2055-07-15"}
    yield _seen(
        "he", "refused.malformed", await _sent(pages, "he", "/admin/residents/new", "/admin/residents", short)
    )
