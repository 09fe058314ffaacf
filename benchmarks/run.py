"""Run all contestants on all workloads, in interleaved rounds, and write down what they cost.

``python -m benchmarks.run --help`` tells the options; `make bench` runs it as it is meant to be.
"""

import argparse
import json
import math
import platform
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from attrs import asdict, define, field, frozen

from . import generated
from .contestants import CONTESTANTS
from .measure import Cost, run, server
from .report import BASE, write

ROUNDS = 11
SECONDS = 3.0
STREAMING = ("np6 async for", "np6 batches", "np6 raw")
LOOPS = (BASE, "np6 await", "np6 batches")  # who shows what another event loop changes


@frozen
class Workload:
    """So many answers of so many events each.

    Attributes:
        name: What the report calls it.
        responses: How many answers.
        events: How many events in each.
        base: What is put behind the server's URL.
        names: Who takes part; empty for all.
        loop: Whose event loop they run on.
    """

    name: str
    responses: int
    events: int
    base: str = ""
    names: tuple[str, ...] = ()
    loop: str = "asyncio"


WORKLOADS = (
    Workload("200 x 500", 200, 500),
    Workload("200 x 500, gzip", 200, 500, base="/gzip"),
    Workload("200 x 500, uvloop", 200, 500, names=LOOPS, loop="uvloop"),
    Workload("4,000 x 5", 4_000, 5),
    Workload("4,000 x 5, uvloop", 4_000, 5, names=LOOPS, loop="uvloop"),
    Workload("1,000 x 1,000", 1_000, 1_000, names=STREAMING),
    Workload("1 x 1,000,000", 1, 1_000_000, names=STREAMING),
    Workload("1 x 1,000,000, gzip", 1, 1_000_000, base="/gzip", names=STREAMING),
    Workload("1 x 1,000", 1, 1_000, names=STREAMING),
)
IMPORTS = ("pass", "import aiohttp", "import np6_async")


@define
class Series:
    """What one contestant cost on one workload, round by round; CPU and wall are for one pass."""

    workload: str
    contestant: str
    passes: int
    cpu: list[float] = field(factory=list)
    wall: list[float] = field(factory=list)
    memory: list[float] = field(factory=list)

    def add(self, cost: Cost, idle: Cost) -> None:
        """Take in one run, less what the process costs when it has nothing to do."""
        self.cpu.append((cost.cpu - idle.cpu) / self.passes)
        self.wall.append((cost.wall - idle.wall) / self.passes)
        self.memory.append(cost.memory)


def contest(url: str, path: str, name: str, workload: Workload, passes: int) -> Cost:
    """Run one contestant in a process of its own."""
    numbers = map(str, (workload.events, workload.responses, passes))
    module = ["-m", "benchmarks.contestants", name, workload.loop, url + workload.base, *numbers]
    return run(module, path=path)


def measure(rounds: int, seconds: float, workloads: tuple[Workload, ...]) -> Iterator[list[Series]]:
    """Calibrate everyone to runs of so many seconds, then run everyone once in every round.

    Yields what was measured so far, after every round.
    """
    path = generated.make()
    found: dict[tuple[str, str], Series] = {}
    with server() as url:
        for number in range(-1, rounds):
            for workload in workloads:
                for name in workload.names or CONTESTANTS:
                    idle = contest(url, path, name, workload, 0)
                    key = workload.name, name
                    if number < 0:
                        once = contest(url, path, name, workload, 1).wall - idle.wall
                        found[key] = Series(*key, math.ceil(seconds / max(once, 0.001)))
                    else:
                        series = found[key]
                        series.add(contest(url, path, name, workload, series.passes), idle)
                say(f"{'calibrated' if number < 0 else f'round {number + 1}'}: {workload.name}")
            if number >= 0:
                yield list(found.values())


def measure_imports(rounds: int) -> list[Series]:
    """Measure what importing costs, less the interpreter itself."""
    found = {code: Series("import", code, 1) for code in IMPORTS}
    for _ in range(rounds * 3):
        idle = run(["-c", "pass"], path="")
        for code, series in found.items():
            series.add(run(["-c", code], path=""), idle)
    return list(found.values())


def say(text: str) -> None:
    """Show progress."""
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="rounds (default: 11)")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="seconds a run (default: 3)")
    parser.add_argument("--only", default="", help="only workloads whose name starts with this")
    parser.add_argument("--out", type=Path, default=Path("docs/performance"), help="where to write")
    options = parser.parse_args()
    workloads = tuple(w for w in WORKLOADS if w.name.startswith(options.only))
    imports = measure_imports(options.rounds)
    options.out.mkdir(parents=True, exist_ok=True)
    for number, series in enumerate(measure(options.rounds, options.seconds, workloads), start=1):
        save(options.out, series + imports, rounds=number, seconds=options.seconds)
    write(options.out)


def save(out: Path, series: list[Series], *, rounds: int, seconds: float) -> None:
    """Write down what was measured, and with what."""
    packages = ("aiohttp", "attrs", "cattrs", "msgspec", "orjson", "openapi-python-client")
    facts = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "rounds": rounds,
        "seconds": seconds,
        **{name: version(name) for name in (*packages, "openapi-generator-cli", "uvloop")},
    }
    result = {"facts": facts, "series": [asdict(one) for one in series]}
    (out / "results.json").write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
