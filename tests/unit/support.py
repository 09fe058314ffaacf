"""What several tests of the core need."""

import copy
import pickle
from typing import TypeVar

T = TypeVar("T")


def duplicates(value: T) -> list[T]:
    """Return what pickling and copying make of a value."""
    pickled: T = pickle.loads(pickle.dumps(value))  # noqa: S301 - our own bytes
    return [pickled, copy.copy(value), copy.deepcopy(value)]
