"""Whether texts, pictures and sounds may be shown."""

import hashlib
import re

from server.wechat.simulator.calls import OK, Answer, ApiCall, endpoint, text_of
from server.wechat.simulator.refusals import Refusal
from server.wechat.simulator.wire import ask
from server.wechat.simulator.world import World

LONGEST_TEXT = 2500
NORMAL = 100
DOWNLOAD_FAILED = -1008
LARGEST_MEDIA = 10_000_000

# A word in the text -> what the platform makes of it. `sim:risky:20003` asks for a verdict directly.
WORDS = {
    "加微信领红包": ("review", 10001),
    "政治谣言": ("risky", 20001),
    "色情": ("risky", 20002),
    "混蛋": ("review", 20003),
    "贩毒": ("risky", 20006),
    "保证治愈": ("risky", 20008),
    "低俗": ("review", 20012),
    "盗版": ("review", 20013),
    "待复核": ("review", 21000),
}
ORDERED = re.compile(r"sim:(pass|review|risky):(\d{3,5})")


def _verdict(content: str) -> tuple[str, int, str]:
    if found := ORDERED.search(content):
        return found[1], int(found[2]), found[0]
    hits = [(*WORDS[word], word) for word in WORDS if word in content]
    return max(hits, key=lambda hit: hit[0] == "risky", default=("pass", NORMAL, ""))


@endpoint(
    "/wxa/msg_sec_check",
    "POST",
    "content version scene openid title nickname signature",
    limits=("text_check_minute", "text_check_daily"),
)
async def check_text(world: World, call: ApiCall) -> Answer:
    if call.fields.get("version") != 2 or call.fields.get("scene") not in {1, 2, 3, 4}:  # noqa: PLR2004
        raise Refusal(47001)
    content = text_of(call, "content", 44002)
    if len(content) > LONGEST_TEXT:
        raise Refusal(47001)
    person = world.people.by_openid(call.fields.get("openid"))
    world.people.ensure_visited(person)
    suggest, label, word = _verdict(content)
    strategy = {"strategy": "content_model", "errcode": 0, "suggest": suggest, "label": label, "prob": 90}
    if word:
        strategy = {**strategy, "strategy": "keyword", "keyword": word, "level": 20}
        del strategy["prob"]
    return {
        **OK,
        "result": {"suggest": suggest, "label": label},
        "detail": [strategy],
        "trace_id": _trace(world, content),
    }


@endpoint(
    "/wxa/media_check_async",
    "POST",
    "media_url media_type version scene openid",
    limits=("media_check_minute", "media_check_daily"),
)
async def check_media(world: World, call: ApiCall) -> Answer:
    if call.fields.get("media_type") not in {1, 2}:
        raise Refusal(40004)
    if call.fields.get("version") != 2 or call.fields.get("scene") not in {1, 2, 3, 4}:  # noqa: PLR2004
        raise Refusal(47001)
    person = world.people.by_openid(call.fields.get("openid"))
    world.people.ensure_visited(person)
    url = text_of(call, "media_url", 44002)
    if url in world.media_seen:
        raise Refusal(87020)
    world.media_seen.add(url)
    trace_id = _trace(world, url)
    if world.media_seconds is not None:
        event = world.pushes.event(
            person.openid,
            "wxa_media_check",
            appid=world.config.appid,
            trace_id=trace_id,
            version=2,
            **await _media_verdict(url),
        )
        world.schedule(world.media_seconds, event)
    return {**OK, "trace_id": trace_id}


async def _media_verdict(url: str) -> dict[str, object]:
    try:
        status, body = await ask("GET", url)
    except OSError:
        status, body = 0, b""
    if status != 200 or not body or len(body) > LARGEST_MEDIA:  # noqa: PLR2004
        return {"errcode": DOWNLOAD_FAILED, "errmsg": "download failed", "detail": [], "result": {}}
    suggest, label, _ = _verdict(body.decode("utf-8", "ignore"))
    detail = [{"strategy": "content_model", "errcode": 0, "suggest": suggest, "label": label, "prob": 90}]
    # The label of the result has been seen as text.
    return {
        "errcode": 0,
        "errmsg": "ok",
        "detail": detail,
        "result": {"suggest": suggest, "label": str(label)},
    }


def _trace(world: World, content: str) -> str:
    number = world.next_message_id()
    digest = hashlib.sha256(f"{number}|{content}".encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:16]}-{digest[16:24]}"
