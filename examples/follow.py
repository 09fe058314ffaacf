"""Follow new events into a SQLite file. Stop it with Ctrl-C and start it again: nothing doubles."""

import argparse
import asyncio
import signal
import sqlite3
import time
from pathlib import Path

from rich.console import Console

from np6_async import EventKind, EventQuery, NP6Client, UnknownEvent
from np6_async.follow import Feed, FollowBatch, SQLiteCursorStore
from np6_async.models import Event
from np6_async.sandbox import Live, Sandbox

INTERVAL, LAG, LOOKBACK = 2, 2, 60  # seconds; a service takes 300, 30 and 3600

# --- The client part: this is what you would write ---


async def follow(
    feed: Feed[Event | UnknownEvent], connection: sqlite3.Connection, counts: dict[str, int]
) -> None:
    """Store new events and the cursor in one transaction, until the feed is stopped."""
    async for batch in feed:
        async with batch.transaction(connection):
            store(connection, batch)
        counts["events"] += len(batch.raw)


def store(connection: sqlite3.Connection, batch: FollowBatch[Event | UnknownEvent]) -> None:
    """Insert the events of a batch. A second one with the same id would be an error."""
    events = zip(batch.events, batch.raw, strict=True)
    connection.executemany(
        "INSERT INTO events (id, kind, raw) VALUES (?, ?, ?)",
        [(str(event.id), batch.query.kind, raw) for event, raw in events],
    )


# --- The rest starts the sandbox, shows what happens and checks it ---


async def show(feed: Feed[Event | UnknownEvent], counts: dict[str, int], console: Console) -> None:
    """Write a line each second."""
    while True:
        await asyncio.sleep(1)
        stats = feed.stats
        delay = "-" if stats.delay_p50 is None else f"{stats.delay_p50:.1f} s"
        console.print(
            f"{counts['events']:>6} new events, {stats.late} of them late, median delay {delay}, "
            f"{stats.polls} requests, {stats.behind} of {stats.queries} queries catching up"
        )


def missing(sandbox: Sandbox, connection: sqlite3.Connection, until: float) -> tuple[int, int]:
    """Return how many events the API has up to a moment, and how many of them are not stored."""
    stored = {id_ for (id_,) in connection.execute("SELECT id FROM events")}
    queries = [
        EventQuery(kind=kind, notification_id=id_, end=round(until * 1000))
        for kind in EventKind
        for id_ in sandbox.notification_ids
    ]
    truth = {str(event.id) for query in queries for event in sandbox.truth(query)}
    return len(truth), len(truth - stored)


async def main(path: Path, seconds: float | None, console: Console) -> int:
    """Follow until Ctrl-C, or for so many seconds; return the exit status."""
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    connection.execute(
        "CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY, kind TEXT, raw BLOB)"
    )
    connection.execute("CREATE TABLE IF NOT EXISTS demo (start INTEGER)")
    row = connection.execute("SELECT start FROM demo").fetchone()
    start = round(time.time() * 1000) - 60_000 if row is None else row[0]
    if row is None:
        connection.execute("INSERT INTO demo VALUES (?)", (start,))
    counts = {"events": 0}
    live = Live(rate=0.5, late=0.1, delay=20, start=start)
    async with (
        Sandbox(notifications=10, events=0, live=live) as sandbox,
        NP6Client(sandbox.api_key, base_url=sandbox.url) as np6,
        np6.follow(
            sandbox.notification_ids,
            store=SQLiteCursorStore(path),
            since=start,
            interval=INTERVAL,
            lag=LAG,
            lookback=LOOKBACK,
        ) as feed,
    ):
        console.print(f"following 30 queries into {path}; Ctrl-C ends it after the batch at hand")
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, feed.stop)
        if seconds is not None:
            asyncio.get_running_loop().call_later(seconds, feed.stop)
        showing = asyncio.create_task(show(feed, counts, console))
        await follow(feed, connection, counts)
        showing.cancel()
        # What became visible late in the last minute is read by the next run.
        number, lost = missing(sandbox, connection, time.time() - LOOKBACK - LAG - INTERVAL)
    (total,) = connection.execute("SELECT count(*) FROM events").fetchone()
    connection.close()
    console.print(
        f"{total} events stored, none twice; of {number} older than the look-back,", end=""
    )
    console.print(f" {lost} are missing. Start it again: it goes on where it was.")
    return 1 if lost else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--path", type=Path, default=Path("follow-demo.db"), help="the file")
    parser.add_argument("--seconds", type=float, help="end by itself after so many seconds")
    arguments = parser.parse_args()
    raise SystemExit(asyncio.run(main(arguments.path, arguments.seconds, Console())))
