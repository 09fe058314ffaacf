"""One change, and how much it matters."""

from enum import IntEnum

from attrs import frozen

__all__ = ["Change", "Level"]


class Level(IntEnum):
    """What a change asks of those who use the package."""

    COSMETIC = 1
    """Nothing: only words, examples and what no model checks."""

    ADDITIVE = 2
    """Nothing, but there is something new."""

    BREAKING = 3
    """Code that worked, or an event that had its model, may no longer."""


@frozen
class Change:
    """One change.

    Attributes:
        level: How much it matters.
        place: Where it is.
        text: What it is.
    """

    level: Level
    place: str
    text: str
