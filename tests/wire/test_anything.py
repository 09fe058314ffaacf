"""Whatever is answered, it is events or an error of ours, and it ends."""

import asyncio
import gzip
import zlib

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from np6_async import NP6Client, RetryPolicy, Timeouts
from np6_async.errors import NP6Error
from tests.support import body

from .fault_server import End, FaultServer, Response, Step, array, chunked, head

ZIPPED = gzip.compress(body(*range(20)))
GOOD: list[list[Step]] = [
    array(body(1, 2, 3)),
    array(ZIPPED, Content_Encoding="gzip"),
    array(zlib.compress(body(1)), Content_Encoding="deflate"),
    chunked(body(1), b" ", b"\n"),
    chunked(ZIPPED[:50], ZIPPED[50:], Content_Encoding="gzip"),
    [head() + body(1, 2)],
]
ANSWERS = [b"".join(step for step in steps if isinstance(step, bytes)) for steps in GOOD]
TOKENS = [b"\r\n", b"\n", b"\0", b" ", b":", b"0", b"-1", b"ffffffff", b"[", b"]", b"}", b"\xff"]


@st.composite
def spoiled(draw: st.DrawFn) -> bytes:
    """An answer with some of its bytes left out, replaced or said twice."""
    answer = draw(st.sampled_from(ANSWERS))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(answer)))
        end = draw(st.integers(start, min(len(answer), start + 20)))
        other = draw(st.sampled_from([b"", answer[start:end] * 2, *TOKENS]) | st.binary(max_size=9))
        answer = answer[:start] + other + answer[end:]
    return answer


async def take(answers: list[bytes], end: End) -> list[str]:
    """Ask for each answer; return what came of each."""
    left = iter(answers)

    def answer(_: object) -> Response:
        return [next(left), end]

    came: list[str] = []
    async with FaultServer(answer) as server:
        for _ in answers:
            client = NP6Client(
                "a-key",
                base_url=server.url,
                retry=RetryPolicy(attempts=1),
                timeouts=Timeouts(idle=0.05),
            )
            async with client, asyncio.timeout(2):
                try:
                    came.append(f"{len(await client.executions(156))} events")
                except NP6Error as error:
                    came.append(type(error).__name__)
    return came


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    answers=st.lists(spoiled() | st.binary(max_size=99), min_size=8, max_size=8),
    end=st.sampled_from([End.FIN, End.RST]),
)
def test_H13_N14_whatever_is_answered_becomes_events_or_an_error_of_ours(
    answers: list[bytes], end: End
) -> None:
    assert len(asyncio.run(take(answers, end))) == len(answers)
