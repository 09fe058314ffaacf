"""Count the instructions that an event and a request cost, and compare them with a baseline.

Seconds vary with what else the machine does; instructions do not. They are counted by callgrind,
without a network, as the difference between two sizes of the same work: whatever is not an event,
or not a request, drops out. ``make instructions ARGS=--accept`` makes a new baseline.
"""

import argparse
import gc
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import frozen

BASELINE = Path(__file__).with_suffix(".json")
TOLERANCE = 0.02  # of the baseline; the same code repeats within 0.003 an event, 0.006 a request
ACCEPT = "If that is as it should be: make instructions ARGS=--accept, and commit the baseline."
NAMES = (
    *("bytes only", "orjson dicts"),
    *("np6 await", "np6 async for", "np6 batches", "np6 raw", "np6 fan_out"),
)
BASE = "orjson dicts"
PACKAGES = ("aiohttp", "attrs", "cattrs", "msgspec", "multidict", "propcache", "yarl")

_total = re.compile(r"^(?:summary|totals): (\d+)$", re.MULTILINE)


@frozen
class Work:
    """So many answers of so many events each."""

    responses: int
    events: int


FEW_EVENTS, MANY_EVENTS = Work(4, 250), Work(4, 500)
FEW_REQUESTS, MANY_REQUESTS = Work(32, 5), Work(64, 5)
WORK = (FEW_EVENTS, MANY_EVENTS, FEW_REQUESTS, MANY_REQUESTS)

Counts = dict[str, dict[str, int]]


def work() -> None:
    """Do all work of all contestants, each between two calls that callgrind listens for."""
    from .contestants import CONTESTANTS
    from .offline import OfflineLoop
    from .server import answer

    for size in WORK:
        answer(size.events, compressed=False)  # made once, and not by the first who asks
    loop = OfflineLoop()
    for name in NAMES:

        def do(size: Work, name: str = name) -> None:
            ids = iter([size.events] * size.responses)
            loop.run_until_complete(CONTESTANTS[name]("http://127.0.0.1:9", ids))

        do(FEW_EVENTS)
        do(FEW_REQUESTS)
        for size in WORK:
            gc.collect()
            gc.freeze()
            os.getppid()
            do(size)
            os.getppid()
    loop.close()


def count() -> Counts:
    """Run `work` under callgrind; return what an event and a request cost each contestant."""
    with TemporaryDirectory() as directory:
        out = Path(directory) / "out"
        subprocess.run(
            [
                *("valgrind", "--quiet", "--tool=callgrind", "--dump-before=getppid"),
                *(f"--callgrind-out-file={out}", sys.executable, "-m", "benchmarks.instructions"),
                "--work",
            ],
            check=True,
            env={"PATH": os.environ["PATH"], "PYTHONHASHSEED": "0"},
        )
        parts = len(NAMES) * len(WORK)
        totals = iter([_read(Path(f"{out}.{2 * part}")) for part in range(1, parts + 1)])
    return {name: _costs(dict(zip(WORK, totals, strict=False))) for name in NAMES}


def _read(dump: Path) -> int:
    found = _total.search(dump.read_text("ascii"))
    assert found is not None, f"{dump} has no total"
    return int(found[1])


def _costs(totals: dict[Work, int]) -> dict[str, int]:
    """Return what one more event, and one more request, adds."""
    events = FEW_EVENTS.responses * (MANY_EVENTS.events - FEW_EVENTS.events)
    requests = MANY_REQUESTS.responses - FEW_REQUESTS.responses
    return {
        "event": round((totals[MANY_EVENTS] - totals[FEW_EVENTS]) / events),
        "request": round((totals[MANY_REQUESTS] - totals[FEW_REQUESTS]) / requests),
    }


def facts() -> dict[str, str]:
    """Return what the counts depend on, besides the code of this project."""
    return {
        "python": platform.python_version(),
        "compiler": platform.python_compiler(),
        "machine": platform.machine(),
        **{name: version(name) for name in PACKAGES},
    }


def table(counts: Counts) -> str:
    """Return the counts as Markdown."""
    base = counts[BASE]
    lines = [
        f"| contestant | an event | to {BASE} | a request with 5 events | to {BASE} |",
        "|---|---|---|---|---|",
    ]
    for name, costs in counts.items():
        cells = [f"{costs[what]:,} | {costs[what] / base[what]:.2f}" for what in base]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def compared(counts: Counts, baseline: Counts) -> str:
    """Return what costs more, or less, than it did, as a multiple of what the base costs.

    What the machine and its libraries change, they change for the base as well.

    Raises:
        SystemExit: Something costs more.
    """
    changes = {
        f"{name}, {what}": cost / counts[BASE][what] / (was[what] / baseline[BASE][what]) - 1
        for name, costs in counts.items()
        if name.startswith("np6")
        for was in (baseline[name],)
        for what, cost in costs.items()
    }
    lines = [
        f"{what}: {change:+.1%}" for what, change in changes.items() if abs(change) > TOLERANCE
    ]
    if not lines:
        return f"All within {TOLERANCE:.0%} of the baseline."
    text = "\n".join(
        [
            f"More than {TOLERANCE:.0%} off the baseline, in instructions for each of the base's:",
            *lines,
            ACCEPT,
        ]
    )
    if max(changes.values()) > TOLERANCE:
        raise SystemExit(text)
    return text


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accept", action="store_true", help="make these counts the baseline")
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work()
        return
    if shutil.which("valgrind") is None:
        raise SystemExit("valgrind is not installed; its package has the same name")
    counts = count()
    print(table(counts))
    if options.accept:
        result = {"facts": facts(), "counts": counts}
        BASELINE.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
        return
    baseline = json.loads(BASELINE.read_text("utf-8"))
    if other := dict(baseline["facts"].items() - facts().items()):
        print(f"Not compared: the baseline was made with {other}, which is not what is here.")
    else:
        print(compared(counts, baseline["counts"]))


if __name__ == "__main__":
    main()
