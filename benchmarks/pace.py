"""Ask the sandbox for more than it admits, on the wall clock, and see how long that takes.

``make pace`` runs it: one client, one of concurrency 64, and two and four clients in processes of
their own that share the quota.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from time import perf_counter

from attrs import frozen

from np6_async import NP6Client
from np6_async.sandbox import Sandbox


@frozen
class Outcome:
    """What became of one setting.

    Attributes:
        processes: How many clients asked.
        concurrency: How many requests each of them may have under way.
        seconds: How long it took.
        refused: The share of the requests that was answered with 429.
        lost: How many queries failed.
    """

    processes: int
    concurrency: int
    seconds: float
    refused: float
    lost: int


async def ask(url: str, key: str, ids: Sequence[int], queries: int, concurrency: int) -> int:
    """Ask so many queries of one client; return how many failed."""
    async with NP6Client(key, base_url=url, concurrency=concurrency) as np6:
        asked = (np6.bounces(ids[each % len(ids)]) for each in range(queries))
        answers = await asyncio.gather(*asked, return_exceptions=True)
    return sum(isinstance(answer, BaseException) for answer in answers)


def ask_alone(url: str, key: str, ids: Sequence[int], queries: int, concurrency: int) -> int:
    """Do so in a process of one's own."""
    return asyncio.run(ask(url, key, ids, queries, concurrency))


async def measure(rate: int, queries: int, processes: int, concurrency: int) -> Outcome:
    """Measure one setting."""
    loop = asyncio.get_running_loop()
    async with Sandbox(rate=rate, notifications=20, events=5) as sandbox:
        told = sandbox.url, sandbox.api_key, sandbox.notification_ids
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            ready = (loop.run_in_executor(pool, ask_alone, *told, 0, 1) for _ in range(processes))
            await asyncio.gather(*ready)
            started = perf_counter()
            share = queries // processes
            runs = [
                loop.run_in_executor(pool, ask_alone, *told, share, concurrency)
                for _ in range(processes)
            ]
            lost = sum(await asyncio.gather(*runs))
            seconds = perf_counter() - started
        refused = sandbox.throttled / sandbox.requests
    return Outcome(processes, concurrency, seconds, refused, lost)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=100, help="requests a second (default: 100)")
    parser.add_argument("--queries", type=int, default=1500, help="queries (default: 1500)")
    options = parser.parse_args()
    ideal = options.queries / options.rate
    print(f"{options.queries:,} queries, {options.rate} requests a second: {ideal:g} s at best.\n")
    print("| processes | concurrency | seconds | of the ideal | refused | queries lost |")
    print("|---|---|---|---|---|---|")
    lost = 0
    for processes, concurrency in ((1, 16), (1, 64), (2, 16), (4, 16)):
        found = asyncio.run(measure(options.rate, options.queries, processes, concurrency))
        lost += found.lost
        print(
            f"| {processes} | {concurrency} | {found.seconds:.1f} | {found.seconds / ideal:.2f} | "
            f"{found.refused:.1%} | {found.lost} |",
            flush=True,
        )
    sys.exit(lost > 0)


if __name__ == "__main__":
    main()
