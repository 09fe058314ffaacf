"""Servers that end with their test."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from .fault_server import Answer, FaultServer

Serve = Callable[[Answer], Awaitable[FaultServer]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    async with AsyncExitStack() as stack:
        yield lambda answer: stack.enter_async_context(FaultServer(answer))
