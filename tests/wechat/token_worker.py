"""One of the processes that share a token; started by test_token_rules."""

import asyncio
import json
import sys

from redis.asyncio import BlockingConnectionPool, Redis

from server.wechat.client import WeChatClientGateway
from server.wechat.gateway import RiskScene
from server.wechat.tokens import RedisTokenStore


async def main() -> None:
    base_url, appid, secret, openid, redis_port = sys.argv[1:]
    pool = BlockingConnectionPool(host="127.0.0.1", port=int(redis_port), max_connections=10, timeout=5)
    redis = Redis.from_pool(pool)
    async with WeChatClientGateway(
        appid, secret, base_url=base_url, tokens=RedisTokenStore(redis, appid), production=False
    ) as gateway:
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        looks = (gateway.risk_rank(openid, "203.0.113.7", RiskScene.REGISTER) for _ in range(25))
        print(json.dumps(await asyncio.gather(*looks)))
    await redis.aclose()


asyncio.run(main())
