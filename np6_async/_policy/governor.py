"""How many requests, and how fast. Pure state: the clock is an argument, and nothing waits here."""

from math import inf
from typing import Final

from .adaptive_rate import AdaptiveRate
from .headers import Quota
from .rate_limit import RateLimitTracker

__all__ = ["Governor"]

_FIRST_WINDOW: Final = 4.0  # requests at once, until answers show that more are welcome


class Governor:
    """Decides when the next request may go. One for each client, shared by all its queries.

    How many go at once is a window: one more for each windowful of answers, half as many when the
    API refuses. How fast they go is what its rate headers admit; where it has none, a pace that
    refusals lower and time raises. After a refusal nothing goes for a while, then one request,
    and the others once that one is answered.

    Args:
        concurrency: Requests under way at the most.
        max_rate: Requests a second at the most; None for no bound of our own.
    """

    def __init__(self, *, concurrency: int, max_rate: float | None = None) -> None:
        self.in_flight = 0
        """Requests under way."""
        self.blocked_until = 0.0
        """No request goes before this moment, for the API refused one."""
        self._concurrency = concurrency
        self._window = min(_FIRST_WINDOW, concurrency)
        self._rate_limit = RateLimitTracker()
        self._adaptive_rate = AdaptiveRate(max_rate)
        self._unanswered = 0
        self._sent = 0  # requests so far: the number of the last one
        self._sent_when_refused = 0  # these were refused, if at all, for one and the same reason
        self._probe: int | None = None  # goes alone, to see if any is admitted; 0: the next one
        self._probes = 0  # in a row

    def delay(self, now: float) -> float:
        """Return for how many seconds no request may go; infinity until one under way tells."""
        if self.in_flight + 1 > self._window or self._probe:
            return inf
        if self._unanswered >= self._rate_limit.max_unanswered:
            return inf
        earliest = max(
            self.blocked_until, self._rate_limit.blocked_until, self._adaptive_rate.next_send
        )
        return max(0.0, earliest - now)

    def admit(self, now: float) -> int:
        """Count a request as under way, and return its number."""
        self.in_flight += 1
        self._unanswered += 1
        self._sent += 1
        if self._probe == 0:
            self._probe = self._sent
            self._probes += 1
        self._adaptive_rate.sent(now)
        self._rate_limit.spend(now)
        return self._sent

    def probes(self, number: int) -> int:
        """Return how many requests in a row have gone alone, if this one is the last of them."""
        return self._probes if number == self._probe else 0

    def answer(self, now: float, number: int, quota: Quota | None) -> None:
        """Count a request as admitted by the API.

        Args:
            now: The time.
            number: Which request.
            quota: What the rate headers say; None if they are missing.
        """
        self._hear(now, quota)
        if number == self._probe:
            self._probe = None
            self._probes = 0
        if self._window < self._concurrency:
            self._window = min(self._window + 1 / self._window, self._concurrency)

    def refuse(self, now: float, number: int, quota: Quota | None, *, seconds: float) -> bool:
        """Count a request as refused, and let none go for so many seconds.

        Args:
            now: The time.
            number: Which request.
            quota: What the rate headers say; None if they are missing.
            seconds: How long the API wants to be left alone.

        Returns:
            Whether that is news. What was sent before an earlier refusal was refused with it.
        """
        is_new_throttle = number > self._sent_when_refused
        is_spent = quota is not None and quota.remaining == 0
        if is_new_throttle and is_spent:
            self._rate_limit.share()
        self._hear(now, quota)
        self.blocked_until = max(self.blocked_until, now + seconds)
        if not is_new_throttle:
            return False
        self._sent_when_refused = self._sent
        if number != self._probe:  # a probe tells that the API is closed still, and no more
            self._window = max(1.0, self._window / 2)
            if not is_spent:  # the quota, if there is one, is not what it goes by
                self._adaptive_rate.cut(now)
        self._probe = 0
        return True

    def lose(self, number: int) -> None:
        """Count a request as one that will not be answered."""
        self._unanswered -= 1
        if number == self._probe:
            self._probe = 0

    def release(self) -> None:
        """Count a request as ended, or as held up by its caller."""
        self.in_flight -= 1

    def resume(self) -> None:
        """Count what its caller held up as under way again, even if that is one too many."""
        self.in_flight += 1

    def _hear(self, now: float, quota: Quota | None) -> None:
        self._unanswered -= 1
        if quota is None:
            return
        if not self._sent_when_refused:
            self._window = self._concurrency
        self._rate_limit.observe(now, quota, unanswered=self._unanswered)
