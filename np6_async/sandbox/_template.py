"""Templates made from example events. They look at the format of values, not at kinds."""

import re
from collections.abc import Callable
from random import Random
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

import msgspec

__all__ = ["Own", "Template"]

_IDENTIFYING: Final = {"id", "value", "unicity", "hash", "recipient", "customer"}
"""The members with strings that identify something, and so differ between events."""

_FIRST_TIME: Final = 10**12  # a number from here on is a time in milliseconds
_GAP: Final = "\0"
_GAP_IN_JSON: Final = r"\u0000"

_uuid: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_variable: Final = re.compile(r"(?P<hex>[0-9a-f]{16,})|(?P<counter>(?<=-)[0-9]+)|[0-9]+")


class Own(NamedTuple):
    """The values that differ between events.

    Attributes:
        notification_id: The notification that the event belongs to.
        timestamp: When it was published, in milliseconds since 1970-01-01T00:00:00Z.
        random: The source of its ids and names.
    """

    notification_id: int
    timestamp: int
    random: Random


_Fill: TypeAlias = Callable[[Own], str]


class Template:
    """An example event with gaps for the values that differ between events: ids, names and times.

    Args:
        example: The event. Other times in it keep their distance to its ``timestamp``.
    """

    def __init__(self, example: dict[str, Any]) -> None:
        self._published: Final[int] = example["timestamp"]
        self._fills: Final[list[_Fill]] = []
        text = msgspec.json.encode(self._open(example, "")).decode()
        self._first, *rest = text.split(_GAP_IN_JSON)
        self._steps: Final = list(zip(self._fills, rest, strict=True))

    def fill(self, own: Own) -> bytes:
        """Return the JSON of an event with these values."""
        parts = [self._first]
        for fill, literal in self._steps:
            parts += fill(own), literal
        return "".join(parts).encode()

    def _open(self, value: object, name: str) -> object:
        """Replace the values that differ with gaps, in the value of the member of this name."""
        if isinstance(value, dict):
            return {key: self._open(member, key) for key, member in value.items()}
        if isinstance(value, list):
            return [self._open(member, name) for member in value]
        if isinstance(value, str):
            return self._open_string(value, identifying=name in _IDENTIFYING)
        if type(value) is int and (name == "id" or value >= _FIRST_TIME):
            offset = value - self._published
            self._fills.append(_notification if name == "id" else _time(offset))
            return msgspec.Raw(_GAP_IN_JSON.encode())
        return value

    def _open_string(self, value: str, *, identifying: bool) -> str:
        if _uuid.fullmatch(value):
            self._fills.append(_new_uuid)
            return _GAP
        return _variable.sub(self._open_match, value) if identifying else value

    def _open_match(self, match: re.Match[str]) -> str:
        width = len(match[0])
        if match["hex"]:
            self._fills.append(_hex(width))
        else:
            self._fills.append(_digits(6 if match["counter"] else width))
        return _GAP


def _notification(own: Own) -> str:
    return str(own.notification_id)


def _new_uuid(own: Own) -> str:
    return str(UUID(int=own.random.getrandbits(128), version=4))


def _time(offset: int) -> _Fill:
    return lambda own: str(own.timestamp + offset)


def _hex(width: int) -> _Fill:
    return lambda own: f"{own.random.getrandbits(4 * width):0{width}x}"


def _digits(width: int) -> _Fill:
    return lambda own: f"{own.random.randrange(10**width):0{width}}"
