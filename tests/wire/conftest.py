"""Servers that end with their test."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from ssl import SSLContext
from typing import Protocol

import pytest
from aiohttp import http_parser

from .fault_server import FaultServer, Responder, Response

# The one in Python takes the first of two lengths; whether that was the right one, the array shows.
# It keeps bytes that follow a body to itself, and counts no compressed ones, so that a bomb cannot
# be told.
by_the_compiled_parser = pytest.mark.skipif(
    http_parser.HttpResponseParser is http_parser.HttpResponseParserPy,
    reason="aiohttp's parser in Python does otherwise",
)


class Serve(Protocol):
    """Starts a server that is closed when the test ends."""

    async def __call__(
        self, answer: Responder, *, greeting: Response = ..., tls: SSLContext | None = ...
    ) -> FaultServer: ...


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    async with AsyncExitStack() as stack:

        async def start(
            answer: Responder, *, greeting: Response = (), tls: SSLContext | None = None
        ) -> FaultServer:
            server = FaultServer(answer, greeting=greeting, tls=tls)
            return await stack.enter_async_context(server)

        yield start
