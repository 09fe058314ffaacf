"""How close to a quota the client gets, on the wall clock and over real sockets: `make pace`.

One, four and sixteen processes share a key, and ask each of three APIs for more than it admits. The
first tells in headers what is left of the quota; it is the sandbox, which counts requests in
windows of a second. The others do not; they are nginx in front of a sandbox, with a token bucket.
In front of all three, nginx notes when each request came and whether it was admitted.
"""

import argparse
import asyncio
import math
import os
import platform
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time
from typing import Any

from attrs import evolve, frozen

from np6_async import NP6Client
from np6_async.sandbox import Sandbox
from tests.integration.boxes import PATH, nginx

PROCESSES = (1, 4, 16)
CONCURRENCY = 16
BUCKET = 20  # requests that nginx admits at once
STEP = 0.5  # seconds over which the picture shows a rate
PATIENCE = 120.0  # seconds that all processes have to start
HAS_NGINX = shutil.which("nginx", path=PATH) is not None
MISSING = "nginx is missing (apt-get install nginx-light): its APIs are left out, nothing is drawn"

HEAD = (
    "| API | processes | seconds | times the ideal | refused | queries lost | last / first done |",
    "|---|---|---|---|---|---|---|",
)


@frozen
class Api:
    """An API with a limit.

    Attributes:
        name: What the report calls it.
        counts: How it counts requests.
        rate: What the sandbox admits in a second, as its headers tell; None for all.
        http: Directives of nginx for all requests.
        location: Directives of nginx for each request.
        bucket: How many requests are admitted at once, beside what the rate admits.
    """

    name: str
    counts: str
    rate: int | None = None
    http: str = ""
    location: str = ""
    bucket: int = 0


@frozen
class Load:
    """What is asked.

    Attributes:
        rate: The limit, in requests a second.
        queries: How many queries all processes ask together.
    """

    rate: int
    queries: int


@frozen
class Target:
    """What a process must know to ask: where, with which key, and for which notifications."""

    url: str
    key: str
    ids: Sequence[int]


@frozen
class Run:
    """When a process began and ended, by the clock, and how many of its queries failed."""

    began: float
    ended: float
    lost: int


@frozen
class Answer:
    """When a request came, in seconds since the start, and whether it was admitted."""

    came: float
    admitted: bool


@frozen
class Outcome:
    """What became of an API and so many processes.

    Attributes:
        api: What was asked.
        processes: How many processes asked.
        done: When each was done, in seconds since the start.
        ideal: The seconds that the limit requires.
        refused: The share of the requests that was answered with 429.
        lost: How many queries failed.
        answers: What nginx noted; empty without it.
    """

    api: Api
    processes: int
    done: Sequence[float]
    ideal: float
    refused: float
    lost: int
    answers: Sequence[Answer]

    @property
    def times(self) -> float:
        """How many times as long as the limit requires it took."""
        return max(self.done) / self.ideal

    @property
    def row(self) -> str:
        """The line of the table."""
        return (
            f"| {self.api.name} | {self.processes} | {max(self.done):.1f} | {self.times:.2f} | "
            f"{self.refused:.1%} | {self.lost} | {max(self.done) / min(self.done):.2f} |"
        )


def apis(rate: int) -> tuple[Api, ...]:
    """Return the APIs with this limit."""
    zone = f"limit_req_zone $server_addr zone=api:64k rate={rate}r/s; limit_req_status 429;"
    bucket = f"limit_req zone=api burst={BUCKET - 1} nodelay;"
    wait, header = "map $status $wait { 429 1; }", "add_header Retry-After $wait always;"
    bare = Api("no headers", f"bucket of {BUCKET}", http=zone, location=bucket, bucket=BUCKET)
    return (
        Api("rate headers", "windows of a second", rate=rate),
        bare,
        evolve(
            bare,
            name="no headers, Retry-After: 1",
            http=f"{zone} {wait}",
            location=f"{bucket} {header}",
        ),
    )


