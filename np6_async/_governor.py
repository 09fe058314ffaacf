"""How many requests, and how fast. Pure state: the clock is an argument, and nothing waits here."""

from typing import Final

__all__ = ["Governor"]

_FULL: Final = float("inf")
_LATENESS: Final = 0.01  # seconds that timers may be late without lowering the rate


class Governor:
    """Decides when the next request may go. One for each client, shared by all its queries.

    Args:
        concurrency: Requests under way at the most.
        max_rate: Requests a second at the most; None for no bound of our own.
    """

    def __init__(self, *, concurrency: int, max_rate: float | None = None) -> None:
        self._concurrency = concurrency
        self._interval = 1 / max_rate if max_rate else 0.0
        self._next_send = 0.0  # no request goes before these moments
        self._blocked_until = 0.0
        self._remaining: int | None = None  # what the API's quota still admits, until `_reset_at`
        self._reset_at = 0.0
        self.in_flight = 0
        """Requests under way."""

    def delay(self, now: float) -> float:
        """Return for how many seconds no request may go; infinity until one under way has ended."""
        if self.in_flight >= self._concurrency:
            return _FULL
        earliest = max(self._next_send, self._blocked_until)
        if self._remaining is not None and self._remaining <= 0:
            earliest = max(earliest, self._reset_at)
        return max(0.0, earliest - now)

    def admit(self, now: float) -> None:
        """Count a request as under way."""
        self.in_flight += 1
        made_up = min(_LATENESS, self._interval)
        self._next_send = max(self._next_send, now - made_up) + self._interval
        if now >= self._reset_at:
            self._remaining = None
        if self._remaining is not None:
            self._remaining -= 1

    def release(self) -> None:
        """Count a request as ended, or as held up by its caller."""
        self.in_flight -= 1

    def resume(self) -> None:
        """Count what its caller held up as under way again, even if that is one too many."""
        self.in_flight += 1

    def block(self, now: float, seconds: float) -> None:
        """Let no request go for so long: the API asked for it."""
        self._blocked_until = max(self._blocked_until, now + seconds)

    def observe_quota(self, now: float, *, remaining: int, reset_in: float) -> None:
        """Take in the rate headers of an answer.

        Requests under way may or may not be counted in it already, so they are taken as not; an
        answer that was overtaken by a later one never raises the quota.
        """
        left = remaining - (self.in_flight - 1)
        reset_at = now + reset_in
        if self._remaining is not None and now < self._reset_at:
            left = min(left, self._remaining)
            reset_at = max(reset_at, self._reset_at)
        self._remaining, self._reset_at = left, reset_at
