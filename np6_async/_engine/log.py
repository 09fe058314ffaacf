"""The log of a client: a few events, each with a stable name, at a bounded rate.

docs/reliability.md lists them. Their names, levels and fields are part of the interface. None holds
the key, a header, or the content of an event except its type.
"""

import logging
import time
import traceback
from collections import defaultdict
from collections.abc import Callable
from math import inf
from typing import Final, NamedTuple

from attrs import define

from np6_async._policy.retry import is_throttled, is_transient
from np6_async._query import EventQuery
from np6_async._query_base import id_parameter
from np6_async.errors import NP6Error, StatusError
from np6_async.hooks import Anomaly, Hook, QueryRun

__all__ = ["QueryLog"]

_log: Final = logging.getLogger("np6_async")
_log.addHandler(logging.NullHandler())  # a program that wants to read it sets up its own

_MAX_PER_SECOND: Final = 10  # records of one name; further ones are only counted
_MAX_TYPES: Final = 100  # unknown event types that are told apart


class _Entry(NamedTuple):
    """A kind of record: its stable name, its level, and the template of its message."""

    name: str
    level: int
    template: str


_QUERY: Final = "%(subject)s: "
_RETRY: Final = _Entry(
    "retry",
    logging.INFO,
    f"{_QUERY}attempt %(attempts)d failed (%(error)s), the next one follows in %(seconds).2f s",
)
_RESUME: Final = _Entry(
    "resume",
    logging.INFO,
    f"{_QUERY}broke off after %(events)d events (%(error)s), resumed in %(seconds).2f s",
)
_THROTTLED: Final = _Entry(
    "throttled",
    logging.INFO,
    "the API answered %(status)d: this client sends no request for %(seconds).2f s",
)
_QUERY_FAILED: Final = _Entry(
    "query_failed",
    logging.WARNING,
    f"{_QUERY}failed after %(attempts)d attempts (%(error)s)",
)
_UNKNOWN: Final = _Entry(
    "unknown_event",
    logging.WARNING,
    "an event of type %(type)s fits no model (%(reason)s); further ones of this type are counted",
)
_ANOMALY: Final = _Entry("anomaly", logging.WARNING, f"{_QUERY}the response contains %(anomaly)s")
_HOOK_FAILED: Final = _Entry(
    "hook_failed",
    logging.ERROR,
    "%(hook)s.%(method)s raised %(error)s; further errors of this method are not logged",
)


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


class QueryLog(Hook):
    """Logs what happens in one client.

    Args:
        now: Returns the time in seconds, from any start.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._rates: defaultdict[str, _Rate] = defaultdict(_Rate)
        self._failed_hooks: set[tuple[type[Hook], str]] = set()
        self._types: set[str | None] = set()  # of unknown events that were logged

    def query_failed(self, run: QueryRun, *, error: NP6Error) -> None:
        """Log that a query failed for good.

        A status that answers the query itself, such as 404, is not logged: the caller gets it.
        """
        is_answer = isinstance(error, StatusError)
        if not is_answer or is_transient(error) or is_throttled(error):
            stopped_by = error.stopped_by
            self._write(_QUERY_FAILED, **_about(run.query), **_facts(error), stopped_by=stopped_by)

    def retry_scheduled(self, run: QueryRun, *, error: NP6Error, delay: float) -> None:
        """Log that a request failed and another one follows."""
        self._write(_RETRY, **_about(run.query), **_facts(error), seconds=delay)

    def resumed(self, run: QueryRun, *, error: NP6Error, delay: float) -> None:
        """Log that a stream is resumed after a delay."""
        self._write(_RESUME, **_about(run.query), **_facts(error), seconds=delay)

    def throttled(
        self, run: QueryRun, *, status: int, retry_after: float | None, delay: float
    ) -> None:
        """Log that all queries wait; once for each burst of throttled responses."""
        if delay > 0:
            self._write(_THROTTLED, status=status, seconds=delay)

    def unknown_event(self, run: QueryRun, *, type: str | None, reason: str) -> None:
        """Log the first event of each type that fits no model."""
        if type in self._types or len(self._types) == _MAX_TYPES:
            return
        if self._write(_UNKNOWN, type=type, reason=reason):
            self._types.add(type)

    def anomaly(self, run: QueryRun, *, anomaly: Anomaly) -> None:
        """Log an anomaly of a response."""
        self._write(_ANOMALY, **_about(run.query), anomaly=str(anomaly))

    def hook_failed(self, hook: Hook, method: str, error: Exception) -> None:
        """Log that a method of a hook raised an exception, for the first time."""
        if (type(hook), method) in self._failed_hooks:
            return
        fields = {"hook": type(hook).__qualname__, "method": method, "error": type(error).__name__}
        if self._write(_HOOK_FAILED, error, **fields):
            self._failed_hooks.add((type(hook), method))

    def _write(self, entry: _Entry, error: Exception | None = None, /, **fields: object) -> bool:
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


def _about(query: EventQuery) -> dict[str, object]:
    fields: dict[str, object] = {"kind": str(query.kind), "subject": query.subject}
    parameter = id_parameter(query.kind)
    if parameter is not None and not parameter.is_personal:
        name = parameter.name if parameter.name.endswith("_id") else "id"  # and no other field
        fields[name] = query.id
    return fields


def _facts(error: NP6Error) -> dict[str, object]:
    name = type(error).__name__
    return {
        "attempts": error.attempts,
        "error": name if error.status is None else f"{name} {error.status}",
        "status": error.status,
        "events": error.events_yielded,
    }
