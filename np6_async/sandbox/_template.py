"""Templates made from example events. They look at the format of values, not at kinds."""

import re
from collections.abc import Callable, Collection
from random import Random
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

import msgspec

from ._ids import is_owner

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
        id: The id of what the event belongs to, such as a notification.
        timestamp: When it was published, in milliseconds since 1970-01-01T00:00:00Z.
        random: The source of its ids and names.
    """

    id: int | str
    timestamp: int
    random: Random


_Fill: TypeAlias = Callable[[Own], str]


class Template:
    """An example event with gaps for the values that differ between events: ids, names and times.

    Args:
        example: The event. Other times in it keep their distance to its ``timestamp``.
        is_named: Whether events belong to something with a string as its id, not an integer.
        kept: The members, with dots between the objects that they are in, that stay as they are.
    """

    def __init__(
        self, example: dict[str, Any], *, is_named: bool = False, kept: Collection[str] = ()
    ) -> None:
        self._is_named = is_named
        self._kept = kept
        self._published: Final[int] = example["timestamp"]
        self._fills: Final[list[_Fill]] = []
        text = msgspec.json.encode(self._open(example, ())).decode()
        self._first, *rest = text.split(_GAP_IN_JSON)
        self._steps: Final = list(zip(self._fills, rest, strict=True))

    def fill(self, own: Own) -> bytes:
        """Return the JSON of an event with these values."""
        parts = [self._first]
        for fill, literal in self._steps:
            parts += fill(own), literal
        return "".join(parts).encode()

    def _open(self, value: object, path: tuple[str, ...]) -> object:
        """Replace the values that differ with gaps, in the value of the member at this path."""
        if ".".join(path) in self._kept:
            return value
        if isinstance(value, dict):
            return {name: self._open(member, (*path, name)) for name, member in value.items()}
        if isinstance(value, list):
            return [self._open(member, path) for member in value]
        if isinstance(value, str):
            return self._open_string(value, path)
        if type(value) is int and (fill := self._fill_of(value, path)):
            self._fills.append(fill)
            return msgspec.Raw(_GAP_IN_JSON.encode())
        return value

    def _fill_of(self, value: int, path: tuple[str, ...]) -> _Fill | None:
        if path[-1] == "id":
            return None if self._is_named else _owner
        return _time(value - self._published) if value >= _FIRST_TIME else None

    def _open_string(self, value: str, path: tuple[str, ...]) -> str:
        if self._is_named and is_owner(path):
            self._fills.append(_owner)
            return _GAP
        if _uuid.fullmatch(value):
            self._fills.append(_new_uuid)
            return _GAP
        return _variable.sub(self._open_match, value) if path[-1] in _IDENTIFYING else value

    def _open_match(self, match: re.Match[str]) -> str:
        width = len(match[0])
        if match["hex"]:
            self._fills.append(_hex(width))
        else:
            self._fills.append(_digits(6 if match["counter"] else width))
        return _GAP


def _owner(own: Own) -> str:
    """Return the id as JSON, without the quotes of a string: these stand round the gap."""
    text = msgspec.json.encode(own.id).decode()
    return text[1:-1] if isinstance(own.id, str) else text


def _new_uuid(own: Own) -> str:
    return str(UUID(int=own.random.getrandbits(128), version=4))


def _time(offset: int) -> _Fill:
    return lambda own: str(own.timestamp + offset)


def _hex(width: int) -> _Fill:
    return lambda own: f"{own.random.getrandbits(4 * width):0{width}x}"


def _digits(width: int) -> _Fill:
    return lambda own: f"{own.random.randrange(10**width):0{width}}"
