"""What is odd about an answer and yet no error: it is counted, logged, and left at that."""

import logging
from collections import Counter
from enum import StrEnum
from typing import Final

import attrs

from ._query import EventQuery

__all__ = ["Oddities", "Oddity", "notification_of"]

_log: Final = logging.getLogger("np6_async")


class Oddity(StrEnum):
    """What may be odd."""

    DISORDER = "events out of the order that was asked for"
    STRANGER = "an event of another notification"


class Oddities:
    """Counts the answers with something odd. One for each client."""

    def __init__(self) -> None:
        self.counts: Counter[Oddity] = Counter()
        """How many answers there were, by what was odd."""

    def note(self, query: EventQuery, oddity: Oddity) -> None:
        """Count and log one."""
        self.counts[oddity] += 1
        _log.warning("%s: the answer holds %s", query, oddity)


def notification_of(event: object) -> int | None:
    """Return the id of the notification that an event says it belongs to; None if it does not."""
    detail = getattr(getattr(event, "source", None), "detail", None)
    if detail is not None:
        for member in attrs.fields(type(detail)):
            found = getattr(getattr(detail, member.name), "id", None)
            if isinstance(found, int):
                return found
    return None
