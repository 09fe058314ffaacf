"""How many retries a client can afford. Pure state: an outage must not multiply its requests."""

from typing import Final

__all__ = ["FULL", "RESENT", "THROTTLED", "TRANSIENT", "Budget"]

FULL: Final = 500
"""Tokens that a client starts with, and has at the most."""

TRANSIENT: Final = 14
"""Tokens that a retry costs: so many first tries that succeed afford one retry that does not."""

THROTTLED: Final = 5
"""Tokens that being throttled costs: less, for the API is up and says what it wants."""


RESENT: Final = 1
"""Tokens for sending again, at once, what went out on a connection that had died idle."""


class Budget:
    """Tokens that pay for retries. One for each client, shared by all its queries."""

    def __init__(self) -> None:
        self.tokens = FULL
        """What is left."""

    def spend(self, cost: int) -> bool:
        """Pay for a retry; return whether there was enough left for it."""
        if self.tokens < cost:
            return False
        self.tokens -= cost
        return True

    def earn(self, tokens: int) -> None:
        """Take tokens in."""
        self.tokens = min(FULL, self.tokens + tokens)
