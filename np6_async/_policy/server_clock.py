"""The server's clock, as the ``Date`` headers of its responses tell it. Pure state."""

from math import inf
from typing import Final

__all__ = ["ServerClock"]

_RESOLUTION: Final = 1.0  # seconds: ``Date`` has no fraction
_AGREEING: Final = 3  # responses in a row that show that a clock has jumped


class ServerClock:
    """Bounds the difference between the server's clock and a local one that never jumps.

    A response with the date D was made between `sent` and `received`, when the server's clock
    showed D to D + 1 s. So the difference lies between D - `received` and D + 1 s - `sent`. Each
    response narrows that. If three in a row contradict it and not each other, the clock has jumped.
    """

    def __init__(self) -> None:
        self._low, self._high = -inf, inf
        self._other_low, self._other_high, self._others = -inf, inf, 0

    @property
    def is_known(self) -> bool:
        """Whether a response had a ``Date``."""
        return self._low > -inf

    def now(self, local: float) -> float:
        """Return the earliest that the server's clock can show at a local time; see `is_known`."""
        return local + self._low

    def observe(self, *, sent: float, received: float, date: float) -> None:
        """Use the ``Date`` of a response.

        Args:
            sent: When the request was sent, by the local clock.
            received: When the head of the response had arrived.
            date: What the header says, in seconds since the epoch.
        """
        low, high = date - received, date + _RESOLUTION - sent
        if low <= self._high and high >= self._low:
            self._low, self._high = max(low, self._low), min(high, self._high)
            self._forget_others()
            return
        if low > self._other_high or high < self._other_low:
            self._forget_others()
        self._other_low, self._other_high = max(low, self._other_low), min(high, self._other_high)
        self._others += 1
        if self._others == _AGREEING:
            self._low, self._high = self._other_low, self._other_high
            self._forget_others()

    def _forget_others(self) -> None:
        self._other_low, self._other_high, self._others = -inf, inf, 0
