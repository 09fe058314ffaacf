"""psycopg is needed for cursors in PostgreSQL, and for nothing else."""

import subprocess
import sys

import pytest

from np6_async.follow import PostgresCursorStore


def test_following_does_not_import_psycopg() -> None:
    code = "import sys, np6_async.follow; print('psycopg' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - ours
    assert done.stdout == "False\n"


def test_without_psycopg_a_store_in_postgresql_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in [each for each in sys.modules if each.split(".")[-1].startswith("_postgres_")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ImportError, match=r"pip install 'np6-async\[postgres\]'"):
        PostgresCursorStore("dbname=events")
