"""How many requests at once, and how fast. Pure state: the time is an argument, nothing waits."""

from math import inf
from typing import Final

from .adaptive_rate import AdaptiveRate
from .headers import Quota
from .rate_limit import RateLimitTracker

__all__ = ["Governor"]

_FIRST_WINDOW: Final = 2.0  # requests at once, until responses show that more are admitted


class Governor:
    """Decides when the next request may go. One for each client, shared by all its queries.

    How many are sent at once is a window (AIMD): it grows by one for each windowful of responses
    and is halved when the API throttles. How fast they are sent is what the rate headers admit;
    without them, a rate that throttling lowers and time raises. After a throttled response nothing
    is sent for a while, then one request as a probe, and the others once the probe is admitted.

    Args:
        concurrency: The maximum of requests under way.
        max_rate: The maximum of requests a second; None for no maximum.
    """

    def __init__(self, *, concurrency: int, max_rate: float | None = None) -> None:
        self.in_flight = 0
        """Requests under way."""
        self.blocked_until = 0.0
        """No request is sent before this moment, because the API throttled one."""
        self._concurrency = concurrency
        self._window = min(_FIRST_WINDOW, concurrency)
        self._quota = RateLimitTracker()
        self._rate = AdaptiveRate(max_rate)
        self._unanswered = 0
        self._sent = 0  # requests so far; the number of the last one
        self._sent_when_throttled = 0  # requests up to this number belong to one burst
        # Sent alone, to see if any is admitted; 0: the next one is the probe.
        self._probe: int | None = None
        self._probes = 0  # in a row

    def delay(self, now: float) -> float:
        """Return seconds until the next request may be sent; infinity: when another one ends."""
        if self.in_flight + 1 > self._window or self._probe:
            return inf
        if self._unanswered >= self._quota.max_unanswered:
            return inf
        return max(now, self.blocked_until, self._quota.blocked_until, self._rate.next_send) - now

    def admit(self, now: float) -> int:
        """Count a request as under way, and return its number."""
        self.in_flight += 1
        self._unanswered += 1
        self._sent += 1
        if self._probe == 0:
            self._probe = self._sent
            self._probes += 1
        self._rate.sent(now)
        self._quota.spend(now, unanswered=self._unanswered)
        return self._sent

    def probes(self, number: int) -> int:
        """Return how many probes in a row were sent, if this request is the last of them."""
        return self._probes if number == self._probe else 0

    def on_admitted(self, now: float, number: int, quota: Quota | None) -> None:
        """Count a request as admitted by the API.

        Args:
            now: The time.
            number: Which request.
            quota: What the rate headers say; None if they are missing.
        """
        self._on_response(now, quota)
        if number > self._sent_when_throttled:
            self._rate.admitted(now)
        if number == self._probe:
            self._probe = None
            self._probes = 0
        if self._window < self._concurrency:
            is_safe = quota is not None and not self._sent_when_throttled
            growth = 1.0 if is_safe else 1 / self._window
            self._window = min(self._window + growth, self._concurrency)

    def on_throttled(self, now: float, number: int, quota: Quota | None, *, seconds: float) -> bool:
        """Count a request as throttled, and send none for so many seconds.

        Args:
            now: The time.
            number: Which request.
            quota: What the rate headers say; None if they are missing.
            seconds: How long to wait.

        Returns:
            Whether this is new. A request that was sent before an earlier one was throttled belongs
            to the same burst.
        """
        self._on_response(now, quota)
        self.blocked_until = max(self.blocked_until, now + seconds)
        if number <= self._sent_when_throttled:
            return False
        self._sent_when_throttled = self._sent
        if number != self._probe:  # a throttled probe says nothing new
            self._window = max(1.0, self._window / 2)
            if quota is None or quota.remaining:  # it was not the quota that ran out
                self._rate.cut(now, unanswered=self._unanswered)
        self._probe = 0
        if quota is not None and quota.remaining == 0 < quota.reset_in:
            self._probes = 0  # others were faster, which is no reason to wait longer each time
        return True

    def on_lost(self, number: int) -> None:
        """Count a request as one that gets no response."""
        self._unanswered -= 1
        if number == self._probe:
            self._probe = 0

    def release(self) -> None:
        """Count a request as ended, or as waiting for its caller."""
        self.in_flight -= 1

    def resume(self) -> None:
        """Count a request as under way again after its caller, even if that is one too many."""
        self.in_flight += 1

    def _on_response(self, now: float, quota: Quota | None) -> None:
        self._unanswered -= 1
        if quota is not None:
            self._quota.observe(now, quota, unanswered=self._unanswered)
