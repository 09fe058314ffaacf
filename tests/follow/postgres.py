"""A PostgreSQL server for tests: on a socket in a temporary directory, and ended afterwards."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from attrs import Factory, frozen
from psycopg import sql

__all__ = ["Server", "server"]

_DEBIAN: Final = Path("/usr/lib/postgresql")  # a directory for each version, on nobody's PATH
_OWNERS: Final = ("postgres", "nobody")  # for root, as whom PostgreSQL refuses to run
_OPTIONS: Final = ("fsync=off", "autovacuum=off", "listen_addresses=", "max_connections=50")


@frozen
class Server:
    """A server that is running.

    Attributes:
        place: The directory of its socket.
    """

    place: Path
    _numbers: Iterator[int] = Factory(count)

    def conninfo(self, database: str = "postgres") -> str:
        """Return how to connect to a database."""
        return f"host={self.place} dbname={database} user=np6"

    def new_database(self) -> str:
        """Create an empty database; return how to connect to it."""
        name = f"np6_{next(self._numbers)}"
        with psycopg.connect(self.conninfo(), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.conninfo(name)


@contextmanager
def server() -> Iterator[Server]:
    """Run a server; skip the test if PostgreSQL is not installed."""
    initdb, postgres = _find("initdb"), _find("postgres")
    with tempfile.TemporaryDirectory(prefix="np6-postgres-") as folder:  # a socket's path is short
        place = Path(folder)
        data, owner = place / "data", _owner()
        if owner:
            shutil.chown(place, owner["user"], owner["group"])
        subprocess.run(  # noqa: S603 - ours
            [initdb, "-D", data, "-U", "np6", "-A", "trust", "-E", "UTF8", "--no-sync"],
            check=True,
            capture_output=True,
            cwd=place,
            **owner,
        )
        options = [word for each in _OPTIONS for word in ("-c", each)]
        with (
            (place / "output.log").open("wb") as output,
            subprocess.Popen(  # noqa: S603 - ours
                [postgres, "-D", data, "-k", place, *options],
                stdout=output,
                stderr=output,
                cwd=place,
                **owner,
            ) as process,
        ):
            try:
                _wait(process, Server(place))
                yield Server(place)
            finally:
                process.send_signal(signal.SIGINT)  # ends connections and does not wait for them


def _find(program: str) -> str:
    newest = sorted(_DEBIAN.glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    places = [os.environ.get("PATH", ""), *map(str, newest)]
    path = shutil.which(program, path=os.pathsep.join(places))
    if path is None:
        pytest.skip(f"{program} is not installed (Debian's package: postgresql)")
    return path


def _owner() -> dict[str, Any]:
    """Return as whom to start a program: an ordinary user."""
    if os.geteuid() != 0:
        return {}
    for name in _OWNERS:
        with suppress(KeyError):
            user = pwd.getpwnam(name)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    pytest.skip("PostgreSQL does not run as root, and there is no other user")


def _wait(process: "subprocess.Popen[Any]", starting: Server) -> None:
    for _ in range(1000):
        assert process.poll() is None, (starting.place / "output.log").read_text("utf-8", "replace")
        with suppress(psycopg.OperationalError):
            psycopg.connect(starting.conninfo()).close()
            return
        time.sleep(0.02)
    raise TimeoutError
