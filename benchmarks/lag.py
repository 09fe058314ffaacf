"""How long large responses block the event loop: `make lag`.

While sixteen of them are read, a task sleeps for a millisecond again and again. It notes how much
too long each sleep took, and how much processor time this process spent meanwhile: that shows which
lag was caused by other programs. The last contestants are what people write by hand.
"""

import argparse
import asyncio
import subprocess
import sys
import time
from statistics import quantiles

from attrs import define, field

from .contestants import CONCURRENCY, CONTESTANTS
from .measure import server

EVENTS = 10_000  # in each answer: 8 MB
PASSES = 1  # times that sixteen answers
NAP = 0.001  # seconds
NAMES = (
    *("np6 batches", "np6 async for", "np6 await", "np6 raw", "np6 fan_out"),
    *("bytes only", "orjson dicts"),
)


@define
class Lags:
    """How many seconds too long each nap was, and how many the processor spent here meanwhile."""

    wall: list[float] = field(factory=list)
    cpu: list[float] = field(factory=list)

    async def watch(self) -> None:
        while True:
            wall, cpu = time.perf_counter(), time.process_time()
            await asyncio.sleep(NAP)
            self.wall.append(time.perf_counter() - wall - NAP)
            self.cpu.append(time.process_time() - cpu)


async def lags(name: str, base_url: str) -> Lags:
    """Run a contestant beside the napping task."""
    seen = Lags()
    watching = asyncio.create_task(seen.watch())
    found = await CONTESTANTS[name](base_url, iter([EVENTS] * CONCURRENCY * PASSES))
    watching.cancel()
    assert found == EVENTS * CONCURRENCY * PASSES
    return seen


def row(name: str, coding: str, seen: Lags) -> str:
    """Return one line of the table."""
    cells = []
    for values in (seen.wall, seen.cpu):
        cuts = quantiles(values, n=100, method="inclusive")
        cells += [f"{value * 1e3:.1f}" for value in (cuts[49], cuts[98], max(values))]
    return f"| {name} | {coding} | {' | '.join(cells)} |"


def main() -> None:
    """Run the command line: each contestant in a process of its own, the server in another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="only contestants whose name starts with this")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        name, coding, base_url = options.one
        print(row(name, coding, asyncio.run(lags(name, base_url))), flush=True)
        return
    print("| contestant | responses | lag, ms: p50 | p99 | max | CPU, ms: p50 | p99 | max |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    with server() as url:
        for coding, base_url in (("plain", url), ("gzip", f"{url}/gzip")):
            for name in (name for name in NAMES if name.startswith(options.only)):
                command = [sys.executable, "-m", "benchmarks.lag", "--one", name, coding, base_url]
                subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
