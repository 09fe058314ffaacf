"""When a failed request is repeated, and after which delay. Pure: no clock, no sleep, no I/O."""

from collections.abc import Callable
from typing import Final

from np6_async._options import RetryPolicy
from np6_async.errors import NP6Error, StatusError, TransportError

__all__ = [
    "CAPACITY",
    "MAX_RETRY_AFTER",
    "MAX_THROTTLES",
    "RESEND",
    "THROTTLED",
    "THROTTLING_STATUSES",
    "TRANSIENT",
    "RetryBudget",
    "RetryState",
    "is_throttled",
    "is_transient",
]

THROTTLING_STATUSES: Final = frozenset({429, 503})
"""Statuses after which nobody asks for a while."""

MAX_RETRY_AFTER: Final = 300.0
"""Seconds of ``Retry-After`` that are waited out; what asks for more fails at once."""

MAX_THROTTLES: Final = 10
"""How often one query is throttled before it fails."""

CAPACITY: Final = 500
"""Tokens that a client starts with, and has at the most."""

TRANSIENT: Final = 14
"""Tokens that a retry costs: so many first tries that succeed afford one retry that does not."""

THROTTLED: Final = 5
"""Tokens that being throttled costs: less, for the API is up and says what it wants."""

RESEND: Final = 1
"""Tokens for sending again, at once, what went out on a connection that had died idle."""

_THROTTLED_BASE: Final = 1.0  # seconds, where a throttling answer names no time
_SPREAD: Final = 0.1  # of what the API asks for is added at random, so that not all come at once
_TRANSIENT_STATUSES: Final = frozenset({408, 425, 500, 502, 503, 504, 522, 524})


def is_throttled(error: NP6Error) -> bool:
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


class RetryBudget:
    """Tokens that pay for retries. One for each client, shared by all its queries."""

    def __init__(self) -> None:
        self.tokens = CAPACITY
        """What is left."""

    def spend(self, cost: int) -> bool:
        """Pay for a retry; return whether there was enough left for it."""
        if self.tokens < cost:
            return False
        self.tokens -= cost
        return True

    def earn(self, tokens: int) -> None:
        """Take tokens in."""
        self.tokens = min(CAPACITY, self.tokens + tokens)


class RetryState:
    """What one query has been through, and whether it may be tried again.

    Args:
        policy: How often, and with which pauses.
        budget: Pays for it.
        random: Gives numbers from 0 to 1.
    """

    def __init__(
        self, policy: RetryPolicy, budget: RetryBudget, random: Callable[[], float]
    ) -> None:
        self.is_new_throttle = True
        """Whether the last refusal told more than one before it; if not, a retry costs nothing."""
        self._policy = policy
        self._budget = budget
        self._random = random
        self._failures = 0
        self._throttles = 0
        self._paid = 0

    def throttle_delay(self, status: int, asked: float | None, *, probes: int = 0) -> float:
        """Return for how many seconds a refusal is to hold everybody back.

        What the API asked for and up to a tenth more, or else back-off with full jitter. Where it
        refuses again after that, it asked for too little, and the longer of the two counts.

        Args:
            status: One of `THROTTLING_STATUSES`.
            asked: How long the API asked to be left alone, if it did.
            probes: How often in a row it has refused what was sent to find out if it still does.
        """
        if asked is not None and asked > MAX_RETRY_AFTER:
            return 0.0
        if asked is not None:
            again = self._backoff(_THROTTLED_BASE, probes - 1) if probes else 0.0
            return max(again, asked * (1 + _SPREAD * self._random()))
        if status == 503 and self._budget.tokens < TRANSIENT:
            return 0.0  # an outage: no retry is paid for any more, and failing may be quick
        return self._backoff(_THROTTLED_BASE, self._failures + self._throttles)

    def delay(self, error: NP6Error) -> float:
        """Return for how many seconds this query alone is to wait before it is tried again.

        What the API asked for, or else exponential back-off with full jitter; nothing after a
        refusal, for which everybody waits.

        Raises:
            NP6Error: The error itself: it is not tried again.
        """
        throttled = is_throttled(error)
        if throttled:
            self._throttles += 1
            spent = self._policy.attempts == 1 or self._throttles > MAX_THROTTLES
        else:
            self._failures += 1
            spent = not is_transient(error) or self._failures >= self._policy.attempts
        if spent or (error.retry_after or 0) > MAX_RETRY_AFTER:
            raise error
        self._pay(error, THROTTLED if throttled else TRANSIENT)
        if error.status in THROTTLING_STATUSES:
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
        if not self.is_new_throttle:
            self.is_new_throttle = True
        elif self._budget.spend(cost):
            self._paid = cost
        else:
            error.stopped_by = "budget"
            raise error

    def _backoff(self, base: float, doublings: int) -> float:
        return self._random() * min(self._policy.cap, base * 2.0 ** min(doublings, 64))
