"""Real proxies between client and API: started without privileges, on free ports, and ended."""

import asyncio
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import pytest
from attrs import frozen

__all__ = ["PATH", "Box", "free_port", "haproxy", "nginx"]

PATH: Final = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])
"""Where programs are looked for: Debian's servers are not on every user's path."""

_NGINX: Final = """
daemon off;
master_process off;
pid nginx.pid;
events {{}}
http {{
    log_format status $status;
    access_log access.log status;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    {http}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass {upstream};
            {location}
        }}
    }}
}}
"""

_HAPROXY: Final = """
global
    log stdout format raw local0
defaults
    mode http
    log global
    log-format %ST
    retries 0
    timeout connect 2s
    timeout client 10s
    timeout server {patience}
frontend api
    bind 127.0.0.1:{port}
    {frontend}
    default_backend sandbox
backend sandbox
    server sandbox {upstream}
"""


@frozen
class Box:
    """A proxy that is running.

    Attributes:
        url: Where it listens.
        log: Its access log: the status of each answer, one a line.
    """

    url: str
    log: Path

    def answered(self, status: int) -> int:
        """Return how many answers of a status it gave."""
        return self.log.read_text("utf-8").split().count(str(status))

    async def until(self, status: int) -> None:
        """Wait until it has given an answer of a status."""
        for _ in range(1000):
            if self.answered(status):
                return
            await asyncio.sleep(0.01)
        raise TimeoutError


@contextmanager
def nginx(place: Path, upstream: str, *, http: str = "", location: str = "") -> Iterator[Box]:
    """Run nginx in front of a URL, with these directives beside what it needs to run at all."""
    port = free_port()
    config = place / "nginx.conf"
    config.write_text(
        _NGINX.format(http=http, location=location, port=port, upstream=upstream), "utf-8"
    )
    command = [_find("nginx", "nginx-light"), "-e", "stderr", "-p", str(place), "-c", str(config)]
    with _running(command, place / "output.log", port):
        yield Box(f"http://127.0.0.1:{port}", place / "access.log")


@contextmanager
def haproxy(
    place: Path, upstream: str, *, frontend: str = "", patience: str = "10s"
) -> Iterator[Box]:
    """Run haproxy in front of a URL, with these lines in its frontend.

    Args:
        place: An empty folder for it.
        upstream: The URL.
        frontend: The lines.
        patience: How long it waits for an answer.
    """
    port = free_port()
    config = place / "haproxy.cfg"
    address = upstream.removeprefix("http://")
    config.write_text(
        _HAPROXY.format(frontend=frontend, patience=patience, port=port, upstream=address), "utf-8"
    )
    log = place / "output.log"
    with _running([_find("haproxy", "haproxy"), "-db", "-f", str(config)], log, port):
        yield Box(f"http://127.0.0.1:{port}", log)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _find(program: str, package: str) -> str:
    path = shutil.which(program, path=PATH)
    if path is None:
        pytest.skip(f"{program} is not installed (Debian's package: {package})")
    return path


@contextmanager
def _running(command: list[str], output: Path, port: int) -> Iterator[None]:
    with (
        output.open("wb") as file,
        subprocess.Popen(command, stdout=file, stderr=file) as process,  # noqa: S603 - our own
    ):
        try:
            while process.poll() is None and not _listens(port):
                time.sleep(0.01)
            assert process.poll() is None, output.read_text("utf-8", "replace")
            yield
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    with suppress(ConnectionError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False
