"""A long fan-out holds no more at its end than at its start, except for its failures.

`make scale` measures the same over a million ids.
"""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Final, cast

import pytest
from attrs import Factory, define

from np6_async import Event, EventQuery, FanOut, UnknownEvent
from np6_async.errors import NotFoundError
from tests.support import MakeClient, body

from .fault_server import Response, array, status

pytestmark = pytest.mark.not_measured

IDS: Final = 5_000
CONCURRENCY: Final = 16
AHEAD: Final = 2 + 1  # queries that are answered and not taken: in the queue, and on the way to it


class Cheap(asyncio.Protocol):
    """Answers at once, without a task: one event, or 404 for every tenth id if `fails`."""

    def __init__(self, *, fails: bool) -> None:
        self._fails = fails

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass

    def data_received(self, data: bytes) -> None:
        path = data.split(b" ", 2)[1]
        failed = self._fails and path.split(b"/")[2].endswith(b"0")
        self._transport.write(REFUSED if failed else ANSWER)


def joined(reply: Response) -> bytes:
    return b"".join(step for step in reply if isinstance(step, bytes))


ANSWER: Final = joined(array(body(1)))
REFUSED: Final = joined(status(404))


@asynccontextmanager
async def cheap_server(*, fails: bool = False) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Cheap(fails=fails), "127.0.0.1", 0)
    async with server:
        yield "http://127.0.0.1:{1}".format(*server.sockets[0].getsockname())


@define
class Ids:
    """A generator's ids, counted as they are read."""

    read: int = 0

    def __iter__(self) -> Iterator[int]:
        while self.read < IDS:
            self.read += 1
            yield self.read


@define
class Seen:
    """What was seen in the course of a run.

    Attributes:
        tasks: The most tasks there were at once.
        ahead: The most ids that were read and not answered.
        blocks: How many blocks of memory were in use, at each tenth of the run.
        answered: How many queries were answered in full.
    """

    tasks: int = 0
    ahead: int = 0
    blocks: list[int] = Factory(list)
    answered: int = 0

    async def follow(self, run: FanOut[Event | UnknownEvent], ids: Ids) -> None:
        """Take in a run, looking around at every batch."""
        mark = IDS // 10
        async for batch in run:
            self.answered += batch.last
            done = self.answered + len(run.failures)
            self.tasks = max(self.tasks, len(asyncio.all_tasks()))
            self.ahead = max(self.ahead, ids.read - done)
            if done >= mark:
                mark += IDS // 10
                gc.collect()
                self.blocks.append(sys.getallocatedblocks())


async def test_a_long_run_is_bounded_in_tasks_ids_read_and_memory(np6: MakeClient) -> None:
    seen, ids = Seen(), Ids()
    async with cheap_server() as url:
        client = np6(url, concurrency=CONCURRENCY)
        async with client.fan_out(ids, kinds="bounces") as run:
            await seen.follow(run, ids)
    assert (run.complete, run.failures, seen.answered) == (True, {}, IDS)
    assert seen.tasks <= 2 * CONCURRENCY + 2  # workers, their connections' makers, run and this
    assert seen.ahead <= CONCURRENCY + AHEAD
    assert seen.blocks[-1] - seen.blocks[1] < IDS / 10  # the events would be ten times IDS


async def test_a_long_run_keeps_its_failures_and_nothing_else(np6: MakeClient) -> None:
    seen, ids = Seen(), Ids()
    async with cheap_server(fails=True) as url:
        client = np6(url, concurrency=CONCURRENCY)
        async with client.fan_out(ids, kinds="bounces") as run:
            await seen.follow(run, ids)
    failed = [EventQuery(kind="bounces", notification_id=each) for each in range(10, IDS + 1, 10)]
    assert sorted(run.failures, key=lambda query: int(query.notification_id or 0)) == failed
    assert {type(error) for error in run.failures.values()} == {NotFoundError}
    assert seen.ahead <= CONCURRENCY + AHEAD
    assert seen.blocks[-1] - seen.blocks[1] < 25 * len(failed)  # their frames would be 90 each
