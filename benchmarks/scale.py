"""Fan out over a million ids from a generator and see that nothing grows: `make scale`.

Prints, for each tenth of the run, what it cost and what it held; fails if something grew.
"""

import argparse
import asyncio
import resource
import time
from collections.abc import Iterator
from pathlib import Path

from attrs import define, field, frozen

from np6_async import NP6Client

from .contestants import CONCURRENCY, KEY
from .measure import server

TENTHS = 10
GROWTH = 4.0  # MiB that memory may grow by after the first tenth
SLOWER = 1.2  # times what a query may cost in the second half, to the first


@define
class Ids:
    """A generator's ids, counted as they are read."""

    count: int
    read: int = 0

    def __iter__(self) -> Iterator[int]:
        while self.read < self.count:
            self.read += 1
            yield self.read


@frozen
class Tenth:
    """What was seen by the end of a tenth of the run.

    Attributes:
        queries: How many queries were answered so far.
        cpu: Seconds of user and system time that this tenth took.
        wall: Seconds that it took.
        memory: Resident memory now, in MiB.
        tasks: The most tasks at once in this tenth.
        ahead: The most ids read and not yet answered in this tenth.
    """

    queries: int
    cpu: float
    wall: float
    memory: float
    tasks: int
    ahead: int


@define
class Watch:
    """Looks around at every batch, and sums up every tenth."""

    size: int
    tenths: list[Tenth] = field(factory=list)
    _tasks: int = 0
    _ahead: int = 0
    _cpu: float = field(factory=time.process_time)
    _wall: float = field(factory=time.perf_counter)

    def look(self, answered: int, read: int) -> None:
        self._tasks = max(self._tasks, len(asyncio.all_tasks()))
        self._ahead = max(self._ahead, read - answered)
        if answered % self.size == 0:
            cpu, wall = time.process_time(), time.perf_counter()
            cost = cpu - self._cpu, wall - self._wall
            self.tenths.append(Tenth(answered, *cost, resident(), self._tasks, self._ahead))
            self._tasks, self._ahead, self._cpu, self._wall = 0, 0, cpu, wall


def resident() -> float:
    """Return the resident memory of this process in MiB."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


async def fan_out(base_url: str, count: int) -> list[Tenth]:
    """Fan out over so many ids, each with one event."""
    ids, watch, answered = Ids(count), Watch(count // TENTHS), 0
    async with (
        NP6Client(KEY, base_url=f"{base_url}/each/1", concurrency=CONCURRENCY) as np6,
        np6.fan_out(ids, kinds="bounces") as run,
    ):
        async for batch in run:
            if batch.last:
                answered += 1
                watch.look(answered, ids.read)
    assert run.complete
    return watch.tenths


def table(tenths: list[Tenth]) -> str:
    """Return what was seen as Markdown."""
    lines = [
        "| queries | CPU, µs a query | wall, s | resident, MiB | tasks | ids ahead |",
        "|---|---|---|---|---|---|",
    ]
    for one in tenths:
        cpu = one.cpu / tenths[0].queries * 1e6
        lines.append(
            f"| {one.queries:,} | {cpu:.0f} | {one.wall:.1f} | {one.memory:.1f} "
            f"| {one.tasks} | {one.ahead} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ids", type=int, default=1_000_000, help="how many (default: a million)")
    options = parser.parse_args()
    with server() as url:
        tenths = asyncio.run(fan_out(url, options.ids))
    print(table(tenths))
    grown = tenths[-1].memory - tenths[0].memory
    slower = sum(one.cpu for one in tenths[5:]) / sum(one.cpu for one in tenths[:5])
    print(f"\nMemory after the first tenth: {grown:+.1f} MiB.")
    print(f"CPU of the second half to that of the first: {slower:.2f}.")
    if grown > GROWTH or slower > SLOWER:
        raise SystemExit(f"More than {GROWTH:g} MiB, or more than {SLOWER:g} times: it grew.")


if __name__ == "__main__":
    main()
