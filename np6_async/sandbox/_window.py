"""The query string of a request, parsed as the API does."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple, get_args

from multidict import MultiMapping

from np6_async._query import Sort

__all__ = ["Window", "read_window"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_INT64: Final = range(-(2**63), 2**63)
_SORTS: Final[dict[str, Sort]] = {sort: sort for sort in get_args(Sort)}

_timestamp: Final = re.compile(r"-?[0-9]{1,19}")
_date_time: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?:\.([0-9]+))?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


class Window(NamedTuple):
    """The part of a notification's events that a request selects.

    Attributes:
        start: The first time in it, in milliseconds since 1970-01-01T00:00:00Z; None for no start.
        end: The first time after it, in the same unit; None for no end.
        sort: The order by time; None for no order.
    """

    start: int | None
    end: int | None
    sort: Sort | None


def read_window(query: MultiMapping[str]) -> Window:
    """Parse a query string. Parameters that the API does not have are ignored.

    Raises:
        ValueError: A value is malformed or given twice, or the window ends before it starts.
    """
    start, end, sort = (_only(query.getall(name, [])) for name in Window._fields)
    window = Window(_instant(start), _instant(end), _sort(sort))
    if window.start is not None and window.end is not None and window.end < window.start:
        raise ValueError("the window ends before it starts")
    return window


def _only(values: list[str]) -> str | None:
    if len(values) > 1:
        raise ValueError("a parameter is given twice")
    return values[0] if values else None


def _sort(text: str | None) -> Sort | None:
    if text is None:
        return None
    if text not in _SORTS:
        raise ValueError("sort is neither asc nor desc")
    return _SORTS[text]


def _instant(text: str | None) -> int | None:
    if text is None:
        return None
    if _timestamp.fullmatch(text) and int(text) in _INT64:
        return int(text)
    if parts := _date_time.fullmatch(text):
        return _milliseconds(*parts.groups())
    raise ValueError("not a timestamp or an ISO 8601 date-time")


def _milliseconds(date: str, time: str, fraction: str | None, offset: str) -> int:
    """Return milliseconds, rounded up, which selects the same events as the exact time."""
    instant = datetime.fromisoformat(f"{date}T{time}{offset.upper()}")
    whole = (instant - _EPOCH) // timedelta(milliseconds=1)
    return whole - (-int(fraction) * 1000 // 10 ** len(fraction)) if fraction else whole
