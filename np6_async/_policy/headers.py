"""What the headers of an answer say. Pure functions of headers and clock."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, NamedTuple

__all__ = ["Quota", "quota", "request_id", "reset_in", "retry_after"]

_MAX_ID_LENGTH: Final = 200
_MAX_RESET: Final = 3600.0


class Quota(NamedTuple):
    """How many requests the API still admits, and when it starts to count anew.

    Attributes:
        remaining: Requests left.
        reset_in: Seconds until the count starts anew.
        limit: What the count starts with; None if that is not said.
    """

    remaining: int
    reset_in: float
    limit: int | None = None


def request_id(headers: Mapping[str, str]) -> str | None:
    """Return the id by which the vendor's support traces a call, made fit to be shown."""
    value = headers.get("x-request-id", "")[:_MAX_ID_LENGTH].strip()
    return value.encode("unicode_escape").decode("ascii") if value else None


def retry_after(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Return the seconds that ``Retry-After`` asks for; None where it is missing or unreadable.

    Both forms of RFC 9110, section 10.2.3, are read. A date is measured against the answer's own
    ``Date``, so that the two clocks need not agree.
    """
    text = headers.get("Retry-After", "").strip()
    seconds = _digits(text)
    if seconds is not None:
        return float(seconds)
    moment = _http_date(text)
    if moment is None:
        return None
    return max(0.0, (moment - _server_time(headers, now)).total_seconds())


def quota(headers: Mapping[str, str], *, now: datetime) -> Quota | None:
    """Return what the rate-limit headers say; None where they are missing or make no sense."""
    if "X-RateLimit-Remaining" not in headers:
        return None
    remaining = _digits(headers.get("X-RateLimit-Remaining", "").strip())
    if remaining is None:
        return None
    seconds = reset_in(headers, now=now)
    if seconds is None:
        return None
    limit = _digits(headers.get("X-RateLimit-Limit", "").strip())
    return Quota(remaining, seconds, limit or None)


def reset_in(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Return the seconds until the quota's count starts anew; None where that is not said.

    The unit of ``X-RateLimit-Reset`` is not documented. Epoch milliseconds, epoch seconds and
    seconds from now are all in use for this header, and differ enough in size to be told apart.
    """
    reset = _digits(headers.get("X-RateLimit-Reset", "").strip())
    if reset is None:
        return None
    if reset >= 10**12:
        seconds = reset / 1000 - _server_time(headers, now).timestamp()
    elif reset >= 10**9:
        seconds = reset - _server_time(headers, now).timestamp()
    else:
        seconds = float(reset)
    return max(0.0, seconds) if seconds <= _MAX_RESET else None


def _server_time(headers: Mapping[str, str], now: datetime) -> datetime:
    """Return the server's clock: ours, unless ``Date`` (whole seconds) shows that they differ."""
    date = _http_date(headers.get("Date", ""))
    return date if date is not None and abs((now - date).total_seconds()) > 2 else now


def _digits(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
