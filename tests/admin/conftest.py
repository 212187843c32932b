"""What the console's tests share."""

from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest_asyncio


@pytest_asyncio.fixture
async def browser_for(address: str) -> AsyncIterator[Callable[[str, str, str], Awaitable[httpx.Response]]]:
    """Try to sign in from a fresh browser with what somebody says."""
    async with httpx.AsyncClient(base_url=address, timeout=30) as client:

        async def sign_in(login: str, password: str, code: str) -> httpx.Response:
            return await client.post(
                "/admin/sign-in", data={"login": login, "password": password, "code": code}
            )

        yield sign_in
