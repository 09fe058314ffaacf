"""Ask many queries over a bad network, and fail if one event is wrong.

``python -m tests.chaos --help`` tells the options; `make chaos` and `make soak` run it as it is
meant to be.
"""

import argparse
import asyncio
import sys
from collections.abc import Iterable, Sequence

from .growth import ENOUGH, Sample, growth
from .run import Report, run


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queries", type=int, default=20_000, help="how many (default: 20000)")
    parser.add_argument("--minutes", type=float, help="how long, whatever number that makes")
    parser.add_argument("--seed", type=int, default=0, help="what goes wrong (default: 0)")
    options = parser.parse_args()
    queries: int = options.queries
    minutes: float | None = options.minutes

    def goes_on(report: Report) -> bool:
        done, wrong = report.queries.total(), len(report.violations)
        sys.stderr.write(f"{report.seconds:6.0f} s {done:10,} queries {wrong:4} violations\n")
        if minutes is None:
            return done < queries
        return report.seconds < 60 * minutes

    report = asyncio.run(run(seed=options.seed, ids=100, idle=1, goes_on=goes_on))
    if len(report.samples) >= ENOUGH:
        report.violations += growth(report.samples)
    sys.stdout.write(in_markdown(report))
    return 1 if report.violations else 0


def in_markdown(report: Report) -> str:
    """Return the report as tables."""
    counters = (report.queries, report.events, report.requests)
    ways = {str(way): [counter[way] for counter in counters] for way in report.queries}
    ways["together"] = [counter.total() for counter in counters]
    hurt = [*sorted(report.hurt.items()), ("any", report.hurt.total())]
    held = zip(*report.samples, strict=True)
    return "\n".join(
        (
            _table(
                ("asked", "queries", "events", "requests", "per query"),
                [
                    (
                        way,
                        f"{queries:,}",
                        f"{events:,}",
                        f"{requests:,}",
                        f"{requests / queries:.3f}",
                    )
                    for way, (queries, events, requests) in ways.items()
                ],
            ),
            _table(
                ("fault", "requests", "share"),
                [
                    (name, f"{times:,}", f"{times / report.requests.total():.1%}")
                    for name, times in hurt
                ],
            ),
            _table(
                ("held after a fan-out", "first", "halfway", "last"),
                [
                    (name, *(f"{series[at]:.0f}" for at in (0, len(series) // 2, -1)))
                    for name, series in zip(Sample._fields, held, strict=True)
                ],
            ),
            f"{report.seconds:.0f} s; {len(report.violations)} violations\n",
            "".join(f"- {violation}\n" for violation in report.violations[:100]),
        )
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] + ["--:"] * (len(head) - 1), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
