"""What every test of the client gets: a key of its own, a client, and a look at what it leaves."""

import gc
import logging
import os
import secrets
import sys
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Any, Unpack

import pytest
from hypothesis import is_hypothesis_test
from pytest_asyncio import is_async_test

import np6_async.follow.show
import np6_async.sandbox._cli  # noqa: F401 - coverage counts what is imported here, see below
from np6_async import NP6Client, RetryPolicy, Timeouts
from np6_async.errors import ClientClosedError, NP6Error

from .aiohttp_mock import StrictMock
from .leaks import Log, NothingLeft, places
from .loops import use_named_loop
from .support import CONTENT, MakeClient, Settings
from .thorough import THOROUGH

use_named_loop()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is for the night."""
    if THOROUGH:
        return
    late = [item for item in items if item.get_closest_marker("nightly")]
    config.hook.pytest_deselected(items=late)
    items[:] = [item for item in items if item not in late]


@contextmanager
def untraced() -> Iterator[None]:
    """Do something without coverage's tracing."""
    trace = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(trace)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect without coverage's tracing, which takes as long again.

    The package has been imported by then, with it.
    """
    with untraced():
        return (yield)


def pytest_collection_finish() -> None:
    """Let coverage measure the process of the tests alone, not the programs that they run."""
    os.environ.pop("COVERAGE_PROCESS_CONFIG", None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Run without coverage's tracing what takes too long with it, or reaches code by chance only.

    That is what is marked, and every property test.
    """
    not_measured = item.get_closest_marker("not_measured")
    if not_measured or is_hypothesis_test(getattr(item, "obj", None)):
        with untraced():
            return (yield)
    return (yield)


@pytest.fixture(scope="module", autouse=True)
def freeze_older_objects() -> None:
    """Exempt all that was made before a module from the `gc.collect` after each of its tests.

    That makes them fast. What of it becomes part of a reference cycle later is never freed.
    """
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
    """An API key for one test.

    The test fails if the key, or what the events of `support.event` say, shows in a log, in an
    output or in one of our errors.
    """
    secret = f"key-{secrets.token_hex(16)}"
    errors: list[Exception] = []
    for kind in (NP6Error, ClientClosedError):
        monkeypatch.setattr(kind, "__init__", _keeping(kind.__init__, errors))
    caplog.set_level(logging.DEBUG)
    with Log() as log:
        yield secret
    printed = "".join(capsys.readouterr())
    for kept in (secret, CONTENT):
        assert [place for error in errors for place in places(kept, error)] == []
        assert not log.shows(kept)
        assert kept not in printed


def _keeping(make: Callable[..., None], errors: list[Exception]) -> Callable[..., None]:
    """Return a constructor that adds what it makes to a list."""

    def make_and_keep(error: Exception, *args: Any, **kwargs: Any) -> None:
        errors.append(error)
        make(error, *args, **kwargs)

    return make_and_keep


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
