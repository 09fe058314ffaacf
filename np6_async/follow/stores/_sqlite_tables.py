"""The tables of a SQLite store. These functions run in a transaction, on any connection."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from np6_async._feed.position import Advance, Position

from ._refusals import changed_elsewhere, damaged, newer_schema, taken_over
from ._rows import SCHEMA_VERSION, chunks, segment_rows, to_positions
from ._stored import StoredCursor

__all__ = ["check_version", "create", "describe", "forget", "has_tables", "read", "write"]

_CHUNK: Final = 500  # variables in a statement; before 3.32 SQLite takes 999 of them

# A table of its own keeps the version, since the user's tables may share the file.
_TABLES: Final = (
    "CREATE TABLE np6_schema (version INTEGER NOT NULL)",
    """CREATE TABLE np6_cursors (
        key BLOB PRIMARY KEY NOT NULL,
        label TEXT NOT NULL,
        horizon INTEGER NOT NULL,
        cursor INTEGER NOT NULL,
        version INTEGER NOT NULL
    )""",
    """CREATE TABLE np6_segments (
        key BLOB NOT NULL,
        version INTEGER NOT NULL,
        ends INTEGER NOT NULL,
        ids BLOB NOT NULL,
        PRIMARY KEY (key, version)
    )""",
    """CREATE TABLE np6_lease (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        holder TEXT NOT NULL,
        fence INTEGER NOT NULL,
        expires REAL NOT NULL
    )""",
    "INSERT INTO np6_lease VALUES (1, '', 0, 0)",
)


def has_tables(connection: sqlite3.Connection) -> bool:
    """Say whether the tables are there."""
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'np6_schema'")
    return found.fetchone() is not None


def check_version(connection: sqlite3.Connection, where: str) -> None:
    """Check that tables are of a version that is known.

    Raises:
        CursorStoreError: They are not.
    """
    row = connection.execute("SELECT max(version) FROM np6_schema").fetchone()
    if not isinstance(row[0], int):
        raise damaged(where, "the version of its tables")
    if row[0] > SCHEMA_VERSION:
        raise newer_schema(where, row[0], SCHEMA_VERSION)


def create(connection: sqlite3.Connection) -> None:
    """Create the tables, unless another process just has."""
    if not has_tables(connection):
        for statement in _TABLES:
            connection.execute(statement)
        connection.execute("INSERT INTO np6_schema VALUES (?)", (SCHEMA_VERSION,))


def read(connection: sqlite3.Connection, keys: Sequence[bytes]) -> dict[bytes, Position]:
    """Return the positions of those queries that are stored."""
    positions: dict[bytes, Position] = {}
    for some in chunks(keys, _CHUNK):
        cursors = connection.execute(
            f"SELECT key, horizon, cursor, version FROM np6_cursors WHERE key IN {_marks(some)}",  # noqa: S608 - question marks
            some,
        )
        segments = connection.execute(
            f"SELECT key, version, ends, ids FROM np6_segments WHERE key IN {_marks(some)} "  # noqa: S608 - question marks
            "ORDER BY version",
            some,
        )
        positions |= to_positions(cursors, segments)
    return positions


def write(connection: sqlite3.Connection, advances: Sequence[Advance], *, fence: int) -> None:
    """Apply changes, on a connection that may be the caller's.

    Raises:
        LeaseLostError: The fence is not the latest one, or a version does not match.
    """
    cursor = connection.cursor()
    cursor.row_factory = None  # the caller's connection may have one
    if cursor.execute("SELECT fence FROM np6_lease").fetchone() != (fence,):
        raise taken_over()
    versions: dict[bytes, int] = {}
    for some in chunks([each.key for each in advances], _CHUNK):
        statement = f"SELECT key, version FROM np6_cursors WHERE key IN {_marks(some)}"  # noqa: S608 - question marks
        versions.update(cursor.execute(statement, some))
    for each in advances:
        if versions.get(each.key, 0) != each.version:
            raise changed_elsewhere(each.label)
    cursor.executemany(
        "INSERT INTO np6_cursors (key, label, horizon, cursor, version) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (key) DO UPDATE SET label = excluded.label, horizon = excluded.horizon, "
        "cursor = excluded.cursor, version = excluded.version",
        [(each.key, each.label, each.horizon, each.cursor, each.version + 1) for each in advances],
    )
    cursor.executemany(
        "DELETE FROM np6_segments WHERE key = ? AND ends <= ?",
        [(each.key, each.horizon) for each in advances],
    )
    cursor.executemany(
        "INSERT INTO np6_segments (key, version, ends, ids) VALUES (?, ?, ?, ?)",
        segment_rows(advances),
    )


def describe(connection: sqlite3.Connection) -> list[StoredCursor]:
    """Return all that is stored, in the order of labels."""
    rows = connection.execute(
        "SELECT key, label, horizon, cursor, version, (SELECT coalesce(sum(length(ids)), 0) / 16 "
        "FROM np6_segments WHERE np6_segments.key = np6_cursors.key) FROM np6_cursors "
        "ORDER BY label, key"
    )
    names = ("key", "label", "horizon", "cursor", "version", "ids")
    return [StoredCursor(**dict(zip(names, row, strict=True))) for row in rows]


def forget(connection: sqlite3.Connection, key: bytes) -> bool:
    """Delete the cursor of a query; return whether there was one."""
    connection.execute("DELETE FROM np6_segments WHERE key = ?", (key,))
    return connection.execute("DELETE FROM np6_cursors WHERE key = ?", (key,)).rowcount == 1


def _marks(keys: Sequence[bytes]) -> str:
    return f"({', '.join('?' * len(keys))})"
