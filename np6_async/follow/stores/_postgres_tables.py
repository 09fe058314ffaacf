"""The tables of a PostgreSQL store. These functions run in a transaction, on any connection."""

from collections.abc import Sequence
from typing import Final, LiteralString, TypeAlias

from psycopg import AsyncCursor, sql
from psycopg.rows import TupleRow

from np6_async._feed.position import Advance, Position

from ._refusals import changed_elsewhere, damaged, newer_schema, taken_over
from ._rows import SCHEMA_VERSION, chunks, segment_rows, to_positions

__all__ = ["Cursor", "Tables"]

Cursor: TypeAlias = AsyncCursor[TupleRow]

_CHUNK: Final = 10_000
_CREATION: Final = 0x6E70365F  # the number of the lock, which is "np6_" in ASCII

_CREATE: Final = """
CREATE TABLE {np6}.np6_schema (
    version integer NOT NULL,
    store uuid NOT NULL DEFAULT gen_random_uuid()
);
CREATE TABLE {np6}.np6_cursors (
    key bytea PRIMARY KEY,
    label text NOT NULL,
    horizon bigint NOT NULL,
    cursor bigint NOT NULL,
    version bigint NOT NULL
);
CREATE TABLE {np6}.np6_segments (
    key bytea NOT NULL,
    version bigint NOT NULL,
    ends bigint NOT NULL,
    ids bytea NOT NULL,
    PRIMARY KEY (key, version)
);
CREATE TABLE {np6}.np6_lease (
    id integer PRIMARY KEY CHECK (id = 1),
    holder text NOT NULL,
    fence bigint NOT NULL UNIQUE,
    expires timestamptz NOT NULL
);
INSERT INTO {np6}.np6_lease VALUES (1, '', 0, '-infinity');
INSERT INTO {np6}.np6_schema (version) VALUES ({version});
"""

# The fence is unique, so it counts as a key of its row. A change of the fence therefore waits for
# those who hold the row FOR KEY SHARE, and fails theirs at REPEATABLE READ. A renewal, which
# changes no key, does neither.
_LOCK_FENCE: Final = "SELECT fence FROM {np6}.np6_lease FOR KEY SHARE"
_AWAIT_COMMITS: Final = "SELECT fence FROM {np6}.np6_lease FOR UPDATE"

_RENEW: Final = """
UPDATE {np6}.np6_lease SET expires = clock_timestamp() + make_interval(secs => %(seconds)s)
WHERE holder = %(holder)s AND expires > clock_timestamp() RETURNING fence
"""
_TAKE: Final = """
UPDATE {np6}.np6_lease SET holder = %(holder)s, fence = fence + 1,
    expires = clock_timestamp() + make_interval(secs => %(seconds)s)
WHERE expires <= clock_timestamp() RETURNING fence
"""
_RELEASE: Final = "UPDATE {np6}.np6_lease SET expires = '-infinity' WHERE holder = %s"

_ADVANCE: Final = """
INSERT INTO {np6}.np6_cursors AS old (key, label, horizon, cursor, version)
SELECT key, label, horizon, cursor, version + 1
FROM unnest(%s::bytea[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[])
    AS new (key, label, horizon, cursor, version)
WHERE version = 0 OR EXISTS (SELECT FROM {np6}.np6_cursors AS any_ WHERE any_.key = new.key)
ON CONFLICT (key) DO UPDATE SET label = excluded.label, horizon = excluded.horizon,
    cursor = excluded.cursor, version = excluded.version
WHERE old.version = excluded.version - 1
RETURNING key
"""
_PRUNE: Final = """
DELETE FROM {np6}.np6_segments AS old USING unnest(%s::bytea[], %s::bigint[]) AS new (key, horizon)
WHERE old.key = new.key AND old.ends <= new.horizon
"""
_REMEMBER: Final = """
INSERT INTO {np6}.np6_segments (key, version, ends, ids)
SELECT * FROM unnest(%s::bytea[], %s::bigint[], %s::bigint[], %s::bytea[])
"""


