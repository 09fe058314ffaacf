"""What a body may be encoded with: what is read, and what is asked for again as it is."""

import gzip
import zlib
from collections.abc import Callable

import aiohttp
import pytest
from packaging.version import Version

from np6_async import RetryPolicy
from np6_async._policy.status import _READABLE_CODINGS
from np6_async.errors import ProtocolError
from tests.support import MakeClient, body, numbers

from .conftest import Serve
from .fault_server import End, Step, always, array, head, in_turn

WANTED = [*range(200)]
PLAIN = body(*WANTED)
TWICE = RetryPolicy(attempts=2, base=0.001)


def raw_deflate(data: bytes) -> bytes:
    squeeze = zlib.compressobj(wbits=-15)
    return squeeze.compress(data) + squeeze.flush()


ENCODE: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "identity": bytes,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
}


def test_every_coding_that_counts_as_readable_is_tried_here() -> None:
    assert ENCODE.keys() == _READABLE_CODINGS


@pytest.mark.parametrize("spell", [str.lower, str.upper, str.title, "  {} ".format])
@pytest.mark.parametrize("coding", ENCODE)
async def test_a_coding_that_counts_as_readable_is_read(
    serve: Serve, np6: MakeClient, coding: str, spell: Callable[[str], str]
) -> None:
    if spell is not str.lower and Version(aiohttp.__version__) < Version("3.14.4"):
        pytest.skip("aiohttp 3.14.3 reads `gzip` only, so the body is asked for uncompressed")
    sent = array(ENCODE[coding](PLAIN), Content_Encoding=spell(coding))
    server = await serve(always(sent))
    client = np6(server.url)
    assert numbers(await client.executions(156)) == WANTED
    assert numbers([each async for each in client.executions(156)]) == WANTED
    assert len(server.requests) == 2


async def test_deflate_without_the_header_of_zlib_is_read(serve: Serve, np6: MakeClient) -> None:
    server = await serve(always(array(raw_deflate(PLAIN), Content_Encoding="deflate")))
    assert numbers(await np6(server.url).executions(156)) == WANTED


def twice(data: bytes) -> bytes:
    return gzip.compress(gzip.compress(data))


UNREADABLE: dict[str, Callable[[bytes], bytes]] = {
    "x-gzip": gzip.compress,
    "X-GZIP": gzip.compress,
    "compress": bytes,
    "br": bytes,
    "zstd": bytes,
    "gzip, gzip": twice,
    "gzip,gzip": twice,
    "identity, gzip": gzip.compress,
    "gzip, identity": gzip.compress,
    "gzip;q=1.0": gzip.compress,
    "gzip; level=9": gzip.compress,
    "deflate;q=0.5": zlib.compress,
    "gzip,": gzip.compress,
    "nobody's": bytes,
}


@pytest.mark.parametrize("coding", UNREADABLE)
async def test_P4_what_cannot_be_decoded_is_asked_for_once_without_compression(
    serve: Serve, np6: MakeClient, coding: str
) -> None:
    bad = array(UNREADABLE[coding](PLAIN), Content_Encoding=coding)
    server = await serve(in_turn(bad, array(PLAIN), bad, array(PLAIN)))
    client = np6(server.url, retry=TWICE)
    assert numbers(await client.executions(156)) == WANTED
    assert numbers([each async for each in client.executions(156)]) == WANTED
    asked = [request.headers["accept-encoding"] for request in server.requests]
    assert asked == ["gzip", "identity"] * 2


@pytest.mark.parametrize("coding", UNREADABLE)
async def test_P4_what_is_never_decodable_fails_after_two_requests(
    serve: Serve, np6: MakeClient, coding: str
) -> None:
    server = await serve(always(array(UNREADABLE[coding](PLAIN), Content_Encoding=coding)))
    with pytest.raises(ProtocolError, match=r"not asked for|cannot be decompressed") as caught:
        await np6(server.url, retry=RetryPolicy(attempts=9, base=0.001)).executions(156)
    assert caught.value.attempts == len(server.requests) == 2


@pytest.mark.parametrize("codings", [("identity", "gzip"), ("gzip", "identity"), ("gzip", "gzip")])
async def test_P4_codings_in_two_headers_are_not_guessed_at(
    serve: Serve, np6: MakeClient, codings: tuple[str, str]
) -> None:
    """aiohttp's two parsers decode by one of the two, each by another one."""
    lines = "".join(f"Content-Encoding: {each}\r\n" for each in codings).encode()
    plain = head(Content_Length=len(PLAIN))
    bad: list[Step] = [plain[:-2] + lines + b"\r\n" + PLAIN, End.FIN]
    server = await serve(in_turn(bad, array(PLAIN)))
    assert numbers(await np6(server.url, retry=TWICE).executions(156)) == WANTED
