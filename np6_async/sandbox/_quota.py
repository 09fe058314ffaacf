"""How many requests are admitted, and the headers that say so. The clock is an argument."""

import math
from typing import Final, Literal, TypeAlias, get_args

__all__ = ["Quota", "ResetUnit"]

ResetUnit: TypeAlias = Literal["epoch_ms", "epoch", "delta"]
"""What ``X-RateLimit-Reset`` counts: milliseconds or seconds since 1970-01-01T00:00:00Z, or seconds
from now. Which of them the API means is not documented."""


class Quota:
    """Counts requests in fixed windows. A window opens with the first request after the last one.

    Args:
        rate: Requests a second. A window is one second, unless it would hold a fraction of a
            request: 2.5 are 2 in 0.8 s, and 0.5 is 1 in 2 s.
        reset: The unit of ``X-RateLimit-Reset``.

    Raises:
        ValueError: There is no such unit.
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
        """Count a request, unless the window is full; say whether it may go on.

        Args:
            now: Seconds since 1970-01-01T00:00:00Z.
        """
        self._turn(now)
        if not self._left:
            return False
        if self._left == self._limit:
            self._ends = now + self._length
        self._left -= 1
        return True

    def headers(self, now: float) -> dict[str, str]:
        """Return the headers of any response."""
        self._turn(now)
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
        """Return the whole seconds until a request is admitted again; at least 1."""
        return max(1, math.ceil(self._ends - now))

    def _turn(self, now: float) -> None:
        """Start to count anew if the window is over."""
        if now >= self._ends:
            self._left = self._limit
