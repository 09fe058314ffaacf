"""Errors of PostgreSQL, as what a user can do about them."""

from typing import Final

import psycopg
from psycopg import errors

from np6_async._feed.errors import CursorStoreError

from ._postgres_settings import ConnectSettings

__all__ = ["LOCK_TIMEOUT", "to_store_error"]

LOCK_TIMEOUT: Final = 10
"""Seconds to wait for a lock of another connection: a third of a lease."""

_WRONG: Final[list[tuple[type[psycopg.Error], str]]] = [  # the first that fits
    (errors.InvalidSchemaName, "has no such schema: create it"),
    (errors.InsufficientPrivilege, "refuses this user: grant CREATE and USAGE on the schema"),
    (
        errors.LockNotAvailable,
        f"has been locked by another connection for {LOCK_TIMEOUT} s: find it in pg_stat_activity",
    ),
    (errors.ReadOnlySqlTransaction, "is read-only: connect to the primary server"),
    (errors.DiskFull, "has no room on its disk: make room"),
    (errors.UndefinedTable, "has not the tables of a cursor store: restore them from a backup"),
    (errors.UndefinedColumn, "has not the tables of a cursor store: restore them from a backup"),
    (psycopg.OperationalError, "cannot be reached: check conninfo, and that the server runs"),
    (psycopg.Error, "cannot be used"),
]


def to_store_error(error: psycopg.Error, settings: ConnectSettings) -> CursorStoreError:
    """Return an error that says where the store is, what is wrong with it, and what to do."""
    wrong = next(text for kind, text in _WRONG if isinstance(error, kind))
    said = settings.redact(" ".join(str(error).split()))
    return CursorStoreError(f"the cursor store in {settings.where} {wrong} ({said})")
