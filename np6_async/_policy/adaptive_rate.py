"""How many requests a second: at most the user's maximum, and fewer after throttling."""

from math import inf, sqrt
from typing import Final

__all__ = ["AdaptiveRate"]

_LATENESS: Final = 0.01  # seconds that timers may be late without lowering the rate
_BURST: Final = 0.25  # seconds; what is admitted in so short a time at first is taken for a burst
_LEAST: Final = 4.0  # requests; if fewer were admitted, that may mean that few were needed
_SEARCH: Final = 1.4  # the part of the rate that is added in a second, until the limit is found
_GROWTH: Final = 0.6  # the same, to find out later if more is admitted now
_SLOW: Final = 40.0  # requests a second; slower rates grow faster, so that shares even out
_MOST_HASTE: Final = 4.0  # so many times as fast at most
_MOST_PEAK: Final = 4.0  # times what was admitted; beyond that, something else was the limit
_MARGIN: Final = 0.98  # the part of the limit that is used
_HOLD: Final = 7.0  # a rate is held for so many times the pause after throttling
_SHORTEST_PAUSE: Final = 0.35  # seconds; a shorter one counts as this
_LONGEST_PAUSE: Final = 10.0  # seconds; a longer one counts as this, for nobody may have asked
_HELD_LONGER: Final = 1.25  # the factor if the rate was right
_HELD_SHORTER: Final = 0.3  # the factor if it was too high
_SHORTEST_HOLD: Final = 1.5  # seconds
_FEWEST: Final = 20  # requests at a rate before it grows, but
_PATIENCE: Final = 1.0  # seconds for each request a second at most, so that slow rates recover
_FLOOR: Final = 1.0  # requests a second; below, refusals at random could stop everything
_CUT: Final = 0.7, 0.92  # the least and the most that is left of a rate that was too high
_PAUSE: Final = 0.25  # the part of the pause that counts as time in which requests were admitted


class AdaptiveRate:
    """Spaces requests. Without a maximum, and before the first throttling, it does nothing.

    It takes the API for a token bucket whose rate and burst are unknown. After the first throttled
    response it searches: the rate grows until requests are throttled again, which shows the limit.
    A rate just below the limit is held, and grows after a while, to find out if more is admitted
    now. That ends in a pause, so the longer the pauses are, the longer a rate is held. Requests
    that are throttled while the rate is held show that others use the API too, or that its limit
    has fallen: the rate is lowered, and held for less time, to find soon what others leave.

    Args:
        max_rate: The maximum of requests a second; None for no maximum.
    """

    def __init__(self, max_rate: float | None) -> None:
        self.next_send = 0.0
        """No request may be sent before this moment."""
        self.rate = inf
        """The rate after throttling, in requests a second; infinity before the first."""
        self._max_rate = max_rate or inf
        self._limit = inf  # the rate that is held
        self._burst: float | None = None  # seconds at the limit; None before it is found
        self._hold = 0.0  # seconds until the rate grows
        self._age = 0.0  # seconds of sending at this rate
        self._last_send = 0.0
        self._closed_at = 0.0  # when requests were throttled last
        self._opened_at: float | None = None  # when the first one was admitted after that
        self._admitted = 0.0  # requests since then

    def sent(self, now: float) -> None:
        """Count a request, and set when the next one may be sent."""
        rate = self._max_rate
        if self.rate == inf:
            self._look_back(now)
        elif self._opened_at is not None:  # else it is a probe
            idle = now - self.next_send
            if idle > 1:  # nobody asked
                self._opened_at += idle
                self._closed_at += idle
            elif idle <= min(_LATENESS, 1 / self.rate):  # it waited for the rate
                waited = min(now - self._last_send, 1.0)
                self._age += waited
                if self._age >= self._hold:
                    self.rate = min(self.rate * (1 + self._growth * waited), rate)
            rate = self.rate
        self._last_send = now
        interval = 1 / rate
        self.next_send = max(self.next_send, now - min(_LATENESS, interval)) + interval

    def _look_back(self, now: float) -> None:
        """Count only what happened in the last two seconds, before the first throttling."""
        if self._opened_at is None:
            self._opened_at = self._closed_at = now
        elif (seconds := now - self._opened_at) > 2:
            self._opened_at, self._admitted = now - 1, self._admitted / seconds

    def admitted(self, now: float) -> None:
        """Count a request that the API admitted, and that was sent after the last throttling."""
        if self._opened_at is None:  # a probe was admitted
            self.next_send = max(self.next_send, self._last_send + 1 / self.rate)
            self._opened_at = self._last_send = now
            self._admitted = self._age = 0.0
        self._admitted += 1

    def cut(self, now: float, *, unanswered: int) -> None:
        """Slow down: requests were throttled at the rate at which they were sent.

        Args:
            now: The time.
            unanswered: Requests without a response. Most were sent after the first of those.
        """
        opened_at = now if self._opened_at is None else self._opened_at
        open_for, pause = now - opened_at, opened_at - self._closed_at
        if self.rate == inf:
            self._limit = max(self._admitted, _LEAST) / (open_for + _BURST)
        elif self._age >= self._hold:
            longest = _HOLD * min(max(pause, _SHORTEST_PAUSE), _LONGEST_PAUSE)
            is_found = self._burst is not None
            self._hold = min(longest, self._hold * _HELD_LONGER) if is_found else longest
            self._find_limit(self._admitted / max(open_for, _LATENESS), unanswered)
        else:
            mean = self._admitted / max(open_for + _PAUSE * pause, _LATENESS)
            self._limit *= min(max(_CUT[0], mean / self._limit), _CUT[1])
            self._hold *= _HELD_SHORTER
        if self._burst is not None:
            for_few = min(_FEWEST / self._limit, _PATIENCE * self._limit)
            self._hold = max(self._hold, _SHORTEST_HOLD, for_few)
        self.rate = self._limit = min(max(self._limit, _FLOOR), self._max_rate)
        self._closed_at, self._opened_at = now, None

    def _find_limit(self, mean: float, unanswered: int) -> None:
        """Set the limit after the rate has grown too far.

        The bucket is empty as soon as what was sent beyond the limit is as much as the burst. For a
        rate that grows exponentially, that gives the ratio of rate and limit, approximately.
        """
        grown = self.rate - self._growth * unanswered  # when the throttled one was sent
        peak = max(self._limit, min(grown, _MOST_PEAK * mean))
        burst = 2 * _BURST * self._limit / peak if self._burst is None else self._burst
        found = _MARGIN * peak / (1 + sqrt(self._growth * burst / 2)) ** 2
        if self._burst is not None:
            found = max(self._limit * _MARGIN, min(mean, found))
        self._limit, self._burst = found, burst

    @property
    def _growth(self) -> float:
        if self._burst is None:
            return _SEARCH
        return _GROWTH * min(max(1.0, sqrt(_SLOW / self._limit)), _MOST_HASTE)
