"""Servers that end with their test."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Protocol

import pytest

from .fault_server import Answer, FaultServer, Reply


class Serve(Protocol):
    """Starts a server that is closed when the test ends."""

    async def __call__(self, answer: Answer, *, greeting: Reply = ()) -> FaultServer: ...


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    async with AsyncExitStack() as stack:

        async def start(answer: Answer, *, greeting: Reply = ()) -> FaultServer:
            return await stack.enter_async_context(FaultServer(answer, greeting=greeting))

        yield start
