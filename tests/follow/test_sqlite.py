"""What is special to cursors in a SQLite file: the file, and its thread."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing as closing_file
from pathlib import Path
from typing import cast

import pytest

from np6_async.follow import Advance, Position, SQLiteCursorStore
from np6_async.follow.stores._sqlite_file import CursorFile

from .sqlite import Slow, fill, run
from .stores import KEY, NOON, advance, closing, held

STORED = {KEY: Position(NOON, NOON, 1)}


# The file


async def test_it_uses_wal_and_leaves_one_file_when_closed(path: Path) -> None:
    await fill(path)
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    with closing_file(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA user_version").fetchone() == (0,)


async def test_the_file_may_have_tables_of_the_user(path: Path) -> None:
    run(path, "CREATE TABLE mine (number)", "INSERT INTO mine VALUES (1)", "PRAGMA user_version=7")
    await fill(path)
    with closing_file(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT * FROM mine").fetchall() == [(1,)]
        assert connection.execute("PRAGMA user_version").fetchone() == (7,)
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        assert all(name.startswith("np6_") for (name,) in names if name != "mine")


async def test_a_relative_path_stays_the_same_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    async with closing(SQLiteCursorStore(path.name)) as store:
        monkeypatch.chdir("/")
        await store.load([])
        assert path.exists()
        assert str(path) in repr(store)


@pytest.mark.parametrize("path", ["", ":memory:"])
def test_a_database_in_memory_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="use MemoryCursorStore"):
        SQLiteCursorStore(path)


# Several at once


def test_files_that_are_opened_at_once_become_one_store(tmp_path: Path) -> None:
    for round_ in range(5):
        path = tmp_path / f"{round_}.db"
        start = threading.Barrier(6)

        def open_(number: int, path: Path = path, start: threading.Barrier = start) -> int | None:
            file = CursorFile(path)
            start.wait()
            fence = file.acquire(str(number), 60)
            file.close()
            return fence

        with ThreadPoolExecutor(6) as threads:
            fences = list(threads.map(open_, range(6)))
        assert [each for each in fences if each] == [1]


PROCESS = """
import asyncio, sys
from np6_async.follow import SQLiteCursorStore
async def main():
    store = SQLiteCursorStore(sys.argv[1])
    sys.stdin.read()
    print(await store.acquire(sys.argv[2], seconds=60))
    await store.aclose()
asyncio.run(main())
"""


def test_one_of_two_processes_that_open_a_file_at_once_gets_the_lease(path: Path) -> None:
    processes = [
        subprocess.Popen(  # noqa: S603 - ours
            [sys.executable, "-W", "error", "-c", PROCESS, path, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("a", "b")
    ]
    for each in processes:
        assert each.stdin is not None
        each.stdin.close()
        each.stdin = None
    assert sorted(each.communicate()[0] for each in processes) == ["1\n", "None\n"]


# Its thread


async def test_a_save_that_was_begun_completes_though_it_is_cancelled(path: Path) -> None:
    async with held(SQLiteCursorStore(path)) as (store, fence):
        slow = Slow(advance())
        saving = asyncio.create_task(store.save([cast("Advance", slow)], fence=fence))
        await asyncio.to_thread(slow.has_begun.wait)
        loading = asyncio.create_task(store.load([KEY]))
        saving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await saving
        slow.go.set()
        assert await loading == STORED
        await store.save([advance(1)], fence=fence)


async def test_a_save_that_fails_after_its_cancellation_troubles_nobody(path: Path) -> None:
    async with held(SQLiteCursorStore(path)) as (store, fence):
        slow = Slow(advance(7))
        saving = asyncio.create_task(store.save([cast("Advance", slow)], fence=fence))
        await asyncio.to_thread(slow.has_begun.wait)
        saving.cancel()
        await asyncio.wait([saving])
        slow.go.set()
        assert await store.load([KEY]) == {}


async def test_a_store_that_is_closed_completes_what_was_begun_and_opens_again(
    path: Path,
) -> None:
    async with held(SQLiteCursorStore(path)) as (store, fence):
        slow = Slow(advance())
        saving = asyncio.create_task(store.save([cast("Advance", slow)], fence=fence))
        await asyncio.to_thread(slow.has_begun.wait)
        loading = asyncio.create_task(store.load([KEY]))
        await asyncio.sleep(0)
        closing_ = asyncio.create_task(store.aclose())
        await asyncio.sleep(0)
        slow.go.set()
        await saving
        await closing_
        assert await loading == await store.load([KEY]) == STORED


async def test_the_event_loop_runs_while_the_file_is_locked(path: Path) -> None:
    async with held(SQLiteCursorStore(path)) as (store, _):
        with closing_file(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            renewing = asyncio.create_task(store.acquire("a", seconds=60))
            await asyncio.sleep(0.05)
            assert not renewing.done()
            other.execute("COMMIT")
        assert await renewing == 1
