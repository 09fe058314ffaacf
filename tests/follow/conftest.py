"""The stores that a test is run with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from np6_async.follow import MemoryCursorStore, PostgresCursorStore, SQLiteCursorStore

from .callers import Caller, PostgresCaller, SQLiteCaller
from .postgres import Server, server
from .stores import MakeStore

ON_POSTGRES = pytest.param("postgres", marks=pytest.mark.postgres)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server without databases."""
    with server() as running:
        yield running


@pytest.fixture
def database(postgres: Server) -> str:
    """How to connect to an empty database."""
    return postgres.new_database()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a SQLite file can be."""
    return tmp_path / "cursors.db"


@pytest.fixture(params=["memory", "sqlite", ON_POSTGRES])
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> MakeStore:
    """Make stores of the same cursors, as feeds of several processes would."""
    if request.param == "memory":
        shared = MemoryCursorStore()
        return lambda: shared
    if request.param == "sqlite":
        return lambda: SQLiteCursorStore(tmp_path / "cursors.db")
    conninfo = request.getfixturevalue("database")
    return lambda: PostgresCursorStore(conninfo)


@pytest.fixture(params=["sqlite", ON_POSTGRES])
def caller(request: pytest.FixtureRequest, tmp_path: Path) -> Caller:
    """Someone with a database of their own, in which a store is as well."""
    if request.param == "sqlite":
        return SQLiteCaller(tmp_path)
    return PostgresCaller(request.getfixturevalue("postgres"))
