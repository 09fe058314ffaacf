"""The key of an event, by which it is recognized when it comes again, and its timestamp."""

import json
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID

from np6_async._decode.heads import UNREADABLE, Head, read_head, read_heads

from .position import ID_SIZE

__all__ = ["Element", "read_elements"]


class Element(NamedTuple):
    """An event as it arrived.

    Attributes:
        key: Its id, or a digest of its JSON if it has none: 16 bytes.
        timestamp: Milliseconds since the epoch; None if it has no valid one.
        raw: Its JSON.
    """

    key: bytes
    timestamp: int | None
    raw: bytes


def read_elements(raw: list[bytes]) -> list[Element]:
    """Return events with their keys."""
    try:
        heads = read_heads(raw)
    except UNREADABLE:  # some have no id, or no timestamp
        return list(map(_read_one, raw))
    return [_to_element(head, each) for head, each in zip(heads, raw, strict=True)]


def _to_element(head: Head, raw: bytes) -> Element:
    return Element(head.id.bytes, head.timestamp, raw)


def _read_one(raw: bytes) -> Element:
    """Return an event with the key that it has among others as well."""
    try:
        return _to_element(read_head(raw), raw)
    except UNREADABLE:
        return _read_odd(raw)


def _read_odd(raw: bytes) -> Element:
    try:
        members = json.loads(raw.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        members = None
    if not isinstance(members, dict):
        members = {}
    timestamp = members.get("timestamp")
    return Element(
        _to_key(members.get("id")) or blake2b(raw, digest_size=ID_SIZE).digest(),
        timestamp if type(timestamp) is int else None,
        raw,
    )


def _to_key(id_: object) -> bytes | None:
    try:
        return UUID(id_).bytes if isinstance(id_, str) else None
    except ValueError:
        return None
