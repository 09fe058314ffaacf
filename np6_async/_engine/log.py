"""The log of a client: a few events, each with a stable name, at a bounded rate.

docs/reliability.md lists them. Their names, levels and fields are part of the interface. None holds
the key, a header, or the content of an event except its type.
"""

import logging
import time
from collections.abc import Callable
from typing import Final

from np6_async._policy.retry import is_throttled, is_transient
from np6_async.errors import NP6Error, StatusError
from np6_async.hooks import Anomaly, Hook, QueryRun

from .records import Entry, Records, about

__all__ = ["QueryLog"]

_MAX_TYPES: Final = 100  # unknown event types that are told apart


_QUERY: Final = "%(subject)s: "
_RETRY: Final = Entry(
    "retry",
    logging.INFO,
    f"{_QUERY}attempt %(attempts)d failed (%(error)s), the next one follows in %(seconds).2f s",
)
_RESUME: Final = Entry(
    "resume",
    logging.INFO,
    f"{_QUERY}broke off after %(events)d events (%(error)s), resumed in %(seconds).2f s",
)
_THROTTLED: Final = Entry(
    "throttled",
    logging.INFO,
    "the API answered %(status)d: this client sends no request for %(seconds).2f s",
)
_QUERY_FAILED: Final = Entry(
    "query_failed",
    logging.WARNING,
    f"{_QUERY}failed after %(attempts)d attempts (%(error)s)",
)
_UNKNOWN: Final = Entry(
    "unknown_event",
    logging.WARNING,
    "an event of type %(type)s fits no model (%(reason)s); further ones of this type are counted",
)
_ANOMALY: Final = Entry("anomaly", logging.WARNING, f"{_QUERY}the response contains %(anomaly)s")
_HOOK_FAILED: Final = Entry(
    "hook_failed",
    logging.ERROR,
    "%(hook)s.%(method)s raised %(error)s; further errors of this method are not logged",
)


class QueryLog(Hook):
    """Logs what happens in one client.

    Args:
        now: Returns the time in seconds, from any start.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.records = Records(now)
        """Writes what else is logged of the client."""
        self._failed_hooks: set[tuple[type[Hook], str]] = set()
        self._types: set[str | None] = set()  # of unknown events that were logged

    def query_failed(self, run: QueryRun, *, error: NP6Error) -> None:
        """Log that a query failed for good.

        A status that answers the query itself, such as 404, is not logged: the caller gets it.
        """
        is_answer = isinstance(error, StatusError)
        if not is_answer or is_transient(error) or is_throttled(error):
            stopped_by = error.stopped_by
            self.records.write(
                _QUERY_FAILED, **about(run.query), **_facts(error), stopped_by=stopped_by
            )

    def retry_scheduled(self, run: QueryRun, *, error: NP6Error, delay: float) -> None:
        """Log that a request failed and another one follows."""
        self.records.write(_RETRY, **about(run.query), **_facts(error), seconds=delay)

    def resumed(self, run: QueryRun, *, error: NP6Error, delay: float) -> None:
        """Log that a stream is resumed after a delay."""
        self.records.write(_RESUME, **about(run.query), **_facts(error), seconds=delay)

    def throttled(
        self, run: QueryRun, *, status: int, retry_after: float | None, delay: float
    ) -> None:
        """Log that all queries wait; once for each burst of throttled responses."""
        if delay > 0:
            self.records.write(_THROTTLED, status=status, seconds=delay)

    def unknown_event(self, run: QueryRun, *, type: str | None, reason: str) -> None:
        """Log the first event of each type that fits no model."""
        if type in self._types or len(self._types) == _MAX_TYPES:
            return
        if self.records.write(_UNKNOWN, type=type, reason=reason):
            self._types.add(type)

    def anomaly(self, run: QueryRun, *, anomaly: Anomaly) -> None:
        """Log an anomaly of a response."""
        self.records.write(_ANOMALY, **about(run.query), anomaly=str(anomaly))

    def hook_failed(self, hook: Hook, method: str, error: Exception) -> None:
        """Log that a method of a hook raised an exception, for the first time."""
        if (type(hook), method) in self._failed_hooks:
            return
        fields = {"hook": type(hook).__qualname__, "method": method, "error": type(error).__name__}
        if self.records.write(_HOOK_FAILED, error, **fields):
            self._failed_hooks.add((type(hook), method))


def _facts(error: NP6Error) -> dict[str, object]:
    name = type(error).__name__
    return {
        "attempts": error.attempts,
        "error": name if error.status is None else f"{name} {error.status}",
        "status": error.status,
        "events": error.events_yielded,
    }
