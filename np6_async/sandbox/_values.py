"""The texts of a request, read as the API does: integers, booleans, moments and strings."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

__all__ = ["read_value"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_INT64: Final = range(-(2**63), 2**63)

_digits: Final = re.compile(r"-?[0-9]{1,19}")
_date_time: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?:\.([0-9]+))?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def read_value(text: str, type_: str) -> Any:  # noqa: ANN401 - by its type
    """Return the value of a text: a moment in milliseconds since 1970-01-01T00:00:00Z.

    Raises:
        ValueError: It has no such value.
    """
    return _READERS[type_](text)


def _integer(text: str) -> int:
    if _digits.fullmatch(text) and int(text) in _INT64:
        return int(text)
    raise ValueError("not an integer of 64 bits")


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("neither true nor false")
    return text == "true"


def _moment(text: str) -> int:
    parts = _date_time.fullmatch(text)
    return _milliseconds(*parts.groups()) if parts else _integer(text)


def _milliseconds(date: str, time: str, fraction: str | None, offset: str) -> int:
    """Return milliseconds, rounded up, which selects the same events as the exact time."""
    instant = datetime.fromisoformat(f"{date}T{time}{offset.upper()}")
    whole = (instant - _EPOCH) // timedelta(milliseconds=1)
    return whole - (-int(fraction) * 1000 // 10 ** len(fraction)) if fraction else whole


_READERS: Final[dict[str, Callable[[str], object]]] = {
    "integer": _integer,
    "boolean": _boolean,
    "date-time": _moment,
    "string": str,
}
