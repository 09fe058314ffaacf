"""The rate limit and its headers. The time is an argument."""

import math
from typing import Final, Literal, TypeAlias, get_args

__all__ = ["Quota", "ResetUnit"]

ResetUnit: TypeAlias = Literal["epoch_ms", "epoch", "delta"]
"""The unit of ``X-RateLimit-Reset``: milliseconds or seconds since 1970-01-01T00:00:00Z, or seconds
from now. The API's documentation does not say which it uses."""


class Quota:
    """Counts requests in fixed windows. The first request after a window starts the next one.

    Args:
        rate: Requests per second. A window takes one second, or the time for a whole number of
            requests: a rate of 2.5 is 2 requests in 0.8 s, and 0.5 is 1 request in 2 s.
        reset: The unit of ``X-RateLimit-Reset``.

    Raises:
        ValueError: `reset` is not a known unit.
    """

    def __init__(self, rate: float, *, reset: ResetUnit) -> None:
        if reset not in get_args(ResetUnit):
            raise ValueError(f"reset must be one of {get_args(ResetUnit)}, not {reset!r}")
        self._limit: Final = max(1, int(rate))
        self._length: Final = self._limit / rate
        self._reset: Final = reset
        self._left = self._limit
        self._ends = -math.inf

    def admit(self, now: float) -> bool:
        """Count a request; return False, and do not count it, if the limit is reached.

        Args:
            now: Seconds since 1970-01-01T00:00:00Z.
        """
        self._reset_if_over(now)
        if not self._left:
            return False
        if self._left == self._limit:
            self._ends = now + self._length
        self._left -= 1
        return True

    def headers(self, now: float) -> dict[str, str]:
        """Return the rate limit headers of a response."""
        self._reset_if_over(now)
        ends = max(self._ends, now)
        reset = {
            "epoch_ms": math.ceil(ends * 1000),
            "epoch": math.ceil(ends),
            "delta": math.ceil(ends - now),
        }
        return {
            "X-RateLimit-Limit": str(self._limit),
            "X-RateLimit-Remaining": str(self._left),
            "X-RateLimit-Reset": str(reset[self._reset]),
        }

    def retry_after(self, now: float) -> int:
        """Return the seconds until the next request is admitted, rounded up; at least 1."""
        return max(1, math.ceil(self._ends - now))

    def _reset_if_over(self, now: float) -> None:
        """Reset the count if the window has ended."""
        if now >= self._ends:
            self._left = self._limit
