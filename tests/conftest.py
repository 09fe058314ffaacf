"""What every test of the client gets: a key of its own, a client, and a look at what it leaves."""

import gc
import logging
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any, Unpack

import pytest
from pytest_asyncio import is_async_test

from np6_async import NP6Client, RetryPolicy, Timeouts
from np6_async.errors import NP6Error

from .aiohttp_mock import StrictMock
from .leaks import NothingLeft, places
from .support import MakeClient, Settings


def pytest_collection_finish() -> None:
    """Keep what was imported out of the collections after each test: they take half the time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def leaves_nothing(request: pytest.FixtureRequest) -> None:
    """Look at what an async test leaves. First to be set up, so last to be torn down."""
    if is_async_test(request.node):
        request.getfixturevalue("check_what_is_left")


@pytest.fixture
async def check_what_is_left() -> AsyncIterator[None]:
    before = NothingLeft()
    yield
    await before.check()


@pytest.fixture
def key(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[str]:
    """An API key for one test, which fails if the key shows in a log, an output or an error."""
    secret = f"key-{secrets.token_hex(16)}"
    errors: list[NP6Error] = []
    make = NP6Error.__init__

    def make_and_keep(error: NP6Error, *args: Any, **kwargs: Any) -> None:
        errors.append(error)
        make(error, *args, **kwargs)

    monkeypatch.setattr(NP6Error, "__init__", make_and_keep)
    caplog.set_level(logging.DEBUG)
    yield secret
    assert [place for error in errors for place in places(secret, error)] == []
    assert secret not in caplog.text
    assert secret not in "".join(capsys.readouterr())


@pytest.fixture
async def np6(key: str) -> AsyncIterator[MakeClient]:
    """Make clients, whose pauses are too short to be felt."""
    async with AsyncExitStack() as stack:

        def make(
            base_url: str = "https://np6.example.org", **settings: Unpack[Settings]
        ) -> NP6Client:
            settings = {
                "timeouts": Timeouts(connect=2, idle=2),
                "retry": RetryPolicy(base=0.001),
                **settings,
            }
            client = NP6Client(key, base_url=base_url, **settings)
            stack.push_async_callback(client.aclose)
            return client

        yield make


@pytest.fixture
def web() -> Iterator[StrictMock]:
    """The web as aioresponses makes it up. It runs no middleware, so no key is sent."""
    with StrictMock() as mock:
        yield mock
