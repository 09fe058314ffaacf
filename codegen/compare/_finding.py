"""One thing in which the two documents differ."""

from enum import StrEnum

from attrs import frozen

__all__ = ["Finding", "Topic"]


class Topic(StrEnum):
    """What kind of difference it is, in the order of a report; the value is its title."""

    OPERATION = "Operations that are not in the bundle"
    PARAMETER = "Parameters we do not have"
    EXTRA_PARAMETER = "Parameters the bundle does not have"
    TYPE_VALUE = "New `type` values"
    VALUE = "New values"
    FIELD = "New fields"
    TYPE = "Types that differ"
    PRESENCE = "Members we count on, and may not"
    EXTRA_FIELD = "Fields the bundle does not have"
    SIBLING = "Endpoints beside ours"


@frozen
class Finding:
    """One difference.

    Attributes:
        topic: Of what kind it is.
        place: Where it is.
        text: What it is.
    """

    topic: Topic
    place: str
    text: str
