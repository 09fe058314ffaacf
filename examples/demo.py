"""The main job: fetch every event of many notifications at once, and summarize them."""

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from np6_async import (
    BounceEvent,
    CancellationEvent,
    Event,
    EventKind,
    EventQuery,
    NP6Client,
    UnknownEvent,
)
from np6_async.errors import NP6Error
from np6_async.sandbox import Faults, Sandbox

KINDS = (EventKind.EXECUTIONS, EventKind.CANCELLATIONS, EventKind.BOUNCES)
Events = dict[EventQuery, list[Event | UnknownEvent]]


# --- The client part: this is what you would write ---


async def fetch(
    np6: NP6Client, ids: Sequence[int], bar: Progress
) -> tuple[Events, dict[EventQuery, NP6Error]]:
    """Fetch all kinds of events of these notifications, and show the progress."""
    found: Events = {}
    task = bar.add_task("queries", total=len(ids) * len(KINDS), events=0)
    async with np6.fan_out(ids, kinds=KINDS) as run:
        async for batch in run:
            found.setdefault(batch.query, []).extend(batch.events)
            events = bar.tasks[task].fields["events"] + len(batch.events)
            bar.update(task, advance=batch.last, events=events)
    return found, run.failures


def count_bounces(events: Iterable[Event | UnknownEvent]) -> tuple[Counter[str], Counter[str]]:
    """Count verdicts and diagnostics. Every member below `source.detail` may be None."""
    verdicts: Counter[str] = Counter()
    diagnostics: Counter[str] = Counter()
    for event in events:
        if isinstance(event, BounceEvent) and event.source.detail and event.source.detail.bounce:
            bounce = event.source.detail.bounce
            if bounce.analysis and bounce.analysis.verdict:
                verdicts[bounce.analysis.verdict] += 1
            if bounce.status and bounce.status.diagnostic:
                diagnostics[bounce.status.diagnostic] += 1
    return verdicts, diagnostics


def count_reasons(events: Iterable[Event | UnknownEvent]) -> Counter[str]:
    """Count why executions were cancelled."""
    reasons: Counter[str] = Counter()
    for event in events:
        if isinstance(event, CancellationEvent) and event.source.detail:
            cancellation = event.source.detail.cancellation
            if cancellation and cancellation.value and cancellation.value.message:
                reasons[cancellation.value.message] += 1
    return reasons


# --- The rest starts the sandbox, shows the result and checks it ---


def show(console: Console, found: Events, failures: dict[EventQuery, NP6Error]) -> None:
    """Print the summary."""
    events = [event for each in found.values() for event in each]
    types = Counter(event.type or "(none)" for event in events)
    unknown = sum(isinstance(event, UnknownEvent) for event in events)
    verdicts, diagnostics = count_bounces(events)

    table = Table(title="Summary", show_header=False)
    table.add_column(justify="right")
    table.add_column()
    sections = {
        "Events by type": types.most_common(),
        "Verdicts on bounces": verdicts.most_common(),
        "Top diagnostics": diagnostics.most_common(5),
        "Top reasons of cancellations": count_reasons(events).most_common(5),
    }
    for title, rows in sections.items():
        table.add_row("", f"[bold]{title}[/bold]")
        for name, count in rows:
            table.add_row(f"{count:,}", escape(name))
        table.add_section()
    console.print(table)
    if unknown:
        console.print(f"{unknown} events fit no model; each came as an UnknownEvent with its JSON.")
    for query, failure in failures.items():
        console.print(f"[red]{query} failed: {escape(str(failure))}[/red]")


def is_exact(sandbox: Sandbox, found: Events) -> bool:
    """Whether the events are exactly those that the sandbox holds."""
    asked = {(query.kind, query.notification_id) for query in found}
    expected = {(kind, id_) for kind in KINDS for id_ in sandbox.notification_ids}
    return asked == expected and all(
        in_order(events) == in_order(sandbox.truth(query)) for query, events in found.items()
    )


def in_order(events: Iterable[Event | UnknownEvent]) -> list[Event | UnknownEvent]:
    """Sort by id: without `sort`, the API's order differs from one request to the next."""
    return sorted(events, key=lambda event: str(event.id))


async def main(notifications: int, events: int, rate: float) -> bool:
    """Run the demo; return whether every event arrived exactly once."""
    console = Console()
    sandbox = Sandbox(
        notifications=notifications,
        events=events,
        rate=rate,
        faults=Faults(unknown_types=0.002, extra_fields=0.05),
    )
    async with sandbox, NP6Client(sandbox.api_key, base_url=sandbox.url) as np6:
        ids = sandbox.notification_ids
        console.print(f"{len(ids)} notifications, {rate:g} requests a second, at {sandbox.url}")
        columns = (
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("queries  {task.fields[events]:,} events "),
            TimeElapsedColumn(),
        )
        started = time.perf_counter()
        with Progress(*columns, console=console) as bar:
            found, failures = await fetch(np6, ids, bar)
        took = time.perf_counter() - started

        show(console, found, failures)
        total = sum(map(len, found.values()))
        console.print(
            f"{total:,} events in {took:.1f} s ({total / took:,.0f} a second); "
            f"{sandbox.requests} requests, {sandbox.throttled} answered with 429; "
            f"{len(failures)} failures"
        )
        exact = is_exact(sandbox, found)
    if exact:
        console.print(
            "[green]Exactly what the sandbox holds: no event lost, no event twice.[/green]"
        )
    else:
        console.print("[red]Not what the sandbox holds: this is a bug, please report it.[/red]")
    return exact


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notifications", type=int, default=200, help="how many (default: 200)")
    parser.add_argument("--events", type=int, default=50, help="on average (default: 50)")
    parser.add_argument("--rate", type=float, default=50, help="requests a second (default: 50)")
    options = parser.parse_args()
    sys.exit(not asyncio.run(main(options.notifications, options.events, options.rate)))
