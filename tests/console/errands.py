"""What only shows after something was done: a call that was taken, plates fresh from the printer, a code told once."""

import re
from collections.abc import AsyncIterator, Mapping
from urllib.parse import urljoin

import httpx

from tests.console.walking import Seen, route_of, send, ways_of

# The codes are Chinese social credit and identity numbers of nobody: see server/demo/cast.py.
ROSTER = "姓名,身份证号,床位\r\n沈阿毛,330299195507150212,301-1\r\n,330299195507150211,301-2\r\n".encode(
    "gb18030"
)
Pages = Mapping[str, httpx.AsyncClient]


async def errands(pages: Pages) -> AsyncIterator[Seen]:
    """Do each errand the way a hand would, and hand back what was shown on the way."""
    for errand in (_call, _plates, _bind_code, _take_on, _roster, _search, _slip, _desk, _trail, _refusals):
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


async def _look(pages: Pages, login: str, url: str, name: str = "") -> Seen:
    return _seen(login, name or route_of(url) or "", await pages[login].get(url))


async def _sent(
    pages: Pages, login: str, url: str, action: str, fields: Mapping[str, str | list[str]]
) -> httpx.Response:
    page = await pages[login].get(url)
    return await send(pages[login], page.text, action, fields)


async def _call(pages: Pages) -> AsyncIterator[Seen]:
    taken = await _sent(pages, "xu", "/admin/calls", r"/admin/calls/\w+/claim", {})
    yield await _look(pages, "xu", "/admin/calls", "admin.calls.calls.taken")
    sheet = taken.headers["location"]
    yield await _look(pages, "xu", sheet)
    yield await _look(pages, "xu", f"{sheet}/slip")


async def _plates(pages: Pages) -> AsyncIterator[Seen]:
    page = await pages["he"].get("/admin/plates")
    spots = re.findall(r'name="spots"[^>]* value="([^"]+)"', page.text)[:5]
    yield _seen(
        "he",
        "admin.visits.print_plates",
        await send(pages["he"], page.text, "/admin/plates", {"spots": spots}),
    )
    yield await _look(pages, "he", "/admin/plates", "admin.visits.plates.printed")


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


async def _roster(pages: Pages) -> AsyncIterator[Seen]:
    page = await pages["he"].get("/admin/residents/roster")
    home = re.findall(r'<option value="(\w{26})"', page.text)[0]
    filled = next(
        fields for _, action, fields in ways_of(page.text).forms if action == "/admin/residents/roster"
    )
    answer = await pages["he"].post(
        "/admin/residents/roster",
        data={**filled, "home": home},
        files={"roster": ("名册.csv", ROSTER, "text/csv")},
    )
    yield _seen("he", "admin.people.import_roster", answer)


async def _search(pages: Pages) -> AsyncIterator[Seen]:
    nobody = {"national_id": "330299195507150211"}
    yield _seen(
        "he",
        "admin.people.search",
        await _sent(pages, "he", "/admin/residents", "/admin/residents/search", nobody),
    )
    yield await _look(pages, "he", "/admin/residents?bed=999", "admin.people.residents.none")


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
                yield await _look(pages, "he", urljoin(wish, booked.headers["location"]))
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


async def _trail(pages: Pages) -> AsyncIterator[Seen]:
    form = (await pages["he"].get("/admin/audit")).text
    for resident in re.findall(r'<option value="(\w{26})"', form)[:2]:
        yield await _look(pages, "he", f"/admin/audit?resident={resident}", "admin.audit.looks.of")
    consent = next(
        way
        for way in ways_of((await pages["he"].get("/admin/consents")).text).links
        if re.fullmatch(r"/admin/consents/\w{26}", way)
    )
    yield await _look(
        pages, "zheng", f"/admin/audit/subjects?subject={consent.rsplit('/', 1)[1]}", "admin.audit.deeds.of"
    )


async def _refusals(pages: Pages) -> AsyncIterator[Seen]:
    yield await _look(pages, "he", f"/admin/residents/{'0' * 26}", "refused.not_found")
    yield await _look(pages, "he", "/admin/nowhere", "refused.nowhere")
    yield await _look(pages, "he", "/admin/merges", "refused.forbidden")
    short = {"name": "沈阿毛", "sex": "male", "birth_date": "2055-07-15"}
    yield _seen(
        "he", "refused.malformed", await _sent(pages, "he", "/admin/residents/new", "/admin/residents", short)
    )
