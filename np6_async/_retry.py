"""When a failed request is repeated, and after which pause. Pure: no clock, no sleep, no I/O."""

from collections.abc import Callable
from typing import Final

from ._options import RetryPolicy
from .errors import NP6Error, StatusError, TransportError

__all__ = ["LONGEST_WAIT", "MAX_THROTTLES", "is_throttle", "is_transient", "pause"]

LONGEST_WAIT: Final = 300.0
"""Seconds of ``Retry-After`` that are waited out; what asks for more fails at once."""

MAX_THROTTLES: Final = 10
"""How often one query is throttled before it fails."""

_THROTTLED_BASE: Final = 1.0  # seconds, where a throttling answer names no time
_TRANSIENT_STATUSES: Final = frozenset({408, 425, 500, 502, 503, 504, 522, 524})


def is_throttle(error: NP6Error) -> bool:
    """Whether the API asked for fewer requests."""
    return error.status == 429 or (error.status == 503 and error.retry_after is not None)


def is_transient(error: NP6Error) -> bool:
    """Whether the same request may succeed in a moment."""
    if isinstance(error, StatusError):
        return error.status in _TRANSIENT_STATUSES
    return isinstance(error, TransportError) and not error.permanent


def pause(
    policy: RetryPolicy, error: NP6Error, failures: int, random: Callable[[], float]
) -> float:
    """Return how long to wait after a failure, in seconds.

    What the API asked for, or else exponential back-off with full jitter.

    Args:
        policy: Its base and cap bound the back-off.
        error: The failure.
        failures: How many of its sort there have been, this one included.
        random: Gives numbers from 0 to 1.
    """
    if error.retry_after is not None:
        return error.retry_after
    base = _THROTTLED_BASE if is_throttle(error) else policy.base
    return random() * min(policy.cap, base * 2.0 ** min(failures - 1, 64))
