"""What the API's quota still admits, as the rate headers of its answers tell it. Pure state."""

from math import inf
from typing import Final

from .headers import Quota

__all__ = ["RateLimitTracker"]

_CAUTION: Final = 4.0  # one in so many of the requests that are left goes at once, beside others
_MOST_CAUTION: Final = 8.0
_RELIEF: Final = 0.8  # of the caution is left after a period without others


class RateLimitTracker:
    """Counts down what is left of a period's quota. Before the first rate header nothing is known.

    When a period is over, the next one is taken to be like it until an answer tells; if none does
    for a whole period, the headers have ceased and the quota is unknown again.

    Other processes may use up the same quota. Where they do, few requests go at once as it runs
    out, so that it shows in an answer before many have gone in vain.
    """

    def __init__(self) -> None:
        self.blocked_until = 0.0
        """No request goes before this moment."""
        self.max_unanswered = inf
        """As many requests may be unanswered."""
        self._left: int | None = None  # None: unknown
        self._limit: int | None = None
        self._length = 0.0  # of a period
        self._ends_at = 0.0  # the current period
        self._told_end = -inf  # of the last period that an answer told of
        self._is_told = False  # whether that is the current one
        self._caution = 1.0
        self._others_seen = False  # in this period

    def spend(self, now: float) -> None:
        """Count a request."""
        if self._left is None:
            return
        if now >= self._ends_at:
            self._left = self._limit if self._is_told else None
            self._ends_at = now + self._length
            self._is_told = False
        self._set(None if self._left is None else self._left - 1)

    def observe(self, now: float, quota: Quota, *, unanswered: int) -> None:
        """Take in the rate headers of an answer; one that was overtaken never raises what is left.

        Args:
            now: The time.
            quota: What they say.
            unanswered: Requests under way, which may or may not be counted in it already.
        """
        end = now + quota.reset_in
        moved = end - self._told_end
        left = self._left
        if moved > self._length / 4:
            left = self._begin(quota, unanswered)
        elif left is None or not self._is_told or moved < -self._length / 4:
            return  # it tells of a period that is over
        self._ends_at = self._told_end = max(end, self._told_end)
        if quota.remaining < left:
            self.share(1)
        self._set(min(quota.remaining, left))

    def share(self, factor: float = 2) -> None:
        """Take in that others use up the quota as well."""
        self._others_seen = True
        self._caution = min(max(_CAUTION, self._caution * factor), _MOST_CAUTION)

    def _begin(self, quota: Quota, unanswered: int) -> int:
        """Take in that a new period is told of; return what is left of it by our own count."""
        if not self._others_seen:
            self._caution = max(1.0, self._caution * _RELIEF)
        self._others_seen = False
        left = self._left
        if left is None or self._is_told:  # its beginning went unnoticed
            if quota.limit is not None and quota.remaining < quota.limit - unanswered - 1:
                self.share(1)
            left = max(0, quota.remaining - unanswered)
        self._limit = quota.limit
        self._length = max(self._length, quota.reset_in)
        self._is_told = True
        return left

    def _set(self, left: int | None) -> None:
        self._left = left if left is None else max(0, left)
        self.blocked_until = self._ends_at if self._left == 0 else 0.0
        if self._left is None or self._caution <= 1:
            self.max_unanswered = inf
        else:
            self.max_unanswered = max(1.0, self._left / self._caution)
