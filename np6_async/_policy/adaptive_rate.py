"""How many requests a second: at most what the user set, and what refusals have taught."""

from math import inf
from typing import Final

__all__ = ["AdaptiveRate"]

_LATENESS: Final = 0.01  # seconds that timers may be late without lowering the rate
_CUT: Final = 0.7  # of the rate is left after a refusal
_GROWTH: Final = 0.3  # of the rate is added in a second
_CAUTION: Final = 0.05  # and near the rate at the last refusal
_NEAR: Final = 0.8, 1.25  # of the rate at the last refusal
_SHORTEST: Final = 0.1  # seconds over which a rate can be told
_LEAST: Final = 20.0  # requests a second: fewer may be all that was asked for


class AdaptiveRate:
    """Spaces requests. Without a bound, and before the first refusal, it lets them be.

    Args:
        max_rate: Requests a second at the most; None for no bound of our own.
    """

    def __init__(self, max_rate: float | None) -> None:
        self.next_send = 0.0
        """No request goes before this moment."""
        self.rate = inf
        """Requests a second that refusals have left."""
        self._max_rate = max_rate or inf
        self._ceiling = inf  # the rate at the last refusal
        self._last_send = 0.0
        self._second = 0.0  # when counting began, about a second ago at the most
        self._sends = 0
        self._measured = 0.0  # requests a second, in the second before

    def sent(self, now: float) -> None:
        """Count a request, and say when the next one may go."""
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
        """Slow down: requests were refused at the rate they were sent at."""
        sending = max(self._measured, self._sends / max(now - self._second, _SHORTEST))
        self._ceiling = min(self.rate, max(sending, _LEAST))
        self.rate = self._ceiling * _CUT
        self._last_send = now

    def _grow(self, now: float) -> None:
        """Grow by the time since the last request, if it was the pace that it waited for."""
        is_near = _NEAR[0] < self.rate / self._ceiling < _NEAR[1]
        growth = _CAUTION if is_near else _GROWTH
        self.rate *= 1 + growth * min(now - self._last_send, 2 / self.rate)
        self._last_send = now
