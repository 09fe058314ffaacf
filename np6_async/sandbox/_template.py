"""An example event turned into a form to be filled in. Knows forms of values, not kinds."""

import re
from collections.abc import Callable
from random import Random
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

import msgspec

__all__ = ["Own", "Template"]

_TELLING: Final = {"id", "value", "unicity", "hash", "recipient", "customer"}
"""The members whose strings stand for somebody or something, and so differ from event to event."""

_FIRST_INSTANT: Final = 10**12  # no smaller number in an event is a moment in milliseconds
_GAP: Final = "\0"
_GAP_IN_JSON: Final = r"\u0000"

_uuid: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_variable: Final = re.compile(r"(?P<hex>[0-9a-f]{16,})|(?P<counter>(?<=-)[0-9]+)|[0-9]+")


class Own(NamedTuple):
    """What an event has of its own.

    Attributes:
        notification_id: The notification it belongs to.
        timestamp: When it was published, in milliseconds since 1970-01-01T00:00:00Z.
        random: Where its ids and names come from.
    """

    notification_id: int
    timestamp: int
    random: Random


_Fill: TypeAlias = Callable[[Own], str]


class Template:
    """An example event with gaps for all that is an event's own: ids, names and moments.

    Args:
        example: The event. Other moments in it keep their distance to its ``timestamp``.
    """

    def __init__(self, example: dict[str, Any]) -> None:
        self._published: Final[int] = example["timestamp"]
        self._fills: Final[list[_Fill]] = []
        text = msgspec.json.encode(self._open(example, "")).decode()
        self._first, *rest = text.split(_GAP_IN_JSON)
        self._steps: Final = list(zip(self._fills, rest, strict=True))

    def fill(self, own: Own) -> bytes:
        """Return the JSON of an event."""
        parts = [self._first]
        for fill, literal in self._steps:
            parts += fill(own), literal
        return "".join(parts).encode()

    def _open(self, value: object, name: str) -> object:
        """Return the value of a member of that name, with gaps in it."""
        if isinstance(value, dict):
            return {key: self._open(member, key) for key, member in value.items()}
        if isinstance(value, list):
            return [self._open(member, name) for member in value]
        if isinstance(value, str):
            return self._open_string(value, telling=name in _TELLING)
        if type(value) is int and (name == "id" or value >= _FIRST_INSTANT):
            later = value - self._published
            self._fills.append(_notification if name == "id" else _moment(later))
            return msgspec.Raw(_GAP_IN_JSON.encode())
        return value

    def _open_string(self, value: str, *, telling: bool) -> str:
        if _uuid.fullmatch(value):
            self._fills.append(_new_uuid)
            return _GAP
        return _variable.sub(self._open_match, value) if telling else value

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


def _moment(later: int) -> _Fill:
    return lambda own: str(own.timestamp + later)


def _hex(width: int) -> _Fill:
    return lambda own: f"{own.random.getrandbits(4 * width):0{width}x}"


def _digits(width: int) -> _Fill:
    return lambda own: f"{own.random.randrange(10**width):0{width}}"
