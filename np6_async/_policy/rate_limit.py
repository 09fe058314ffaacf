"""What is left of the API's quota, according to the rate headers. Pure state."""

from math import inf, sqrt
from typing import Final

from .headers import Quota

__all__ = ["RateLimitTracker"]

_PART: Final = 4.0  # of what is left, one part in so many, times the root of the number of users
_RESERVE: Final = 2.0  # requests for each user that are left alone, as others may have sent them
_MOST_RESERVED: Final = 1 / 3  # of the limit
_SOON: Final = 2.0  # seconds until the reset; only then they are left alone
_FIRST_GUESS: Final = 4.0  # users at most, before a whole period was seen
_MOST_USERS: Final = 64.0


class RateLimitTracker:
    """Counts down what is left of a period's quota. It is unknown before the first rate header.

    When a period ends, the next one is expected to have the same limit, until a response says
    otherwise. If no response says anything for a whole period, the quota is unknown again.

    Other processes may use the same quota. What all have used of a period, divided by what this
    client has, is how many users there are, if they are alike. Then only few requests are under way
    at once, so that a response shows how fast the quota runs out, and the last few are left.
    """

    def __init__(self) -> None:
        self.blocked_until = 0.0
        """No request may be sent before this moment."""
        self.max_unanswered = inf
        """How many requests may be without a response."""
        self._left = inf  # infinity: unknown
        self._limit = inf
        self._length = 0.0  # of a period, in seconds
        self._ends_at = 0.0  # when the current period ends
        self._announced_end = -inf  # when the last period ends that a response told of
        self._is_told = False  # whether that is the current period
        self._is_whole = False  # whether its beginning was noticed
        self._own = 0  # requests of this client in the period
        self._first: tuple[int, int] | None = None  # used by all and by it, when first told
        self._users = 1.0  # of the quota; this client is one of them
        self._users_now = 1.0  # the same, as the latest response shows it

    def spend(self, now: float, *, unanswered: int) -> None:
        """Count a request.

        Args:
            now: The time.
            unanswered: Requests without a response, including this one.
        """
        if self._left == inf:
            return
        self._own += 1
        if now >= self._ends_at:
            self._left = self._limit if self._is_told else inf
            self._ends_at = now + self._length
            self._is_told = False
            self._start(own=unanswered, is_whole=True)
        self._set(self._left - 1, now)

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
        elif left == inf or not self._is_told or moved < -self._length / 4:
            return  # it is about a period that is over
        self._ends_at = self._announced_end = max(end, self._announced_end)
        if quota.limit is not None:
            self._count_users(quota.limit - quota.remaining)
        self._set(min(quota.remaining, left), now)

    def _begin(self, quota: Quota, unanswered: int) -> float:
        """Start a new period; return what is left of it by the client's own count."""
        left = self._left
        if left == inf or self._is_told:  # its beginning was not noticed
            self._start(own=unanswered + 1, is_whole=left < inf)
            left = max(0, quota.remaining - unanswered)
        self._limit = quota.limit or inf
        self._length = max(self._length, quota.reset_in)
        self._is_told = True
        return left

    def _count_users(self, used: int) -> None:
        """Divide what all have used by what this client has.

        The limit may be that of a longer period than what remains. What was used since the first
        response does not depend on it.
        """
        if self._first is None:
            self._first = used, self._own
        used_before, own_before = self._first
        users, used_since = used / self._own, used - used_before
        if used_since:
            users = min(users, used_since / max(1, self._own - own_before))
        self._users_now = min(max(1.0, users), _MOST_USERS)
        if used_since or not self._is_whole:
            self._users = max(self._users, min(self._users_now, _FIRST_GUESS))

    def _start(self, *, own: int, is_whole: bool) -> None:
        if self._is_whole:
            self._users = self._users_now
        self._users_now = self._users
        self._own, self._is_whole = own, is_whole
        self._first = None

    def _set(self, left: float, now: float) -> None:
        self._left = max(0, left)
        self.max_unanswered, is_closed = inf, self._left == 0
        if self._users > 1:
            self.max_unanswered = max(1.0, self._left / (_PART * sqrt(self._users)))
            if self._left < min(_RESERVE * self._users, _MOST_RESERVED * self._limit):
                self.max_unanswered = 1.0  # the last few go one by one
                is_closed = is_closed or self._ends_at - now <= _SOON
        self.blocked_until = self._ends_at if is_closed else 0.0
