"""Log records with stable names, at a bounded rate."""

import logging
import time
import traceback
from collections import defaultdict
from collections.abc import Callable
from math import inf
from typing import Final, NamedTuple

from attrs import define

from np6_async._query import EventQuery
from np6_async._query_base import id_parameter

__all__ = ["Entry", "Records", "about"]

_log: Final = logging.getLogger("np6_async")
_log.addHandler(logging.NullHandler())  # a program that wants to read it sets up its own

_MAX_PER_SECOND: Final = 10  # records of one name; further ones are only counted


class Entry(NamedTuple):
    """A kind of record.

    Attributes:
        name: Its stable name.
        level: Its level.
        template: The template of its message.
    """

    name: str
    level: int
    template: str


@define
class _Rate:
    """How many records of one name were logged in this second."""

    began: float = -inf
    written: int = 0
    left_out: int = 0  # since the last one that was written

    def admits(self, now: float) -> bool:
        if now - self.began >= 1:
            self.began, self.written = now, 0
        if self.written == _MAX_PER_SECOND:
            self.left_out += 1
            return False
        self.written += 1
        return True


class Records:
    """Writes the records of one client.

    Args:
        now: Returns the time in seconds, from any start.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._rates: defaultdict[str, _Rate] = defaultdict(_Rate)

    def write(self, entry: Entry, error: Exception | None = None, /, **fields: object) -> bool:
        """Log a record; return whether it was read and within the rate."""
        if not _log.isEnabledFor(entry.level):
            return False
        rate = self._rates[entry.name]
        if not rate.admits(self._now()):
            return False
        fields = {"event": entry.name, **fields, "left_out": rate.left_out}
        rate.left_out = 0
        extra = {f"np6_{name}": value for name, value in fields.items() if name != "subject"}
        try:
            _log.log(entry.level, entry.template, fields, extra=extra, exc_info=error)
        except Exception:  # noqa: BLE001 - of a filter; `logging` itself treats handlers so
            if logging.raiseExceptions:
                traceback.print_exc()
        return True


def about(query: EventQuery) -> dict[str, object]:
    """Return the fields of a record about a query, without personal data."""
    fields: dict[str, object] = {"kind": str(query.kind), "subject": query.subject}
    parameter = id_parameter(query.kind)
    if parameter is not None and not parameter.is_personal:
        name = parameter.name if parameter.name.endswith("_id") else "id"  # and no other field
        fields[name] = query.id
    return fields