class Tables:
    """The tables in a schema."""

    def __init__(self, schema: str) -> None:
        self._schema = schema

    def _sql(self, text: LiteralString) -> sql.Composed:
        return sql.SQL(text).format(
            np6=sql.Identifier(self._schema), version=sql.Literal(SCHEMA_VERSION)
        )

    async def prepare(self, cursor: Cursor, where: str) -> str:
        """Create the tables if there are none; return the id of the store.

        Raises:
            CursorStoreError: They are of a version that is not known.
        """
        if not await self._exist(cursor):
            await cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CREATION])
            if not await self._exist(cursor):  # no other process just has created them
                await cursor.execute(self._sql(_CREATE))
        await cursor.execute(self._sql("SELECT version, store::text FROM {np6}.np6_schema"))
        row = await cursor.fetchone()
        if row is None:
            raise damaged(f"the cursor store in {where}", "the version of its tables")
        if row[0] > SCHEMA_VERSION:
            raise newer_schema(f"the cursor store in {where}", row[0], SCHEMA_VERSION)
        return str(row[1])

    async def _exist(self, cursor: Cursor) -> bool:
        await cursor.execute(
            "SELECT FROM pg_tables WHERE schemaname = %s AND tablename = 'np6_schema'",
            [self._schema],
        )
        return cursor.rowcount == 1

    async def identify(self, cursor: Cursor) -> tuple[str, str]:
        """Return the id of the store, and when the transaction began."""
        await cursor.execute(
            self._sql("SELECT store::text, extract(epoch FROM now())::text FROM {np6}.np6_schema")
        )
        row = await cursor.fetchone()
        return ("", "") if row is None else (row[0], row[1])

    async def began(self, cursor: Cursor) -> str:
        """Return when the transaction began."""
        await cursor.execute("SELECT extract(epoch FROM now())::text")
        row = await cursor.fetchone()
        return "" if row is None else str(row[0])

    async def acquire(self, cursor: Cursor, holder: str, seconds: float) -> int | None:
        """Take the lease, or renew it."""
        values = {"holder": holder, "seconds": seconds}
        for statement in (_RENEW, _TAKE):
            await cursor.execute(self._sql(statement), values)
            row = await cursor.fetchone()
            if row is not None:
                return int(row[0])
        return None

    async def release(self, cursor: Cursor, holder: str) -> None:
        """Give the lease back, if the holder has it."""
        await cursor.execute(self._sql(_RELEASE), [holder])

    async def read(self, cursor: Cursor, keys: Sequence[bytes]) -> dict[bytes, Position]:
        """Return the positions of those queries that are stored, once no commit is under way."""
        await cursor.execute(self._sql(_AWAIT_COMMITS))
        positions: dict[bytes, Position] = {}
        for some in chunks(list(keys), _CHUNK):
            await cursor.execute(
                self._sql(
                    "SELECT key, horizon, cursor, version FROM {np6}.np6_cursors "
                    "WHERE key = ANY(%s)"
                ),
                [some],
            )
            cursors = await cursor.fetchall()
            await cursor.execute(
                self._sql(
                    "SELECT key, version, ends, ids FROM {np6}.np6_segments "
                    "WHERE key = ANY(%s) ORDER BY version"
                ),
                [some],
            )
            positions |= to_positions(cursors, await cursor.fetchall())
        return positions

    async def write(self, cursor: Cursor, advances: Sequence[Advance], fence: int) -> None:
        """Apply changes, on a connection that may be the caller's.

        Raises:
            LeaseLostError: The fence is not the latest one, or a version does not match.
        """
        await cursor.execute(self._sql(_LOCK_FENCE))
        if await cursor.fetchone() != (fence,):
            raise taken_over()
        if not advances:
            return
        keys, horizons = [each.key for each in advances], [each.horizon for each in advances]
        labels, cursors = [each.label for each in advances], [each.cursor for each in advances]
        versions = [each.version for each in advances]
        await cursor.execute(self._sql(_ADVANCE), [keys, labels, horizons, cursors, versions])
        changed = {row[0] for row in await cursor.fetchall()}
        for each in advances:
            if each.key not in changed:
                raise changed_elsewhere(each.label)
        await cursor.execute(self._sql(_PRUNE), [keys, horizons])
        segments = segment_rows(advances)
        if segments:
            columns = [list(column) for column in zip(*segments, strict=True)]
            await cursor.execute(self._sql(_REMEMBER), columns)
