"""How much the tests do: what a change needs, or with NP6_THOROUGH=1 what `make nightly` does."""

import os
from typing import Final

__all__ = ["THOROUGH", "examples"]

THOROUGH: Final = bool(os.environ.get("NP6_THOROUGH"))


def examples(many: int) -> int:
    """Return how many examples hypothesis is to try: so many, or by day a quarter of them."""
    return many if THOROUGH else max(5, many // 4)
