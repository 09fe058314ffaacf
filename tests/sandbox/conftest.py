"""A session that lives as long as a test, and a way to ask a sandbox by it."""

from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest

from np6_async.sandbox import Sandbox

from .support import Browser


@pytest.fixture
async def browse() -> AsyncIterator[Callable[[Sandbox], Browser]]:
    async with aiohttp.ClientSession() as session:
        yield lambda sandbox: Browser(session, sandbox)
