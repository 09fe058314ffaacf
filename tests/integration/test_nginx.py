"""nginx between client and API, as a vendor or a company would run it."""

from pathlib import Path

import pytest

from np6_async import RetryPolicy
from np6_async.errors import ServerError
from np6_async.sandbox import Faults, Sandbox
from tests.support import MakeClient

from .boxes import free_port, nginx
from .support import MOST_THROTTLED, all_arrive

pytestmark = pytest.mark.integration

LIMIT = "limit_req_zone $server_addr zone=api:64k rate=30r/s;"
BURST = "limit_req zone=api burst=10 nodelay;"


async def test_a_bare_503_of_limit_req_is_waited_out(tmp_path: Path) -> None:
    async with Sandbox(notifications=20) as sandbox:
        with nginx(tmp_path, sandbox.url, http=LIMIT, location=BURST) as box:
            await all_arrive(sandbox, box, attempts=20)
        assert sandbox.requests == 60
    assert 1 <= box.answered(503) <= MOST_THROTTLED


async def test_429_and_retry_after_of_limit_req_close_the_gate_for_all(tmp_path: Path) -> None:
    http = f"{LIMIT} limit_req_status 429; map $status $wait {{ 429 1; }}"
    location = f"{BURST} add_header Retry-After $wait always;"
    async with Sandbox(notifications=20) as sandbox:
        with nginx(tmp_path, sandbox.url, http=http, location=location) as box:
            await all_arrive(sandbox, box)
        assert sandbox.requests == 60
    assert 1 <= box.answered(429) <= MOST_THROTTLED


async def test_what_breaks_behind_nginx_is_asked_again(tmp_path: Path) -> None:
    # nginx asks with HTTP/1.0, so a body ends with its connection: only the array shows a cut.
    faults = Faults(truncated=0.2, server_errors=0.1)
    http = "gzip on; gzip_types application/json; gzip_http_version 1.0;"
    async with Sandbox(notifications=10, faults=faults) as sandbox:
        with nginx(tmp_path, sandbox.url, http=http) as box:
            await all_arrive(sandbox, box, attempts=20)
        assert sandbox.requests > 30


async def test_an_error_page_of_nginx_is_a_server_error(np6: MakeClient, tmp_path: Path) -> None:
    with (
        nginx(tmp_path, f"http://127.0.0.1:{free_port()}") as box,
        pytest.raises(ServerError, match="502 Bad Gateway") as caught,
    ):
        await np6(box.url, retry=RetryPolicy(attempts=1)).bounces(156)
    assert "nginx" in str(caught.value.detail)
