"""Large answers: how they share the event loop, and one another's time."""

import asyncio
from collections.abc import Sequence
from typing import Any, ClassVar

import msgspec

from np6_async._decode.array import RawDecoder
from np6_async._engine.deadline import Deadline, Timers
from np6_async._engine.response import ResponseReader
from np6_async._policy.minimum_rate import MinimumRate

MIB = 2**20
ELEMENT = b'{"id":"' + b"x" * 1000 + b'"}'


class Body:
    """The body of an answer, which has arrived; or only half of it, until `rest` is set."""

    status = 200
    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, size: int) -> None:
        self._body = b"[" + b",".join([ELEMENT] * (size // len(ELEMENT))) + b"]"
        self._half = len(self._body) // 2
        self.rest = asyncio.Event()
        self.rest.set()
        self.at_end = False

    def read_nowait(self) -> bytes:
        if not self.rest.is_set() and len(self._body) <= self._half:
            return b""
        data, self._body = self._body[: MIB // 4], self._body[MIB // 4 :]
        self.at_end = not self._body
        return data

    async def read(self) -> bytes:
        await self.rest.wait()
        return self.read_nowait()

    def close(self) -> None: ...


class Log(RawDecoder):
    """Takes down whose elements were decoded."""

    def __init__(self, name: str, log: list[str]) -> None:
        self._name = name
        self._log = log

    def decode(self, elements: Sequence[msgspec.Raw]) -> tuple[list[bytes], None]:
        self._log.append(self._name)
        return super().decode(elements)


async def read(log: list[str], name: str, size: int, gathering: asyncio.Lock | None) -> None:
    await read_all(Body(size), Log(name, log), gathering, size // len(ELEMENT))


async def read_all(
    reply: Any, decoder: RawDecoder, gathering: asyncio.Lock | None, expected: int
) -> None:
    answer = ResponseReader(
        reply,
        decoder,
        deadline=Deadline(None, Timers()),
        idle=10,
        minimum_rate=MinimumRate(10),
        decoded=lambda size, elements: None,
    )
    found: list[bytes] = []
    if gathering is not None:
        await answer.read_all(found, gathering)
    while not answer.complete:
        found += await answer.read()
    assert len(found) == expected


async def both(size: int, gathering: asyncio.Lock | None) -> str:
    """Return whose elements were decoded, while two answers were read at once."""
    log: list[str] = []
    await asyncio.gather(*(read(log, name, size, gathering) for name in "ab"))
    return "".join(log)


async def test_an_answer_that_is_gathered_is_decoded_before_the_next() -> None:
    order = await both(7 * MIB // 8, asyncio.Lock())  # whose last bytes are more than a piece
    assert order == "a" * order.count("a") + "b" * order.count("b")
    assert order.count("b") > 10


async def test_but_not_if_it_is_so_large_that_the_others_would_wait_for_long() -> None:
    order = await both(18 * MIB, asyncio.Lock())
    assert "b" in order[: order.rindex("a")]
    assert order.index("b") * 64 * 1024 > 15 * MIB


async def test_while_it_waits_for_the_network_others_are_gathered() -> None:
    gathering, expected = asyncio.Lock(), 2 * MIB // len(ELEMENT)
    slow = Body(2 * MIB)
    slow.rest.clear()
    waiting = asyncio.create_task(read_all(slow, RawDecoder(), gathering, expected))
    await asyncio.sleep(0)
    assert gathering.locked()
    await read_all(Body(2 * MIB), RawDecoder(), gathering, expected)
    assert not waiting.done()
    slow.rest.set()
    await waiting


async def test_answers_that_are_streamed_take_turns() -> None:
    assert (await both(MIB, None)).startswith("abab")


async def test_other_tasks_run_while_an_answer_is_gathered() -> None:
    log: list[str] = []
    reading = asyncio.create_task(read(log, "a", 2 * MIB, asyncio.Lock()))
    while not reading.done():
        log.append("other")
        await asyncio.sleep(0)
    await reading
    longest = max(len(run) for run in "".join(each[0] for each in log).split("o"))
    assert longest <= 2
    assert log.count("a") > 20