@contextmanager
def recorder(api: Api, place: Path, upstream: str) -> Iterator[str]:
    """Run nginx with what an API needs, and let it note all requests; without it, do nothing."""
    if not HAS_NGINX:
        yield upstream
        return
    http = f"log_format moments '$msec $request_time $status'; {api.http}"
    location = f"access_log moments.log moments; {api.location}"
    with nginx(place, upstream, http=http, location=location) as box:
        yield box.url


def read_answers(place: Path, started: float) -> list[Answer]:
    """Return what nginx noted: when it had answered, how long that took, and the status."""
    log = place / "moments.log"
    lines = log.read_text("ascii").splitlines() if log.exists() else []
    fields = (line.split() for line in lines)
    return [
        Answer(float(ended) - float(took) - started, admitted=status != "429")
        for ended, took, status in fields
    ]


async def ask(target: Target, queries: int) -> Run:
    """Ask so many queries of one client."""
    began = time()
    async with NP6Client(target.key, base_url=target.url, concurrency=CONCURRENCY) as np6:
        asked = (np6.bounces(target.ids[each % len(target.ids)]) for each in range(queries))
        answers = await asyncio.gather(*asked, return_exceptions=True)
        return Run(began, time(), sum(isinstance(answer, BaseException) for answer in answers))


def ask_alone(target: Target, queries: int) -> Run:
    """Do so in a process of one's own."""
    return asyncio.run(ask(target, queries))


