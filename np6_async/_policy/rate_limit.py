"""What is left of the API's quota, according to the rate headers. Pure state."""

from math import inf
from typing import Final

from .headers import Quota

__all__ = ["RateLimitTracker"]

_CAUTION: Final = 4.0  # if others use the quota too, 1 / 4 of what is left is sent at once
_MOST_CAUTION: Final = 8.0
_RELIEF: Final = 0.8  # the part of the caution that is left after a period without others


class RateLimitTracker:
    """Counts down what is left of a period's quota. It is unknown before the first rate header.

    When a period ends, the next one is expected to have the same limit, until a response says
    otherwise. If no response says anything for a whole period, the quota is unknown again.

    Other processes may use the same quota. Then only few requests are sent at once as it runs out,
    so that a response shows it before many requests are throttled.
    """

    def __init__(self) -> None:
        self.blocked_until = 0.0
        """No request may be sent before this moment."""
        self.max_unanswered = inf
        """How many requests may be without a response."""
        self._left: int | None = None  # None: unknown
        self._limit: int | None = None
        self._length = 0.0  # of a period, in seconds
        self._ends_at = 0.0  # when the current period ends
        self._announced_end = -inf  # when the last period ends that a response told of
        self._is_told = False  # whether that is the current period
        self._caution = 1.0
        self._others_seen = False  # whether others used the quota in this period

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
        """Use the rate headers of a response. An older response never raises what is left.

        Args:
            now: The time.
            quota: What the headers say.
            unanswered: Requests without a response, which the quota may count already or not.
        """
        end = now + quota.reset_in
        moved = end - self._announced_end
        left = self._left
        if moved > self._length / 4:
            left = self._begin(quota, unanswered)
        elif left is None or not self._is_told or moved < -self._length / 4:
            return  # it is about a period that is over
        self._ends_at = self._announced_end = max(end, self._announced_end)
        if quota.remaining < left:
            self.share(1)
        self._set(min(quota.remaining, left))

    def share(self, factor: float = 2) -> None:
        """Be more careful, because others use the quota too."""
        self._others_seen = True
        self._caution = min(max(_CAUTION, self._caution * factor), _MOST_CAUTION)

    def _begin(self, quota: Quota, unanswered: int) -> int:
        """Start a new period; return what is left of it by the client's own count."""
        if not self._others_seen:
            self._caution = max(1.0, self._caution * _RELIEF)
        self._others_seen = False
        left = self._left
        if left is None or self._is_told:  # its beginning was not noticed
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
