"""The one server of all contestants: prepared bodies, as fast as a socket takes them.

The id in the path is the number of events in the answer: ``/notifications/500/events/bounces``.
Below ``/gzip`` the answers are compressed; below ``/each/5`` every id has that many events.
"""

import asyncio
import copy
import json
import random
import re
import zlib
from collections.abc import Iterator
from functools import cache
from uuid import UUID

from np6_async import EventKind
from np6_async._generated.examples import EXAMPLES

BLOCK = 1_000  # events; longer answers repeat them
_request = re.compile(
    rb"GET (/gzip)?(?:/each/(\d+))?/notifications/(\d+)/\S+ HTTP/1\.1\r\n.*?\r\n\r\n", re.DOTALL
)


@cache
def events(count: int, notification_id: int) -> bytes:
    """Return that many bounces, a comma after each: the spec's fullest, with ids of their own."""
    chance = random.Random(1)
    fullest = max(EXAMPLES[EventKind.BOUNCES], key=lambda event: len(json.dumps(event)))
    lines = []
    for number in range(count):
        event = copy.deepcopy(fullest)
        event["id"] = str(UUID(int=chance.getrandbits(128)))
        event["timestamp"] = 1_700_000_000_000 + number
        event["source"]["detail"]["activation"]["id"] = notification_id
        lines.append(json.dumps(event, separators=(",", ":")))
    return ",".join(lines).encode() + b","


def pieces(count: int) -> Iterator[bytes]:
    """Yield the body of an answer with that many events."""
    blocks, rest = divmod(count, BLOCK)
    yield b"["
    for number in range(blocks):
        block = events(BLOCK, count)
        yield block if rest or number < blocks - 1 else block[:-1]
    if rest:
        yield events(rest, count)[:-1]
    yield b"]"


@cache
def size(count: int) -> int:
    """Return how long that body is."""
    return sum(map(len, pieces(count)))


@cache
def deflated(text: bytes) -> bytes:
    """Return a text as deflate blocks that can stand anywhere in a stream."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH)


@cache
def trailer(count: int) -> bytes:
    """Return what ends a gzip stream of that body."""
    checksum = 0
    for piece in pieces(count):
        checksum = zlib.crc32(piece, checksum)
    end = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS).flush()
    return end + checksum.to_bytes(4, "little") + (size(count) % 2**32).to_bytes(4, "little")


def gzipped(count: int) -> Iterator[bytes]:
    """Yield the same body, compressed."""
    yield b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
    for piece in pieces(count):
        yield deflated(piece)
    yield trailer(count)


@cache
def head(count: int, *, compressed: bool) -> bytes:
    """Return the head of an answer."""
    length = sum(map(len, gzipped(count))) if compressed else size(count)
    coding = "Content-Encoding: gzip\r\n" if compressed else ""
    return (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{coding}"
        f"x-request-id: bench\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


@cache
def answer(count: int, *, compressed: bool) -> bytes:
    """Return a whole answer: a short one goes out at once."""
    body = gzipped(count) if compressed else pieces(count)
    return head(count, compressed=compressed) + b"".join(body)


def read(request: bytes) -> tuple[int, bool]:
    """Return how many events a request asks for, and whether compressed."""
    found = _request.fullmatch(request)
    assert found is not None, "a contestant sent something else"
    return int(found[2] or found[3]), found[1] is not None


def answer_to(request: bytes) -> bytes:
    """Return the whole answer to a request."""
    count, compressed = read(request)
    return answer(count, compressed=compressed)


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the requests of one connection."""
    try:
        while True:
            count, compressed = read(await reader.readuntil(b"\r\n\r\n"))
            if count <= BLOCK:
                writer.write(answer(count, compressed=compressed))
                continue
            writer.write(head(count, compressed=compressed))
            for piece in gzipped(count) if compressed else pieces(count):
                writer.write(piece)
                await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main() -> None:
    """Serve on a free port of this machine, and print it."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
