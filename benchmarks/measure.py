"""Run one process and read from the operating system what it cost."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from attrs import frozen


@frozen
class Cost:
    """What a finished process cost.

    Attributes:
        cpu: Seconds of user and system time.
        wall: Seconds from start to end.
        memory: Peak resident memory in MiB.
    """

    cpu: float
    wall: float
    memory: float


def run(arguments: Sequence[str], *, path: str) -> Cost:
    """Run Python with these arguments; it must succeed."""
    started = time.perf_counter()
    # Where things come to lie in memory is a matter of luck: let it be another one each time.
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "random"}
    process = subprocess.Popen([sys.executable, *arguments], env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{arguments} failed")
    wall = time.perf_counter() - started
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


@contextmanager
def server() -> Iterator[str]:
    """Serve the prepared bodies from a process of their own; yield the base URL."""
    command = [sys.executable, "-m", "benchmarks.server"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.wait()
