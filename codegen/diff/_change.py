"""One change, and its level."""

from enum import IntEnum

from attrs import frozen

__all__ = ["Change", "Level"]


class Level(IntEnum):
    """The effect of a change on users of the package."""

    COSMETIC = 1
    """None: the change is in words, in examples, or in a limit that no model checks."""

    ADDITIVE = 2
    """Existing code works as before, and there is something new."""

    BREAKING = 3
    """Code may stop working, or an event may no longer match its model."""


@frozen
class Change:
    """One change.

    Attributes:
        level: Its effect on users.
        place: What has changed, as a path in the document, the Python code or the samples.
        text: How it has changed.
    """

    level: Level
    place: str
    text: str
