"""What a client counts and tells the log: a few events, at a bounded rate, each by one template.

docs/reliability.md lists them: their names, levels and fields are part of the interface. None holds
the key, a header, or anything an event says but its type.
"""

import logging
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from typing import Final, NamedTuple

from attrs import define

from np6_async._policy.retry import is_throttled, is_transient
from np6_async._query import EventQuery
from np6_async.errors import NP6Error, StatusError
from np6_async.models import UnknownEvent

from .anomalies import Anomaly
from .stats import Counters

__all__ = ["Instrumentation"]

_log: Final = logging.getLogger("np6_async")
_log.addHandler(logging.NullHandler())  # whoever wants to read it says so

_MOST_A_SECOND: Final = 10  # records of one name; what comes beyond them is counted
_MOST_TYPES: Final = 100  # unknown ones that are told apart
_printable_type: Final = re.compile(r"[\w.:-]{1,64}", re.ASCII).fullmatch


class _Entry(NamedTuple):
    """A kind of record: its stable name, its level, and its message, made of its fields."""

    name: str
    level: int
    template: str


_QUERY: Final = "%(kind)s of notification %(notification_id)d: "
_RETRY: Final = _Entry(
    "retry",
    logging.INFO,
    f"{_QUERY}attempt %(attempts)d failed (%(error)s), the next follows in %(seconds).2f s",
)
_RESUME: Final = _Entry(
    "resume",
    logging.INFO,
    f"{_QUERY}broke off after %(events)d events (%(error)s), taken up in %(seconds).2f s",
)
_THROTTLED: Final = _Entry(
    "throttled",
    logging.INFO,
    "the API answered %(status)d: no query of this client goes for %(seconds).2f s",
)
_QUERY_FAILED: Final = _Entry(
    "query_failed",
    logging.WARNING,
    f"{_QUERY}failed for good after %(attempts)d attempts (%(error)s)",
)
_UNKNOWN: Final = _Entry(
    "unknown_event",
    logging.WARNING,
    "an event of type %(type)s fits no model (%(reason)s); more of this type are only counted",
)
_ANOMALY: Final = _Entry("anomaly", logging.WARNING, f"{_QUERY}the answer holds %(anomaly)s")


@define
class _Rate:
    """How many records of one name there were in this second."""

    began: float = -inf
    told: int = 0
    left_out: int = 0  # since the last one that was told

    def admits(self, now: float) -> bool:
        if now - self.began >= 1:
            self.began, self.told = now, 0
        if self.told == _MOST_A_SECOND:
            self.left_out += 1
            return False
        self.told += 1
        return True


class Instrumentation:
    """Counts and logs what happens in one client.

    Args:
        now: The time in seconds, from any moment on.
        scrub: Takes the key out of what the server said.
    """

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        *,
        scrub: Callable[[str], str] = str,
    ) -> None:
        self.counters = Counters()
        """What is counted; others add to it where a call would cost too much."""
        self._now = now
        self._scrub = scrub
        self._rates: defaultdict[str, _Rate] = defaultdict(_Rate)
        self._types: set[str | None] = set()  # of unknown events, that were told

    def retry(self, query: EventQuery, failure: NP6Error, seconds: float) -> None:
        """Take down that a query is asked again, or its answer taken up, after a pause."""
        entry = _RESUME if failure.events_yielded else _RETRY
        self._tell(entry, **_asked(query), **_facts(failure), seconds=seconds)

    def throttled(self, status: int, seconds: float) -> None:
        """Take down that the gate is closed for all."""
        if seconds > 0:
            self._tell(_THROTTLED, status=status, seconds=seconds)

    @contextmanager
    def giving_up(self, query: EventQuery) -> Iterator[None]:
        """Take down that a query fails for good, if an error leaves the block.

        What the API answers to the question itself, such as a 404, is its caller's to log.
        """
        try:
            yield
        except NP6Error as failure:
            is_answer = isinstance(failure, StatusError)
            if not is_answer or is_transient(failure) or is_throttled(failure):
                stopped_by = failure.stopped_by
                self._tell(_QUERY_FAILED, **_asked(query), **_facts(failure), stopped_by=stopped_by)
            raise

    def unknown(self, event: UnknownEvent) -> None:
        """Take down an event that fits no model: in the log, one of each type."""
        self.counters.unknown_events += 1
        said = self._scrub(event.type or "")
        type_ = said if _printable_type(said) else None
        if type_ in self._types or len(self._types) == _MOST_TYPES:
            return
        if self._tell(_UNKNOWN, type=type_, reason=event.reason):
            self._types.add(type_)

    def odd(self, query: EventQuery, anomaly: Anomaly) -> None:
        """Take down what is odd about an answer."""
        if anomaly is Anomaly.OUT_OF_ORDER:
            self.counters.out_of_order_responses += 1
        else:
            self.counters.foreign_responses += 1
        self._tell(_ANOMALY, **_asked(query), anomaly=str(anomaly))

    def _tell(self, entry: _Entry, **fields: object) -> bool:
        """Log a record; return whether it was read and not one too many."""
        if not _log.isEnabledFor(entry.level):
            return False
        rate = self._rates[entry.name]
        if not rate.admits(self._now()):
            return False
        fields = {"event": entry.name, **fields, "left_out": rate.left_out}
        rate.left_out = 0
        extra = {f"np6_{name}": value for name, value in fields.items()}
        _log.log(entry.level, entry.template, fields, extra=extra)
        return True


def _asked(query: EventQuery) -> dict[str, object]:
    return {"kind": str(query.kind), "notification_id": query.notification_id}


def _facts(failure: NP6Error) -> dict[str, object]:
    name = type(failure).__name__
    return {
        "attempts": failure.attempts,
        "error": name if failure.status is None else f"{name} {failure.status}",
        "status": failure.status,
        "events": failure.events_yielded,
    }
