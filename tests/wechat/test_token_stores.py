"""Where tokens are kept: alone in memory, together in Redis, and in memory again while Redis is away."""

import asyncio

import pytest
from redis.asyncio import Redis

from server.wechat.tokens import (
    DAY_SECONDS,
    FORCES_A_DAY,
    HeldToken,
    InProcessTokenStore,
    RedisTokenStore,
    TokenStore,
)
from tests.wechat.conftest import HASTY, Clock, Connect, Platform, a_look, free_port

TOKEN = "/cgi-bin/stable_token"


@pytest.fixture(params=["memory", "redis"])
def store(request: pytest.FixtureRequest, redis: Redis) -> TokenStore:
    if request.param == "memory":
        return InProcessTokenStore(Clock())
    return RedisTokenStore(redis, "wx1", clock=Clock())


NOW = Clock().time


class TestStores:
    async def test_keep_and_forget(self, store: TokenStore) -> None:
        good = HeldToken("good", NOW + 7200)
        assert await store.get() is None
        await store.put(good)

        assert await store.get() == good
        assert await store.replace("bad") == good
        assert await store.replace("good") is None
        assert await store.get() is None

    async def test_do_not_answer_what_is_over(self, store: TokenStore) -> None:
        await store.put(HeldToken("old", NOW - 1))

        assert await store.get() is None

    async def test_lock_one_at_a_time(self, store: TokenStore) -> None:
        assert await store.try_lock()
        assert not await store.try_lock()
        await store.unlock()
        assert await store.try_lock()

    async def test_force_once_a_minute(self, store: TokenStore) -> None:
        assert [await store.may_force() for _ in range(3)] == [True, False, False]

    async def test_force_five_times_a_day(self) -> None:
        clock = Clock()
        store = InProcessTokenStore(clock)
        allowed = 0
        for _ in range(DAY_SECONDS // 3600):
            allowed += await store.may_force()
            clock.time += 3599

        assert allowed == FORCES_A_DAY


class TestRedis:
    async def test_force_five_times_a_day_between_all_processes(self, redis: Redis) -> None:
        allowed = 0
        for _ in range(8):  # eight processes, a minute apart
            allowed += await RedisTokenStore(redis, "wx1", clock=Clock()).may_force()
            await redis.delete("wx:wx1:force")

        assert allowed == FORCES_A_DAY

    async def test_a_redis_that_forgets_gives_no_process_a_second_one(self, redis: Redis) -> None:
        store = RedisTokenStore(redis, "wx1", clock=Clock())
        assert await store.may_force()

        await redis.flushall()

        assert not await store.may_force()

    async def test_nobody_unlocks_for_another(self, redis: Redis) -> None:
        ours, theirs = RedisTokenStore(redis, "wx1"), RedisTokenStore(redis, "wx1")
        assert await ours.try_lock()

        await theirs.unlock()

        assert not await theirs.try_lock()

    async def test_rubbish_in_redis_is_no_token(self, redis: Redis) -> None:
        for rubbish in ("x", "[]", '{"t":1}', '{"t":"a","exp":"soon"}'):
            await redis.set("wx:wx1:tok", rubbish)

            assert await RedisTokenStore(redis, "wx1").get() is None

    async def test_the_token_leaves_redis_when_it_dies(self, redis: Redis) -> None:
        await RedisTokenStore(redis, "wx1", clock=Clock()).put(HeldToken("good", NOW + 100))

        assert await redis.ttl("wx:wx1:tok") == 100

    async def test_sign_ins_go_on_while_redis_is_away(self, platform: Platform, connect: Connect) -> None:
        away = Redis(host="127.0.0.1", port=free_port())
        gateway = connect(tokens=RedisTokenStore(away, platform.appid))
        openid = platform.openid("daughter")

        assert [await a_look(gateway, openid) for _ in range(3)] == [0, 0, 0]

        assert len(platform.asked(TOKEN)) == 1
        await away.aclose()

    async def test_a_redis_that_is_away_is_left_alone_for_a_while(self) -> None:
        knocks = []

        async def slam(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            knocks.append(1)
            writer.close()

        rude = await asyncio.start_server(slam, "127.0.0.1", 0)
        client = Redis(host="127.0.0.1", port=rude.sockets[0].getsockname()[1])
        store = RedisTokenStore(client, "wx1", patience=0.05)
        await store.get()
        first = len(knocks)

        for _ in range(5):
            await store.get()

        assert 1 <= first == len(knocks)
        await client.aclose()
        rude.close()
        await rude.wait_closed()

    async def test_a_redis_that_hangs_costs_little(self, platform: Platform, connect: Connect) -> None:
        async def silence(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(0.3)
            writer.close()

        deaf = await asyncio.start_server(silence, "127.0.0.1", 0)
        hanging = Redis(host="127.0.0.1", port=deaf.sockets[0].getsockname()[1])
        gateway = connect(tokens=RedisTokenStore(hanging, platform.appid, patience=0.05), timeouts=HASTY)

        assert await a_look(gateway, platform.openid("daughter")) == 0

        await hanging.aclose()
        deaf.close()
        await deaf.wait_closed()
