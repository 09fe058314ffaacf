"""How slowly a body may arrive before it times out. Pure: the caller measures the time."""

from typing import Final

__all__ = ["LOW_SPEED_LIMIT", "LOW_SPEED_TIME", "MinimumRate"]

LOW_SPEED_TIME: Final = 60.0
"""Seconds of waiting for the network over which the rate of a body is measured."""

LOW_SPEED_LIMIT: Final = 1024
"""Bytes a second below which a body is too slow."""


class MinimumRate:
    """Whether the bodies of one query arrive too slowly. Only time spent waiting counts.

    Args:
        over: Seconds of waiting over which the rate is measured.
    """

    def __init__(self, over: float) -> None:
        self.times_too_slow = 0
        """How often a body was too slow."""
        self._over = over
        self._waited = 0.0
        self._received = 0

    def holds(self, waited: float, received: int) -> bool:
        """Count a wait and the bytes that arrived; return False if the rate is too low.

        Args:
            waited: Seconds of this wait.
            received: Bytes that arrived.
        """
        self._waited += waited
        self._received += received
        if self._waited < self._over:
            return True
        enough = self._received >= LOW_SPEED_LIMIT * self._waited
        self._waited, self._received = 0.0, 0
        self.times_too_slow += not enough
        return enough
