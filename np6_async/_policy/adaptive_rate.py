"""How many requests a second: at most the user's maximum, and fewer after throttling."""

from math import inf
from typing import Final

__all__ = ["AdaptiveRate"]

_LATENESS: Final = 0.01  # seconds that timers may be late without lowering the rate
_CUT: Final = 0.7  # the part of the rate that is left after throttling
_GROWTH: Final = 0.3  # the part of the rate that is added in a second
_CAUTION: Final = 0.05  # the same, near the rate at the last throttling
_NEAR: Final = 0.8, 1.25  # what is near that rate: these parts of it
_SHORTEST: Final = 0.1  # seconds over which a rate can be measured
_LEAST: Final = 20.0  # requests a second; a lower rate may only mean that few were needed


class AdaptiveRate:
    """Spaces requests. Without a maximum, and before the first throttling, it does nothing.

    Args:
        max_rate: The maximum of requests a second; None for no maximum.
    """

    def __init__(self, max_rate: float | None) -> None:
        self.next_send = 0.0
        """No request may be sent before this moment."""
        self.rate = inf
        """The rate after throttling, in requests a second; infinity before the first."""
        self._max_rate = max_rate or inf
        self._ceiling = inf  # the rate at the last throttling
        self._last_send = 0.0
        self._second = 0.0  # when the current count began, about a second ago at most
        self._sends = 0
        self._measured = 0.0  # requests a second, in the second before that

    def sent(self, now: float) -> None:
        """Count a request, and set when the next one may be sent."""
        if now - self._second > 1:
            self._measured = self._sends / (now - self._second)
            self._second, self._sends = now, 0
        self._sends += 1
        if self.rate < inf:
            self._grow(now)
        interval = 1 / min(self.rate, self._max_rate)
        made_up = min(_LATENESS, interval)
        self.next_send = max(self.next_send, now - made_up) + interval

    def cut(self, now: float) -> None:
        """Slow down: requests were throttled at the rate at which they were sent."""
        sending = max(self._measured, self._sends / max(now - self._second, _SHORTEST))
        self._ceiling = min(self.rate, max(sending, _LEAST))
        self.rate = self._ceiling * _CUT
        self._last_send = now

    def _grow(self, now: float) -> None:
        """Raise the rate for the time since the last request, as far as it waited for the rate."""
        is_near = _NEAR[0] < self.rate / self._ceiling < _NEAR[1]
        growth = _CAUTION if is_near else _GROWTH
        self.rate *= 1 + growth * min(now - self._last_send, 2 / self.rate)
        self._last_send = now