async def ask_together(target: Target, queries: int, processes: int) -> list[Run]:
    """Share the queries among so many processes, which begin when all of them are ready."""
    loop = asyncio.get_running_loop()
    spawn = get_context("spawn")
    ready = spawn.Barrier(processes, timeout=PATIENCE)
    with ProcessPoolExecutor(processes, mp_context=spawn, initializer=ready.wait) as pool:
        shares = [(queries + number) // processes for number in range(processes)]
        runs = [loop.run_in_executor(pool, ask_alone, target, share) for share in shares]
        return await asyncio.gather(*runs)


async def measure(api: Api, load: Load, processes: int) -> Outcome:
    """Measure one API with so many processes."""
    async with Sandbox(rate=api.rate, retry_after=True, notifications=20, events=5) as sandbox:
        with TemporaryDirectory() as folder:
            place = Path(folder)
            with recorder(api, place, sandbox.url) as url:
                target = Target(url, sandbox.api_key, sandbox.notification_ids)
                runs = await ask_together(target, load.queries, processes)
            started = min(run.began for run in runs)
            answers = read_answers(place, started)
        counted = Counter(answer.admitted for answer in answers)
        refused = counted[False] if answers else sandbox.throttled
        return Outcome(
            api=api,
            processes=processes,
            done=[run.ended - started for run in runs],
            ideal=(load.queries - api.bucket) / load.rate,
            refused=refused / (counted.total() or sandbox.requests),
            lost=sum(run.lost for run in runs),
            answers=answers,
        )


def measure_all(load: Load) -> Iterator[Outcome]:
    """Measure what can be measured on this machine, one after the other."""
    for api in apis(load.rate):
        if HAS_NGINX or not api.bucket:
            for processes in PROCESSES:
                yield asyncio.run(measure(api, load, processes))


def rates(answers: Sequence[Answer], *, admitted: bool) -> list[float]:
    """Return the requests a second, step by step, that were admitted, or refused."""
    steps = int(max(answer.came for answer in answers) / STEP) + 1
    counted = Counter(
        max(0, int(answer.came / STEP)) for answer in answers if answer.admitted is admitted
    )
    return [counted[step] / STEP for step in range(steps)]


def draw(axis: Any, outcome: Outcome, rate: int) -> None:
    """Draw how many requests a second were admitted, and on top of them how many refused."""
    admitted = rates(outcome.answers, admitted=True)
    refused = rates(outcome.answers, admitted=False)
    both = [low + more if more else math.nan for low, more in zip(admitted, refused, strict=True)]
    edges = [step * STEP for step in range(len(admitted) + 1)]
    axis.stairs(admitted, edges, fill=True, color="tab:blue", label="admitted")
    axis.stairs(both, edges, baseline=admitted, fill=True, color="tab:red", label="refused")
    axis.axhline(rate, color="black", linestyle="--", linewidth=1, label="limit")
    axis.axvline(outcome.ideal, color="black", linestyle=":", linewidth=1, label="ideal end")
    name = "1 process" if outcome.processes == 1 else f"{outcome.processes} processes"
    axis.set_title(f"{name}: {outcome.times:.2f} times the ideal, {outcome.refused:.1%} refused")


def plot(outcomes: Sequence[Outcome], rate: int, file: Path) -> None:
    """Draw one row for each API, and one column for each number of processes."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "np6_async", "svg.fonttype": "none"})
    mpl.rcParams.update({"font.sans-serif": ["DejaVu Sans"], "axes.titlesize": 9})
    from matplotlib import pyplot as plt

    shape = len(outcomes) // len(PROCESSES), len(PROCESSES)
    figure, axes = plt.subplots(
        *shape, figsize=(11, 7), sharex=True, sharey="row", layout="constrained"
    )
    for axis, outcome in zip(axes.flat, outcomes, strict=True):
        draw(axis, outcome, rate)
    for row, outcome in zip(axes, outcomes[:: len(PROCESSES)], strict=True):
        row[0].set(ylabel=f"{outcome.api.name}\n({outcome.api.counts})", ylim=(0, None))
        row[0].locator_params(axis="y", nbins=4)
    axes[0, 0].set_xlim(0, None)
    figure.supxlabel("seconds", fontsize=10)
    figure.supylabel(f"requests a second, in steps of {STEP:g} s", fontsize=10)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
    figure.savefig(file, metadata={"Date": None})
    shorten(file)


def shorten(file: Path) -> None:
    """Round the coordinates in an SVG file to tenths of a point, which makes it smaller."""
    text = file.read_text("utf-8")
    file.write_text(re.sub(r"\d+\.\d{3,}", lambda found: f"{float(found[0]):.1f}", text), "utf-8")


def write(outcomes: Sequence[Outcome], load: Load, out: Path) -> None:
    """Write the table and the picture."""
    facts = (
        f"Measured by `make pace`: {load.queries:,} queries in each row, "
        f"{load.rate} requests a second, concurrency {CONCURRENCY}, "
        f"Python {platform.python_version()}, {os.cpu_count()} processors."
    )
    lines = ("<!-- Written by `make pace`. -->", "", facts, "", *HEAD)
    rows = (outcome.row for outcome in outcomes)
    out.mkdir(parents=True, exist_ok=True)
    (out / "pace.md").write_text("\n".join((*lines, *rows)) + "\n", "utf-8")
    plot(outcomes, load.rate, out / "pace.svg")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=100, help="requests a second (default: 100)")
    parser.add_argument("--queries", type=int, default=1500, help="queries (default: 1500)")
    parser.add_argument("--out", type=Path, default=Path("docs/reliability"), help="where to write")
    options = parser.parse_args()
    if options.rate < 1 or options.queries <= BUCKET:
        parser.error(f"at least one request a second and more than {BUCKET} queries are needed")
    if not HAS_NGINX:
        print(MISSING, end="\n\n")
    load = Load(options.rate, options.queries)
    outcomes = []
    print(*HEAD, sep="\n", flush=True)
    for outcome in measure_all(load):
        outcomes.append(outcome)
        print(outcome.row, flush=True)
    if HAS_NGINX:
        write(outcomes, load, options.out)
    sys.exit(any(outcome.lost for outcome in outcomes))


if __name__ == "__main__":
    main()
