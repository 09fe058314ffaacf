"""The life of a sandbox."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from np6_async.sandbox import Sandbox
from tests.support import until

from .support import Browser

Browse = Callable[[Sandbox], Browser]
PATH = "/notifications/156/events/executions"


async def test_it_serves_on_a_free_port_of_this_machine() -> None:
    async with Sandbox() as one, Sandbox() as other:
        assert one.url.startswith("http://127.0.0.1:")
        assert one.url != other.url


async def test_an_ipv6_address_makes_a_proper_url(browse: Browse) -> None:
    async with Sandbox(host="::1") as sandbox:
        assert sandbox.url.startswith("http://[::1]:")
        assert (await browse(sandbox).events()).status == 200


async def test_the_url_is_known_only_while_it_runs() -> None:
    sandbox = Sandbox()
    with pytest.raises(RuntimeError, match="not running"):
        _ = sandbox.url
    async with sandbox:
        assert sandbox.url
    with pytest.raises(RuntimeError, match="not running"):
        _ = sandbox.url


async def test_it_cannot_be_started_while_it_runs() -> None:
    sandbox = Sandbox()
    async with sandbox:
        url = sandbox.url
        with pytest.raises(RuntimeError, match="already running"):
            await sandbox.__aenter__()
        assert sandbox.url == url


async def test_it_can_be_started_again_and_goes_on_counting(browse: Browse) -> None:
    sandbox = Sandbox()
    for _ in range(2):
        async with sandbox:
            assert (await browse(sandbox).events()).status == 200

    assert sandbox.requests == 2


async def test_ending_it_twice_is_no_harm() -> None:
    sandbox = Sandbox()
    async with sandbox:
        await sandbox.__aexit__(None, None, None)


async def test_a_port_in_use_is_an_error_and_leaves_it_stopped() -> None:
    async with Sandbox() as sandbox:
        port = int(sandbox.url.rpartition(":")[2])
        other = Sandbox(port=port)
        with pytest.raises(OSError, match="address already in use"):
            await other.__aenter__()

    async with other:
        assert other.url == f"http://127.0.0.1:{port}"


@pytest.mark.parametrize(
    "setting",
    [
        {"notifications": 0},
        {"notifications": 1.5},
        {"events": -1},
        {"events": "many"},
        {"rate": 0},
        {"rate": -1.0},
        {"rate": float("nan")},
        {"rate": 5, "reset": "hours"},
    ],
)
def test_a_setting_that_is_not_usable_is_refused(setting: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(reversed(setting))):
        Sandbox(**setting)


async def test_whoever_leaves_early_or_reads_nothing_does_not_keep_it_from_ending(
    caplog: pytest.LogCaptureFixture,
) -> None:
    request = f"GET {PATH} HTTP/1.1\r\nHost: sandbox\r\nX-Key: %s\r\n\r\n"
    with caplog.at_level(logging.INFO):
        async with AsyncExitStack() as stack:
            sandbox = await stack.enter_async_context(Sandbox(events=20_000))
            host, port = sandbox.url.removeprefix("http://").split(":")
            readers = [await asyncio.open_connection(host, int(port)) for _ in range(2)]
            for reader, writer in readers:
                writer.write((request % sandbox.api_key).encode())
                assert await reader.read(100)
            gone, stalled = readers[0][1], readers[1][1]
            tasks = len(asyncio.all_tasks())
            gone.transport.abort()
            await until(lambda: len(asyncio.all_tasks()) == tasks - 1)  # its handler has ended
            async with asyncio.timeout(5):
                await stack.aclose()
        stalled.close()

    assert caplog.records == []
