"""When a failed request is repeated, and after which delay. Pure: no clock, no sleep, no I/O."""

from collections.abc import Callable
from typing import Final, NamedTuple

from np6_async._options import RetryPolicy
from np6_async.errors import NP6Error, ProtocolError, StatusError, TransportError

__all__ = [
    "CAPACITY",
    "MAX_RETRY_AFTER",
    "MAX_THROTTLES",
    "RESEND",
    "THROTTLED",
    "THROTTLING_STATUSES",
    "TRANSIENT",
    "RetryBudget",
    "RetryDecision",
    "RetryState",
    "is_throttled",
    "is_transient",
]

THROTTLING_STATUSES: Final = frozenset({429, 503})
"""Statuses after which no query of the client sends a request for a while."""

MAX_RETRY_AFTER: Final = 300.0
"""The longest ``Retry-After`` in seconds; after a longer one the query fails at once."""

MAX_THROTTLES: Final = 10
"""How often one query may be throttled before it fails."""

CAPACITY: Final = 500
"""The tokens that a client starts with, which is also the maximum."""

TRANSIENT: Final = 14
"""Tokens that a retry costs. A first attempt that succeeds adds one."""

THROTTLED: Final = 5
"""Tokens that a retry after throttling costs: fewer, because the API is up."""

RESEND: Final = 1
"""Tokens for sending a request again at once, after a stale pooled connection."""

_THROTTLED_BASE: Final = 0.35  # seconds, if a throttled response names no time
_SPREAD: Final = 0.1  # the part of Retry-After added at random, so that not all return at once
_TRANSIENT_STATUSES: Final = frozenset({408, 425, 500, 502, 503, 504, 522, 524})


def is_throttled(error: NP6Error) -> bool:
    """Whether the API asked for fewer requests.

    A 503 without ``Retry-After`` may mean that, or that the API is down. All queries wait, as after
    a 429, and it counts as a failure.
    """
    return error.status == 429 or (error.status == 503 and error.retry_after is not None)


def is_transient(error: NP6Error) -> bool:
    """Whether the same request may succeed if it is sent again."""
    if isinstance(error, StatusError):
        return error.status in _TRANSIENT_STATUSES
    return isinstance(error, TransportError) and not error.permanent


class RetryBudget:
    """Tokens that pay for retries. One for each client, shared by all its queries."""

    def __init__(self) -> None:
        self.tokens = CAPACITY
        """The tokens that are left."""

    def spend(self, cost: int) -> bool:
        """Pay for a retry; return False if there are too few tokens."""
        if self.tokens < cost:
            return False
        self.tokens -= cost
        return True

    def earn(self, tokens: int) -> None:
        """Add tokens, up to the maximum."""
        self.tokens = min(CAPACITY, self.tokens + tokens)


class RetryDecision(NamedTuple):
    """What follows a failed attempt.

    Attributes:
        delay: Seconds until the next attempt; None if there is none.
        stopped_by: What ended the retries early, as in `NP6Error.stopped_by`.
        permanent: Whether the failures together show that no later attempt can help.
    """

    delay: float | None
    stopped_by: str | None = None
    permanent: bool = False


class RetryState:
    """Counts the failures of one query, and decides whether another attempt follows.

    Args:
        policy: How often, and after which delays.
        budget: Pays for the retries.
        random: Returns numbers from 0 to 1.
    """

    def __init__(
        self, policy: RetryPolicy, budget: RetryBudget, random: Callable[[], float]
    ) -> None:
        self._policy = policy
        self._budget = budget
        self._random = random
        self._failures = 0
        self._throttles = 0
        self._protocol_errors = 0
        self._paid = 0

    def throttle_delay(self, status: int, asked: float | None, *, probes: int = 0) -> float:
        """Return for how many seconds all queries wait after a throttled response.

        That is what the API asked for plus up to a tenth, or else backoff with full jitter. If it
        asked for too little, so that the probe was throttled too, the longer of both.

        Args:
            status: One of `THROTTLING_STATUSES`.
            asked: How long the API asked to wait, if it did.
            probes: How many probes in a row were throttled: requests that were sent alone, to see
                if the API admits any.
        """
        if asked is not None and asked > MAX_RETRY_AFTER:
            return 0.0
        if asked is not None:
            again = self._backoff(_THROTTLED_BASE, probes - 1) if probes else 0.0
            return max(again, asked * (1 + _SPREAD * self._random()))
        if status == 503 and self._budget.tokens < TRANSIENT:
            return 0.0  # an outage: the retry budget is spent, so calls may fail at once
        return self._backoff(_THROTTLED_BASE, self._failures + self._throttles)

    def decide(self, error: NP6Error, *, charge: bool = True) -> RetryDecision:
        """Count a failed attempt, and decide what follows.

        The delay is what the API asked for, or else exponential backoff with full jitter. It is 0
        after a throttled response, for which all queries wait.

        Args:
            error: Why the attempt failed.
            charge: Whether the retry costs tokens. It does not after a throttled response that
                belongs to a burst which was charged already.
        """
        if not self._may_retry(error):
            return RetryDecision(None, permanent=self._protocol_errors > 1)
        if charge and not self._pay(THROTTLED if is_throttled(error) else TRANSIENT):
            return RetryDecision(None, stopped_by="budget")
        if error.status in THROTTLING_STATUSES:
            return RetryDecision(0.0)
        if error.retry_after is not None:
            return RetryDecision(error.retry_after)
        return RetryDecision(self._backoff(self._policy.base, self._failures - 1))

    def reset_failures(self) -> None:
        """Forget the failures, because the last attempt yielded new events."""
        self._failures = 0

    def succeed(self) -> None:
        """Return the tokens of the last retry, or add one if there was none."""
        self._budget.earn(self._paid or 1)

    def _may_retry(self, error: NP6Error) -> bool:
        """Count a failed attempt; return whether the policy allows another one."""
        if (error.retry_after or 0) > MAX_RETRY_AFTER:
            return False
        if is_throttled(error):
            self._throttles += 1
            return self._policy.attempts > 1 and self._throttles <= MAX_THROTTLES
        self._failures += 1
        self._protocol_errors += isinstance(error, ProtocolError)
        return (
            is_transient(error)
            and self._protocol_errors < 2  # the second one is not a coincidence
            and self._failures < self._policy.attempts
        )

    def _pay(self, cost: int) -> bool:
        if not self._budget.spend(cost):
            return False
        self._paid = cost
        return True

    def _backoff(self, base: float, doublings: int) -> float:
        return self._random() * min(self._policy.cap, base * 2.0 ** min(doublings, 64))
