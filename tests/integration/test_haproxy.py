"""haproxy between client and API, as a vendor or a company would run it."""

import asyncio
from pathlib import Path

import pytest

from np6_async import RetryPolicy
from np6_async.errors import ServerError
from np6_async.sandbox import Sandbox
from tests.support import MakeClient, body, numbers
from tests.wire.fault_server import End, FaultServer, array, in_turn

from .boxes import free_port, haproxy
from .support import MOST_THROTTLED, all_arrive

pytestmark = pytest.mark.integration

LIMIT = """
    stick-table type ip size 1k expire 10s store http_req_rate(1s)
    http-request track-sc0 src
    http-request return status 429 hdr Retry-After 1 if { sc_http_req_rate(0) gt 30 }
"""


async def test_429_and_retry_after_of_a_stick_table_are_waited_out(tmp_path: Path) -> None:
    async with Sandbox(notifications=20) as sandbox:
        with haproxy(tmp_path, sandbox.url, frontend=LIMIT) as box:
            await all_arrive(sandbox, box)
        assert sandbox.requests == 60
    assert 1 <= box.answered(429) <= MOST_THROTTLED


async def test_504_of_a_server_that_took_too_long_is_asked_again(
    np6: MakeClient, tmp_path: Path
) -> None:
    async with FaultServer(in_turn([End.SILENCE], array(body(1, 2)))) as server:
        with haproxy(tmp_path, server.url, patience="50ms") as box:
            assert numbers(await np6(box.url).bounces(156)) == [1, 2]
    assert box.answered(504) == 1


async def test_503_without_a_server_is_a_server_error(np6: MakeClient, tmp_path: Path) -> None:
    with (
        haproxy(tmp_path, f"http://127.0.0.1:{free_port()}") as box,
        pytest.raises(ServerError, match="503 Service Unavailable") as caught,
    ):
        await np6(box.url, retry=RetryPolicy(attempts=1)).bounces(156)
    assert "No server is available" in str(caught.value.detail)


async def test_a_server_that_comes_back_behind_haproxy_is_found(tmp_path: Path) -> None:
    sandbox = Sandbox(port=free_port())
    async with sandbox:
        upstream = sandbox.url
    with haproxy(tmp_path, upstream) as box:
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(all_arrive(sandbox, box, attempts=99))
            await box.until(503)
            async with sandbox:
                await asking
