"""Codes to scan and links to open."""

import hashlib
import io
import re
from typing import Any
from urllib.parse import quote

import segno

from server.wechat.simulator.calls import OK, Answer, ApiCall, endpoint
from server.wechat.simulator.refusals import Refusal
from server.wechat.simulator.world import Link, World

SCENE = re.compile(r"[0-9a-zA-Z!#$&'()*+,/:;=?@\-._~]+")
LONGEST_SCENE = 32
WIDTHS = range(280, 1281)
DEFAULT_WIDTH = 430
ENVIRONMENTS = {"release", "trial", "develop"}
LONGEST_QUERY = 1024
QUERY = re.compile(r"[!-~]*")
MINUTE, DAYS_30 = 60, 30 * 86_400
LINK_NAME = 11


@endpoint(
    "/wxa/getwxacodeunlimit",
    "POST",
    "scene page check_path env_version width auto_color line_color is_hyaline",
    limits=("mini_code_minute",),
    bad_body=40169,
)
async def mini_code(world: World, call: ApiCall) -> Answer:
    scene = call.fields.get("scene")
    if not isinstance(scene, str) or not 1 <= len(scene) <= LONGEST_SCENE:
        raise Refusal(40169)
    if not SCENE.fullmatch(scene):
        raise Refusal(40129)
    if scene.startswith("scancode_time"):
        raise Refusal(85096)
    env_version = call.fields.get("env_version", "release")
    width = call.fields.get("width", DEFAULT_WIDTH)
    if env_version not in ENVIRONMENTS or not isinstance(width, int) or width not in WIDTHS:
        raise Refusal(40097)
    page = call.fields.get("page", "pages/index/index")
    _ensure_page(world, page, check_path=call.fields.get("check_path", True))
    return _image(world, {"page": page, "scene": scene, "env_version": env_version}, width)


def _ensure_page(world: World, page: object, *, check_path: object) -> None:
    if not isinstance(page, str) or page.startswith("/") or "?" in page or not page:
        raise Refusal(41030)
    if check_path is False:
        world.limits.count("mini_code_unchecked")
    elif not world.page_exists(page):  # whatever env_version, the released pages count
        raise Refusal(41030)


def _image(world: World, opens: dict[str, str], width: int) -> bytes:
    content = (
        f"wxa://{world.config.appid}/{opens['page']}"
        f"?scene={quote(opens['scene'], safe='')}&env={opens['env_version']}"
    )
    code = segno.make(content, error="m", micro=False)
    image = io.BytesIO()
    code.save(image, kind="png", scale=max(1, width // code.symbol_size()[0]))
    made = image.getvalue()
    world.codes[hashlib.sha256(made).hexdigest()] = opens
    return made


def _expiry(world: World, wish: Any) -> float:
    now = world.clock.now()
    if wish.get("expire_type", 0) == 1:
        days = wish.get("expire_interval")
        seconds: object = days * 86_400 if isinstance(days, int) else None
    else:
        at = wish.get("expire_time")
        seconds = at - now if isinstance(at, int) else None
    if not isinstance(seconds, int | float) or not MINUTE <= seconds <= DAYS_30:
        raise Refusal(85401)
    return now + seconds


def _kept(world: World, wish: Any, expires_at: float) -> str:
    path, query = wish.get("path", ""), wish.get("query", "")
    if not isinstance(path, str) or not world.page_exists(path.removeprefix("/")):
        raise Refusal(40165)
    if not isinstance(query, str) or len(query) > LONGEST_QUERY or not QUERY.fullmatch(query):
        raise Refusal(40212)
    name = hashlib.sha256(f"{world.config.seed}|{world.next_message_id()}".encode()).hexdigest()[:LINK_NAME]
    environment = wish.get("env_version", "release")
    world.links[name] = Link(path, query, expires_at, environment, world.clock.now())
    return name


@endpoint(
    "/wxa/generate_urllink",
    "POST",
    "path query expire_type expire_time expire_interval env_version cloud_base",
    limits=("link_second", "link_daily"),
)
async def url_link(world: World, call: ApiCall) -> Answer:
    name = _kept(world, call.fields, _expiry(world, call.fields))
    return {**OK, "url_link": f"https://wxaurl.cn/{name}"}


@endpoint(
    "/wxa/generatescheme",
    "POST",
    "jump_wxa is_expire expire_type expire_time expire_interval",
    limits=("link_second", "link_daily"),
)
async def scheme(world: World, call: ApiCall) -> Answer:
    jump = call.fields.get("jump_wxa") or {}
    expires_at = (
        _expiry(world, call.fields) if call.fields.get("is_expire", True) else world.clock.now() + DAYS_30
    )
    return {**OK, "openlink": f"weixin://dl/business/?t={_kept(world, jump, expires_at)}"}


def _info(world: World, link: Link) -> dict[str, Any]:
    return {
        "appid": world.config.appid,
        "path": link.path,
        "query": link.query,
        "create_time": int(link.made_at),
        "expire_time": int(link.expires_at),
        "env_version": link.env_version,
    }


def _found(world: World, text: object, prefix: str) -> Link:
    link = world.links.get(text.removeprefix(prefix)) if isinstance(text, str) else None
    if link is None:
        raise Refusal(85403)
    return link


@endpoint("/wxa/query_urllink", "POST", "url_link query_type")
async def query_url_link(world: World, call: ApiCall) -> Answer:
    link = _found(world, call.fields.get("url_link"), "https://wxaurl.cn/")
    return {**OK, "url_link_info": _info(world, link)}


@endpoint("/wxa/queryscheme", "POST", "scheme query_type")
async def query_scheme(world: World, call: ApiCall) -> Answer:
    link = _found(world, call.fields.get("scheme"), "weixin://dl/business/?t=")
    return {**OK, "scheme_info": _info(world, link)}
