"""What is odd about an answer and yet no error: it is counted, logged, and left at that."""

import logging
from collections import Counter
from collections.abc import Hashable
from enum import StrEnum
from functools import cache
from typing import Any, Final, cast

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
        for name in _names(cast("Hashable", type(detail))):
            found = getattr(getattr(detail, name), "id", None)
            if isinstance(found, int):
                return found
    return None


@cache
def _names(model: Any) -> tuple[str, ...]:  # noqa: ANN401 - any attrs class
    return tuple(field.name for field in attrs.fields(model))
