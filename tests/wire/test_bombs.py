"""Answers made to eat memory, taken in by a process that has 512 MiB."""

import asyncio
import gzip
import os
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from uuid import uuid4

import pytest

from np6_async.errors import ResponseError
from tests.support import MakeClient, body, event
from tests.thorough import THOROUGH

from .conftest import Serve, by_the_compiled_parser
from .fault_server import Request, Step, always, array, head

pytestmark = pytest.mark.not_measured

MIB = 2**20
GROWTH = 32
"""MiB that a stream may take, whatever it reads."""

STREAMED = int(os.environ.get("NP6_STREAMED_MIB", "128" if THOROUGH else "64"))
"""MiB of events in the longest answer; it tells as much as 2 GiB, in a second."""

JSON = {"Content_Type": "application/json"}


def endless(piece: bytes, *, times: int = 10**9) -> Iterator[bytes]:
    return (piece for _ in range(times))


def bomb(mib: int) -> bytes:
    """Return an array of objects of 64 KiB, zipped a thousand times smaller."""
    squeeze = zlib.compressobj(9, wbits=31)
    opening = squeeze.compress(b"[0") + squeeze.flush(zlib.Z_FULL_FLUSH)
    element = b',{"a":"%b"}' % (b"0" * (64 * 1024))
    again = squeeze.compress(element * 16) + squeeze.flush(zlib.Z_FULL_FLUSH)
    return opening + again * mib  # what follows a full flush stands for itself


def zipped(data: bytes) -> Iterable[Step]:
    return array(data, Content_Encoding="gzip")


def unending(*first: bytes, then: Iterable[bytes], code: int = 200) -> Iterable[Step]:
    """Answer without a length: until the connection ends, which is not this end's concern."""
    yield head(code, **JSON)
    yield from first
    yield from then


def of_events(count: int) -> Iterable[Step]:
    """Answer with events of 1 KiB, and one that is smaller."""
    element = event(1, note="x" * (1024 - len(event(1, note="")) - 1)) + b","
    yield head(200, Content_Length=count * 1024 + len(body(1)), **JSON) + b"["
    yield from endless(element * 512, times=count // 512)
    yield body(1)[1:]


ANSWERS: dict[str, Callable[[], Iterable[Step]]] = {
    "gzip bomb": lambda: zipped(bomb(1024)),
    "nesting": lambda: array(b"[" + b"[" * 10**6 + b"]" * 10**6 + b"]"),
    "endless nesting": lambda: unending(then=endless(b"[" * 2**16)),
    "endless string": lambda: unending(b'[{"id":"', then=endless(b"x" * 2**16)),
    "string of 64 MiB": lambda: array(b'["' + b"x" * (64 * MIB) + b'"]'),
    "endless blanks": lambda: unending(b"[", then=endless(b" " * 2**16)),
    "endless error": lambda: unending(then=endless(b"x" * 2**16), code=404),
    "endless error bomb": lambda: [
        head(500, Content_Encoding="gzip", Content_Length=len(bomb(1024))) + bomb(1024)
    ],
    "many events": lambda: of_events(STREAMED * 1024),
}
OUTCOMES = {
    "gzip bomb": "ResponseError: decompression limit exceeded: ",
    "nesting": "1 events",
    "endless nesting": "ResponseError: an event is larger than 8388608 bytes",
    "endless string": "ResponseError: an event is larger than 8388608 bytes",
    "string of 64 MiB": "ResponseError: an event is larger than 8388608 bytes",
    "endless blanks": "ResponseError: an event is larger than 8388608 bytes",
    "endless error": "NotFoundError: the API answered 404 Not Found",
    "endless error bomb": "ServerError: the API answered 500 Internal Server Error",
    "many events": f"{STREAMED * 1024 + 1} events",
}

MARKS = {
    "gzip bomb": by_the_compiled_parser,
    "endless nesting": pytest.mark.nightly,  # takes 10 s until it is too large
}


async def run_capped(url: str, way: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.wire.capped", url, way, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await process.communicate()
    assert process.returncode == 0
    grown, _, outcome = told.decode().strip().partition(" ")
    return int(grown), outcome


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=MARKS.get(name, ())) for name in ANSWERS],
)
async def test_P3_P9_H10_V7_a_stream_takes_little_memory_whatever_comes(
    serve: Serve, name: str
) -> None:
    def answer(request: Request) -> Iterable[Step]:
        return array(b"[]") if request.kind == "executions" else ANSWERS[name]()

    server = await serve(answer)
    grown, outcome = await run_capped(server.url, "batches")
    assert outcome.startswith(OUTCOMES[name])
    assert grown < GROWTH


@by_the_compiled_parser
async def test_P3_a_list_of_what_a_bomb_gave_until_then_is_let_go(serve: Serve) -> None:
    server = await serve(
        lambda request: array(b"[]") if request.kind == "executions" else zipped(bomb(1024))
    )
    _, outcome = await run_capped(server.url, "await")
    assert outcome.startswith("ResponseError: decompression limit exceeded: ")


@pytest.mark.parametrize("size", [1, 2, 5])
async def test_P3_a_bomb_is_told_by_how_much_it_grew(
    serve: Serve, np6: MakeClient, size: int
) -> None:
    server = await serve(always(zipped(bomb(size))))
    with pytest.raises(ResponseError, match=r"^bounces of .* exceeded: \d+ bytes became \d+"):
        _ = [some async for some in np6(server.url).bounces(156).batches()]
    assert len(server.requests) == 1


async def test_P3_events_that_differ_in_their_ids_alone_are_no_bomb(
    serve: Serve, np6: MakeClient
) -> None:
    """They are as repetitive as events can be: their body becomes over 200 times as large."""
    events = [event(0, id=str(uuid4()), note="x" * 12_000) for _ in range(500)]
    sent = gzip.compress(b"[" + b",".join(events) + b"]")
    assert len(events) * len(events[0]) > 200 * len(sent)
    server = await serve(always(zipped(sent)))
    assert len(await np6(server.url).bounces(156)) == 500
