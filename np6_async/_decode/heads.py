"""Reads the ids and timestamps of events in JSON, and nothing else of them."""

from typing import Final
from uuid import UUID

import msgspec

__all__ = ["UNREADABLE", "Head", "read_head", "read_heads"]

UNREADABLE: Final = (msgspec.DecodeError, UnicodeError, RecursionError)
"""What reading raises for an event without a valid id and a valid timestamp."""


class Head(msgspec.Struct, gc=False):
    """What tells an event from others, and when it was published.

    Attributes:
        id: The id.
        timestamp: Milliseconds since the epoch.
    """

    id: UUID
    timestamp: int


read_head: Final = msgspec.json.Decoder(Head).decode
"""Returns the head of one event. Raises one of `UNREADABLE`."""

_read_array: Final = msgspec.json.Decoder(list[Head]).decode


def read_heads(elements: list[bytes]) -> list[Head]:
    """Return the heads of some events. Raises one of `UNREADABLE`, which says not of which."""
    return _read_array(b"".join((b"[", b",".join(elements), b"]")))
