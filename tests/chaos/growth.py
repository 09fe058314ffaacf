"""Whether a process that runs for long holds more and more."""

import asyncio
import gc
import resource
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

__all__ = ["ENOUGH", "Sample", "growth", "sample"]

ENOUGH: Final = 40
"""Samples that it takes to see growth."""

_PAGE: Final = resource.getpagesize() / 2**20  # MiB


class Sample(NamedTuple):
    """What a process holds at one moment.

    Attributes:
        memory: Resident memory, in MiB.
        descriptors: Open files and sockets.
        tasks: Tasks of the event loop.
    """

    memory: float
    descriptors: float
    tasks: float


_SLACK: Final = Sample(memory=4, descriptors=20, tasks=20)  # a pool of connections breathes


def sample() -> Sample:
    """Return what this process holds, without what nobody refers to."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return Sample(pages * _PAGE, len(list(Path("/dev/fd").iterdir())), len(asyncio.all_tasks()))


def growth(samples: Sequence[Sample]) -> Iterator[str]:
    """Yield what grew from the second quarter to the last one; the first one is for warming up."""
    quarter = len(samples) // 4
    for name, slack, series in zip(Sample._fields, _SLACK, zip(*samples, strict=True), strict=True):
        early, late = median(series[quarter : 2 * quarter]), median(series[-quarter:])
        if late > early + slack:
            yield f"{name} grew from {early:.0f} to {late:.0f}"
