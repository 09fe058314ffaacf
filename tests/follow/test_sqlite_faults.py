"""Files that are no good store: each is named, with what to do, and left as it is."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing as closing_file
from pathlib import Path

import pytest

from np6_async.follow import CursorStoreError, SQLiteCursorStore
from np6_async.follow.stores._sqlite_errors import to_store_error
from np6_async.follow.stores._sqlite_file import CursorFile

from .sqlite import fill, run
from .stores import KEY, closing


def not_a_database(path: Path) -> None:
    path.write_bytes(b"id;name\n1;np6\n" * 1000)


def damaged(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 4 :] = b"\xff" * (len(content) - len(content) // 4)
    path.write_bytes(content)


def newer(path: Path) -> None:
    run(path, "UPDATE np6_schema SET version = 2")


def without_version(path: Path) -> None:
    run(path, "DELETE FROM np6_schema")


def without_lease(path: Path) -> None:
    run(path, "DELETE FROM np6_lease")


def without_cursors(path: Path) -> None:
    run(path, "DROP TABLE np6_cursors")


def half_made(path: Path) -> None:
    run(path, "DROP TABLE np6_schema")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (not_a_database, "is not a SQLite database, and was left as it is: choose another path"),
        (damaged, "is damaged: restore it from a backup, or move it away"),
        (newer, "in version 2 .* knows versions up to 1: upgrade np6_async"),
        (without_version, "is damaged, the version of its tables is missing: restore it"),
        (without_lease, "is damaged, its lease is missing: restore it"),
        (without_cursors, "has not the tables of a cursor store: restore it"),
        (half_made, "has not the tables of a cursor store: restore it"),
    ],
)
async def test_a_file_that_is_no_good_store_is_refused_and_left_as_it_is(
    path: Path, spoil: Callable[[Path], None], message: str
) -> None:
    await fill(path)
    spoil(path)
    before = path.read_bytes()
    async with closing(SQLiteCursorStore(path)) as store:
        for _ in range(2):
            with pytest.raises(CursorStoreError, match=message) as caught:
                await use(store)
            assert str(path) in str(caught.value)
    assert path.read_bytes() == before


async def use(store: SQLiteCursorStore) -> None:
    """Do what a feed does, until something fails."""
    await store.load([bytes([number]) * 16 for number in range(20)])
    await store.acquire("b", seconds=60)
    await store.save([], fence=2)


async def test_a_directory_that_does_not_exist_is_named(tmp_path: Path) -> None:
    async with closing(SQLiteCursorStore(tmp_path / "missing" / "cursors.db")) as store:
        with pytest.raises(CursorStoreError, match="its directory does not exist: create"):
            await store.load([])


async def test_a_path_that_is_a_directory_is_named(tmp_path: Path) -> None:
    async with closing(SQLiteCursorStore(tmp_path)) as store:
        with pytest.raises(CursorStoreError, match="is a directory: name a file"):
            await store.load([])


async def test_a_store_that_could_not_be_opened_is_opened_later(tmp_path: Path) -> None:
    path = tmp_path / "later" / "cursors.db"
    async with closing(SQLiteCursorStore(path)) as store:
        with pytest.raises(CursorStoreError):
            await store.load([])
        path.parent.mkdir()
        assert await store.load([]) == {}


async def test_a_lock_that_stays_is_an_error_and_the_next_attempt_succeeds(path: Path) -> None:
    await fill(path)
    file = CursorFile(path, timeout=0.05)
    with closing_file(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(CursorStoreError, match="has been locked by another connection"):
            file.acquire("a", 60)
        other.execute("COMMIT")
        assert file.acquire("a", 60) == 2
    file.close()


async def test_a_reader_that_hinders_the_change_to_wal_is_no_error(path: Path) -> None:
    await fill(path)
    run(path, "PRAGMA journal_mode = DELETE")
    file = CursorFile(path, timeout=0.05)
    with closing_file(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM np6_lease").fetchall()
        assert file.load([KEY]) == {}
        with pytest.raises(CursorStoreError, match="has been locked by another connection"):
            file.acquire("a", 60)
    assert file.acquire("a", 60) == 2
    file.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes files that are read-only")
async def test_a_file_that_is_read_only_is_named(path: Path) -> None:
    await fill(path)
    path.chmod(0o400)
    path.parent.chmod(0o500)
    async with closing(SQLiteCursorStore(path)) as store:
        with pytest.raises(CursorStoreError, match="let this user write"):
            await store.acquire("a", seconds=60)
    path.parent.chmod(0o700)


async def test_the_error_of_a_read_only_file_says_what_to_do(path: Path) -> None:
    await fill(path)
    with closing_file(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        with pytest.raises(sqlite3.OperationalError) as caught:
            connection.execute("DELETE FROM np6_lease")
        error = to_store_error(caught.value, path)
    assert "is read-only: let this user write the file and its directory" in str(error)


def test_an_error_of_another_kind_names_the_file_too(path: Path) -> None:
    error = to_store_error(sqlite3.ProgrammingError("odd"), path)
    assert str(error) == f"the cursor store {path} cannot be used (SQLite: odd)"
