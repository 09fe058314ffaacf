"""Turn measured costs into a Markdown table, the figures to reach, and a plot."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from attrs import frozen

BASE = "orjson dicts"

Costs = dict[tuple[str, str], dict[str, Any]]


@frozen
class Figure:
    """A ratio of two series of the same run.

    Attributes:
        text: What it says.
        of: Workload and contestant it is about.
        to: Those it is compared with.
        limit: What it must be, at most; or at least, if `least`.
        least: Whether the limit is a lower bound.
    """

    text: str
    of: tuple[str, str]
    to: tuple[str, str]
    limit: float
    least: bool = False


def _figures() -> list[Figure]:
    limits = {
        "200 x 500": {"np6 batches": 1.6, "np6 async for": 1.8, "np6 fan_out": 1.8},
        "4,000 x 5": {
            "np6 await": 1.6,
            "np6 async for": 1.6,
            "np6 batches": 1.6,
            "np6 fan_out": 1.6,
        },
    }
    figures = [
        Figure(f"{load}: {name} / {BASE}", (load, name), (load, BASE), limit)
        for load, names in limits.items()
        for name, limit in names.items()
    ]
    figures += [
        Figure(f"{load}: {name} / np6 batches", (load, name), (load, "np6 batches"), 4, least=True)
        for load in limits
        for name in ("openapi-python-client", "openapi-generator")
    ]
    raw = "200 x 500", "np6 raw"
    figures.append(Figure("200 x 500: np6 raw / bytes only", raw, ("200 x 500", "bytes only"), 2))
    for name in ("np6 async for", "np6 batches", "np6 raw"):
        one, many = ("1 x 1,000,000", name), ("1,000 x 1,000", name)
        text = f"{name}: a million events in one response / in responses of 1,000"
        figures.append(Figure(text, one, many, 1.1))
    aiohttp = "import", "import aiohttp"
    figures.append(
        Figure("import np6_async / aiohttp", ("import", "import np6_async"), aiohttp, 1.5)
    )
    return figures


def ratios(above: Sequence[float], below: Sequence[float]) -> tuple[float, float, float]:
    """Return the lower quartile, the median and the upper quartile of the ratios by round."""
    by_round = [a / b for a, b in zip(above, below, strict=True)]
    if len(by_round) < 2:
        return by_round[0], by_round[0], by_round[0]
    low, middle, high = quantiles(by_round, n=4, method="inclusive")
    return low, middle, high


def _spread(above: Sequence[float], below: Sequence[float]) -> str:
    low, middle, high = ratios(above, below)
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


def _workload_table(load: str, costs: Costs) -> list[str]:
    named = {name: one for (where, name), one in costs.items() if where == load}
    base = named.get(BASE)
    lines = [
        f"\n### {load}\n",
        f"| contestant | CPU, ms | to {BASE} | wall, ms | peak memory, MiB |",
        "|---|---|---|---|---|",
    ]
    for name, one in named.items():
        ratio = _spread(one["cpu"], base["cpu"]) if base else ""
        cpu, wall = median(one["cpu"]) * 1e3, median(one["wall"]) * 1e3
        memory = median(one["memory"])
        lines.append(f"| {name} | {cpu:,.0f} | {ratio} | {wall:,.0f} | {memory:,.0f} |")
    return lines


def _figure_table(costs: Costs) -> list[str]:
    lines = [
        "\n### Figures to reach\n",
        "| figure | median (quartiles) | must be | |",
        "|---|---|---|---|",
    ]
    for figure in _figures():
        if figure.of in costs and figure.to in costs:
            above, below = costs[figure.of]["cpu"], costs[figure.to]["cpu"]
            middle = ratios(above, below)[1]
            good = middle >= figure.limit if figure.least else middle <= figure.limit
            bound = f"{'at least' if figure.least else 'at most'} {figure.limit:g}"
            verdict = "reached" if good else "**missed**"
            lines.append(f"| {figure.text} | {_spread(above, below)} | {bound} | {verdict} |")
    for name in ("np6 async for", "np6 batches", "np6 raw"):
        large, small = costs.get(("1 x 1,000,000", name)), costs.get(("1 x 1,000", name))
        if large and small:
            extra = median(large["memory"]) - median(small["memory"])
            verdict = "reached" if extra <= 16 else "**missed**"
            text = f"{name}: peak memory of 1,000,000 events over that of 1,000"
            lines.append(f"| {text} | {extra:+.1f} MiB | at most 16 MiB | {verdict} |")
    return lines


def _plot(costs: Costs, file: Path) -> None:
    """Draw CPU per event, side by side."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "np6_async"
    from matplotlib import pyplot as plt

    loads = {"200 x 500": 100_000, "4,000 x 5": 20_000}
    figure, axes = plt.subplots(1, len(loads), figsize=(10, 4))
    for axis, (load, events) in zip(axes, loads.items(), strict=True):
        named = {name: one for (where, name), one in costs.items() if where == load}
        values = [median(one["cpu"]) / events * 1e6 for one in named.values()]
        colors = ["tab:blue" if name.startswith("np6") else "tab:gray" for name in named]
        bars = axis.barh(list(named), values, color=colors)
        axis.bar_label(bars, fmt="%.1f", padding=3)
        axis.set(title=f"{load} events", xlabel="CPU per event, µs", xlim=(0, max(values) * 1.2))
        axis.invert_yaxis()
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})


def write(out: Path) -> None:
    """Write the tables and the plot from the results in a directory."""
    result = json.loads((out / "results.json").read_text("utf-8"))
    costs: Costs = {(one["workload"], one["contestant"]): one for one in result["series"]}
    facts = ", ".join(f"{name} {value}" for name, value in result["facts"].items())
    lines = ["<!-- Written by `make bench`. -->", f"\nMeasured with {facts}."]
    lines += _figure_table(costs)
    for load in dict.fromkeys(load for load, _ in costs):
        lines += _workload_table(load, costs)
    (out / "results.md").write_text("\n".join(lines) + "\n", "utf-8")
    if {("200 x 500", BASE), ("4,000 x 5", BASE)} <= costs.keys():
        _plot(costs, out / "cpu.svg")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
