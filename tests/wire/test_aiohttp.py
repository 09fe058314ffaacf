"""What aiohttp does by itself. If a test fails, aiohttp has changed and a workaround may go."""

import asyncio
import gzip
from collections.abc import AsyncIterator

import aiohttp
import pytest

from .conftest import Serve, by_the_compiled_parser
from .fault_server import End, Step, always, array, chunked, head, in_turn, status

HEADERS = {"X-Key": "a-key"}
LONG = gzip.compress(b"[%b]" % b",".join(b"%d" % number for number in range(10_000)))
SHORT = aiohttp.ClientTimeout(total=None, sock_read=0.03)
MUCH_LONGER = 0.3


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(headers=HEADERS) as session:
        yield session


async def test_it_sends_a_secret_header_to_the_target_of_a_redirect(
    serve: Serve, session: aiohttp.ClientSession
) -> None:
    there = await serve(always(array(b"[]")))
    here = await serve(always(status(302, Location=there.url)))
    await session.get(here.url)
    assert there.requests[0].headers["x-key"] == "a-key"


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(array(LONG[:-100], Content_Encoding="gzip"), id="gzip"),
        pytest.param(chunked(b"[1,2"), id="chunks"),
        pytest.param([head() + b"[1,2", End.FIN], id="until the end of the connection"),
    ],
)
async def test_it_accepts_a_truncated_body_as_complete(
    serve: Serve, session: aiohttp.ClientSession, steps: list[Step]
) -> None:
    server = await serve(always(steps))
    async with session.get(server.url) as response:
        assert not (await response.read()).endswith(b"]")


@by_the_compiled_parser
async def test_it_waits_for_ever_after_broken_framing(
    serve: Serve, session: aiohttp.ClientSession
) -> None:
    go = asyncio.Event()
    server = await serve(always([*chunked(b"[1", go)[:-1], b"zz\r\nx\r\n", End.SILENCE]))
    async with session.get(server.url, timeout=SHORT) as response:
        await response.content.readany()
        go.set()
        with pytest.raises(TimeoutError) as caught:
            await asyncio.wait_for(response.content.readany(), MUCH_LONGER)
    assert type(caught.value) is TimeoutError  # ours, not that of aiohttp


async def test_a_session_that_is_closed_leaves_its_readers_waiting(
    serve: Serve, session: aiohttp.ClientSession
) -> None:
    server = await serve(always(chunked(b"[1", End.SILENCE)))
    response = await session.get(server.url)
    await response.content.readany()
    reader = asyncio.create_task(response.content.readany())
    await asyncio.sleep(0)
    await session.close()
    _, waiting = await asyncio.wait([reader], timeout=MUCH_LONGER)
    assert waiting == {reader}
    reader.cancel()
    response.close()


async def test_a_session_that_is_closed_cancels_those_that_wait_for_a_connection(
    serve: Serve,
) -> None:
    server = await serve(always([End.SILENCE]))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as session:
        first, second = (asyncio.ensure_future(session.get(server.url)) for _ in range(2))
        await server.until(lambda: server.busy == 1)
        await session.close()
        await asyncio.wait([first, second], timeout=1)
    assert isinstance(first.exception(), aiohttp.ClientConnectionError)
    assert second.cancelled()  # though nobody cancelled it


@pytest.mark.parametrize("end", [End.RST, End.FIN])
async def test_it_retries_a_request_by_itself(
    serve: Serve, session: aiohttp.ClientSession, end: End
) -> None:
    server = await serve(in_turn([end], [end]))
    with pytest.raises(aiohttp.ClientConnectionError):
        await session.get(server.url)
    assert len(server.requests) == 2


async def test_it_calls_a_malformed_response_a_400(
    serve: Serve, session: aiohttp.ClientSession
) -> None:
    server = await serve(always([b"bonjour\r\n\r\n", End.FIN]))
    with pytest.raises(aiohttp.ClientResponseError) as caught:
        await session.get(server.url)
    assert caught.value.status == 400


async def test_its_errors_show_the_headers_of_the_request(
    serve: Serve, session: aiohttp.ClientSession
) -> None:
    server = await serve(always(status(404)))
    with pytest.raises(aiohttp.ClientResponseError) as caught:
        await session.get(server.url, raise_for_status=True)
    assert "a-key" in repr(caught.value)


async def test_it_keeps_no_count_of_what_was_sent_of_an_empty_body(
    serve: Serve, session: aiohttp.ClientSession
) -> None:
    server = await serve(always([head(204)]))
    async with session.get(server.url) as response:
        assert response.content.total_bytes == 0
        with pytest.raises(AttributeError):
            _ = response.content.total_raw_bytes
