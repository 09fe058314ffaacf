"""What several tests of the core need."""

import copy
import pickle
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


def duplicates(value: T) -> list[T]:
    """Return what pickling and copying make of a value."""
    pickled: T = pickle.loads(pickle.dumps(value))  # noqa: S301 - our own bytes
    return [pickled, copy.copy(value), copy.deepcopy(value)]


@contextmanager
def untraced() -> Iterator[None]:
    """Do something without coverage's tracing, which would be most of what is measured."""
    trace = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(trace)
