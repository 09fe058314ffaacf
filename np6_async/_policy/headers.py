"""What the headers of a response say. Pure functions of headers and clock.

A number may have a fraction. An instant may be an HTTP date or ISO 8601. Where a header comes twice
or has a list of values, the longest wait counts, and the smallest quota. Other text is ignored.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, NamedTuple

__all__ = ["Quota", "date", "quota", "request_id", "reset_in", "retry_after"]

_MAX_ID_LENGTH: Final = 200
_MAX_RESET: Final = 3600.0
_ISO_DATE: Final = len("2025-03-10")  # without a time it is no instant
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_number: Final = re.compile(r"(?:[0-9]{1,15}(?:\.[0-9]*)?|\.[0-9]+)")


class Quota(NamedTuple):
    """How many requests the API still admits, and when the quota is reset.

    Attributes:
        remaining: Requests left.
        reset_in: Seconds until the reset.
        limit: Requests per period; None if the headers do not say.
    """

    remaining: int
    reset_in: float
    limit: int | None = None


def request_id(headers: Mapping[str, str]) -> str | None:
    """Return the id by which the vendor's support traces a call, in printable ASCII."""
    value = headers.get("x-request-id", "")[:_MAX_ID_LENGTH].strip()
    return value.encode("unicode_escape").decode("ascii") if value else None


def date(headers: Mapping[str, str]) -> datetime | None:
    """Return the server's time in whole seconds; None where it is missing or unreadable."""
    return _to_instant(headers.get("Date", ""))


def retry_after(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Return the seconds that ``Retry-After`` asks for; None where it is missing or unreadable.

    Both forms of RFC 9110, section 10.2.3, are read. A date is measured against the ``Date`` of the
    same response, so that the two clocks need not agree.
    """
    waits = [_seconds_until(item, headers, now) for item in _items(headers, "Retry-After")]
    return max((wait for wait in waits if wait is not None), default=None)


def quota(headers: Mapping[str, str], *, now: datetime) -> Quota | None:
    """Return what the rate-limit headers say; None where they are missing or make no sense."""
    if "X-RateLimit-Remaining" not in headers:  # the usual case, which costs nothing
        return None
    remaining, seconds = _count(headers, "X-RateLimit-Remaining"), reset_in(headers, now=now)
    if remaining is None or seconds is None:
        return None
    return Quota(remaining, seconds, _count(headers, "X-RateLimit-Limit") or None)


def reset_in(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Return the seconds until the quota is reset; None where the headers do not say.

    The unit of ``X-RateLimit-Reset`` is not documented. Epoch milliseconds, epoch seconds and
    seconds from now are all in use for this header, and differ enough in size to be told apart.
    """
    waits = [_seconds_to_reset(item, headers, now) for item in _items(headers, "X-RateLimit-Reset")]
    return max((wait for wait in waits if wait is not None and wait <= _MAX_RESET), default=None)


def _items(headers: Mapping[str, str], name: str) -> Iterator[str]:
    """Yield the values of a header. A comma is between two, but not after the day of a date."""
    getall = getattr(headers, "getall", None)
    text = headers.get(name, "") if getall is None else ",".join(getall(name, ()))
    day = ""
    for part in text.split(","):
        item = day + part.strip()
        day = f"{item}, " if item.isalpha() and item[:3].lower() in _DAYS else ""
        if not day:
            yield item


def _seconds_until(item: str, headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds that a number stands for, or those until an instant."""
    seconds = _to_number(item)
    if seconds is not None:
        return seconds
    instant = _to_instant(item)
    if instant is None:
        return None
    return max(0.0, (instant - _server_time(headers, now)).total_seconds())


def _seconds_to_reset(item: str, headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the same for a number that may be a time since the epoch."""
    seconds = _seconds_until(item, headers, now)
    if seconds is None or seconds < 10**9 or _to_number(item) is None:
        return seconds
    since_epoch = seconds / 1000 if seconds >= 10**12 else seconds
    return max(0.0, since_epoch - _server_time(headers, now).timestamp())


def _server_time(headers: Mapping[str, str], now: datetime) -> datetime:
    """Return the server's clock: ours, unless ``Date`` (whole seconds) shows that they differ."""
    server = date(headers)
    return server if server is not None and abs((now - server).total_seconds()) > 2 else now


def _count(headers: Mapping[str, str], name: str) -> int | None:
    """Return the smallest number in a header, rounded down: no part of a request can be sent."""
    numbers = [_to_number(item) for item in _items(headers, name)]
    return min((int(number) for number in numbers if number is not None), default=None)


def _to_number(text: str) -> float | None:
    return float(text) if _number.fullmatch(text) else None


def _to_instant(text: str) -> datetime | None:
    """Read an HTTP date, or a date and time of ISO 8601. Without a time zone it is in UTC."""
    instant = _read(parsedate_to_datetime, text)
    if instant is None and len(text) > _ISO_DATE:
        instant = _read(datetime.fromisoformat, text)
    return instant if instant is None or instant.tzinfo else instant.replace(tzinfo=UTC)


def _read(parse: Callable[[str], datetime], text: str) -> datetime | None:
    try:
        return parse(text)
    except (ValueError, OverflowError):
        return None
