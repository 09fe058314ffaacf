"""One difference between the two documents."""

from enum import StrEnum

from attrs import frozen

__all__ = ["Finding", "Topic"]


class Topic(StrEnum):
    """The kinds of differences, in the order of a report. The value is the title."""

    OPERATION = "Operations that are not in the bundle"
    PARAMETER = "Parameters that our spec lacks"
    EXTRA_PARAMETER = "Parameters that the bundle lacks"
    TYPE_VALUE = "New `type` values"
    VALUE = "New values"
    FIELD = "New fields"
    TYPE = "Different types"
    PRESENCE = "Required members that may be missing"
    EXTRA_FIELD = "Fields that the bundle lacks"
    SIBLING = "Other endpoints"


@frozen
class Finding:
    """One difference.

    Attributes:
        topic: Its kind.
        place: The operation or the member that differs.
        text: How it differs.
    """

    topic: Topic
    place: str
    text: str
