"""The time of a clock in the units of the API."""

import math
from email.utils import formatdate

__all__ = ["http_date", "to_milliseconds"]


def to_milliseconds(seconds: float) -> int:
    """Return whole milliseconds, rounded down.

    A float can be just below the millisecond that it stands for, so it is first rounded to the
    nearest microsecond.
    """
    return round(seconds * 1_000_000) // 1000


def http_date(seconds: float) -> str:
    """Return a time since 1970-01-01T00:00:00Z as in a ``Date`` header: RFC 9110, section 5.6.7."""
    return formatdate(math.floor(seconds), usegmt=True)
