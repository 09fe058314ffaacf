"""Errors of SQLite, as what the user of a file can do about them."""

import sqlite3
from pathlib import Path
from typing import Final

from np6_async._feed.errors import CursorStoreError

__all__ = ["BUSY_TIMEOUT", "to_store_error"]

BUSY_TIMEOUT: Final = 10.0
"""Seconds to wait for a lock of another connection: less than a third of a lease."""

_PRIMARY: Final = 0xFF  # the other bits of a code say more than is needed here
_RESTORE: Final = "restore it from a backup, or move it away: the feed then begins anew"
_LOCKED: Final = (
    "has been locked by another connection for too long: end or shorten its transaction"
)
_READ_ONLY: Final = "is read-only: let this user write the file and its directory"
_WRONG: Final = {
    sqlite3.SQLITE_CORRUPT: f"is damaged: {_RESTORE}",
    sqlite3.SQLITE_NOTADB: "is not a SQLite database, and was left as it is: choose another path",
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_FULL: "cannot be written, the disk is full: make room",
    sqlite3.SQLITE_IOERR: "cannot be read or written: check its disk",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: let this user write the file and its directory",
    sqlite3.SQLITE_ERROR: f"has not the tables of a cursor store: {_RESTORE}",
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
}


def to_store_error(error: sqlite3.Error, path: Path) -> CursorStoreError:
    """Return an error that says which file, what is wrong with it, and what to do."""
    code: int = getattr(error, "sqlite_errorcode", 0)  # missing if the module itself raised it
    code &= _PRIMARY
    wrong = _WRONG.get(code, "cannot be used")
    if code == sqlite3.SQLITE_CANTOPEN and not path.parent.is_dir():
        wrong = "cannot be created, its directory does not exist: create the directory"
    elif code == sqlite3.SQLITE_CANTOPEN and path.is_dir():
        wrong = "is a directory: name a file"
    return CursorStoreError(f"the cursor store {path} {wrong} (SQLite: {error})")
