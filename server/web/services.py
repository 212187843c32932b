"""The few things of the edge that a process shares among its requests, made as the settings say.

Apart from the composition root: the worker needs them too, and does without the faces.
"""

from server.kit.shared import RedisShared, shared_through
from server.settings import PLATFORM, Settings
from server.web.asking import Services
from server.wechat.client import WeChatClientGateway
from server.wechat.tokens import InProcessTokenStore, RedisTokenStore


def services_for(settings: Settings) -> Services:
    shared = shared_through(settings.redis_url)
    tokens = (
        RedisTokenStore(shared.redis, settings.wechat_appid)
        if isinstance(shared, RedisShared)
        else InProcessTokenStore()
    )
    gateway = WeChatClientGateway(
        settings.wechat_appid,
        settings.wechat_secret,
        base_url=settings.wechat_api_base or PLATFORM,
        tokens=tokens,
        production=settings.production,
    )
    return Services(settings=settings, shared=shared, wechat=gateway)
