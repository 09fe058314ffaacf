"""When a failed request is repeated, and after which pause. Pure: no clock, no sleep, no I/O."""

from collections.abc import Callable
from typing import Final

from np6_async._options import RetryPolicy
from np6_async.errors import NP6Error, StatusError, TransportError

from .budget import THROTTLED, TRANSIENT, Budget

__all__ = ["LONGEST_WAIT", "MAX_THROTTLES", "REFUSALS", "Retries", "is_throttle", "is_transient"]

REFUSALS: Final = frozenset({429, 503})
"""Statuses after which nobody asks for a while."""

LONGEST_WAIT: Final = 300.0
"""Seconds of ``Retry-After`` that are waited out; what asks for more fails at once."""

MAX_THROTTLES: Final = 10
"""How often one query is throttled before it fails."""

_THROTTLED_BASE: Final = 1.0  # seconds, where a throttling answer names no time
_SPREAD: Final = 0.1  # of what the API asks for is added at random, so that not all come at once
_TRANSIENT_STATUSES: Final = frozenset({408, 425, 500, 502, 503, 504, 522, 524})


def is_throttle(error: NP6Error) -> bool:
    """Whether the API asked for fewer requests.

    A 503 that names no time may mean that, or that the API is down: everybody waits, as for a
    throttle, and it counts as a failure.
    """
    return error.status == 429 or (error.status == 503 and error.retry_after is not None)


def is_transient(error: NP6Error) -> bool:
    """Whether the same request may succeed in a moment."""
    if isinstance(error, StatusError):
        return error.status in _TRANSIENT_STATUSES
    return isinstance(error, TransportError) and not error.permanent


class Retries:
    """What one query has been through, and whether it may be tried again.

    Args:
        policy: How often, and with which pauses.
        budget: Pays for it.
        random: Gives numbers from 0 to 1.
    """

    def __init__(self, policy: RetryPolicy, budget: Budget, random: Callable[[], float]) -> None:
        self.is_news = True
        """Whether the last refusal told more than one before it; if not, a retry costs nothing."""
        self._policy = policy
        self._budget = budget
        self._random = random
        self._failures = 0
        self._throttles = 0
        self._paid = 0

    def closing(self, status: int, asked: float | None, *, probes: int = 0) -> float:
        """Return for how many seconds a refusal is to hold everybody back.

        What the API asked for and up to a tenth more, or else back-off with full jitter. Where it
        refuses again after that, it asked for too little, and the longer of the two counts.

        Args:
            status: One of `REFUSALS`.
            asked: How long the API asked to be left alone, if it did.
            probes: How often in a row it has refused what was sent to find out if it still does.
        """
        if asked is not None and asked > LONGEST_WAIT:
            return 0.0
        if asked is not None:
            again = self._backoff(_THROTTLED_BASE, probes - 1) if probes else 0.0
            return max(again, asked * (1 + _SPREAD * self._random()))
        if status == 503 and self._budget.tokens < TRANSIENT:
            return 0.0  # an outage: no retry is paid for any more, and failing may be quick
        return self._backoff(_THROTTLED_BASE, self._failures + self._throttles)

    def pause(self, error: NP6Error) -> float:
        """Return for how many seconds this query alone is to wait before it is tried again.

        What the API asked for, or else exponential back-off with full jitter; nothing after a
        refusal, for which everybody waits.

        Raises:
            NP6Error: The error itself: it is not tried again.
        """
        throttled = is_throttle(error)
        if throttled:
            self._throttles += 1
            spent = self._policy.attempts == 1 or self._throttles > MAX_THROTTLES
        else:
            self._failures += 1
            spent = not is_transient(error) or self._failures >= self._policy.attempts
        if spent or (error.retry_after or 0) > LONGEST_WAIT:
            raise error
        self._pay(error, THROTTLED if throttled else TRANSIENT)
        if error.status in REFUSALS:
            return 0.0
        if error.retry_after is not None:
            return error.retry_after
        return self._backoff(self._policy.base, self._failures - 1)

    def progress(self) -> None:
        """Count failures anew: the last attempt brought something."""
        self._failures = 0

    def succeed(self) -> None:
        """Take back what the last retry cost, or add a little if there was none."""
        self._budget.earn(self._paid or 1)

    def _pay(self, error: NP6Error, cost: int) -> None:
        if not self.is_news:
            self.is_news = True
        elif self._budget.spend(cost):
            self._paid = cost
        else:
            error.stopped_by = "budget"
            raise error

    def _backoff(self, base: float, doublings: int) -> float:
        return self._random() * min(self._policy.cap, base * 2.0 ** min(doublings, 64))
