"""Hooks: your own code is called when a client does something, for metrics, traces or logs.

Subclass `Hook`, override the methods you need, and pass an instance to ``NP6Client(hooks=[...])``.

The methods are called in the event loop, between two steps of a query, so they must be quick and
must not be ``async``. An exception in a hook never affects a query: it is logged, once for each
method of a hook. No argument contains the key, a header, or the content of an event.
"""

from enum import StrEnum
from typing import Protocol

from attrs import define

from ._query import EventQuery
from .errors import NP6Error

__all__ = ["Anomaly", "Hook", "QueryRun"]


@define(eq=False)
class QueryRun:
    """One run of one query: the same object in every call about that run.

    It is hashable and equal only to itself, so it can be the key of a dict. Delete it from there
    when the run ends.

    Attributes:
        id: A number that no other run of this process has.
        query: What is asked for.
    """

    id: int
    query: EventQuery


class Anomaly(StrEnum):
    """What can be wrong with a response without being an error."""

    OUT_OF_ORDER = "events out of the requested order"
    FOREIGN_EVENT = "an event of another notification"


class Hook(Protocol):
    """A listener. Each method does nothing unless it is overridden.

    A run starts once and ends once: finished, failed or abandoned. Its attempts lie in between;
    each attempt starts once and finishes once. Times are in seconds, sizes in bytes.
    """

    def query_started(self, run: QueryRun) -> None:
        """A query starts."""
        return

    def query_finished(self, run: QueryRun, *, attempts: int, elapsed: float) -> None:
        """A query was answered in full.

        Args:
            run: The run.
            attempts: Requests that were sent.
            elapsed: Time spent on it. For a stream this is only the time spent waiting, without the
                time that the caller took for its events.
        """
        return

    def query_failed(self, run: QueryRun, *, error: NP6Error) -> None:
        """A query failed for good; the caller gets the error next."""
        return

    def query_abandoned(self, run: QueryRun, *, attempts: int, elapsed: float) -> None:
        """A query ended early, and not by an `NP6Error`.

        Its loop was left, its task was cancelled, its client was closed, or an exception of another
        kind was raised. A fan-out cancels its tasks at its deadline or after a rejected key, so
        these queries are abandoned too.
        """
        return

    def attempt_started(self, run: QueryRun, *, attempt: int) -> None:
        """A request is about to be sent.

        Args:
            run: The run.
            attempt: 1 for the first request of the run.
        """
        return

    def attempt_finished(
        self, run: QueryRun, *, attempt: int, status: int | None, duration: float
    ) -> None:
        """A request has ended, successful or not.

        Args:
            run: The run.
            attempt: Its number as when it started, plus one if it was sent again.
            status: The HTTP status; None if no response arrived.
            duration: Time spent on it, measured like `elapsed` of `query_finished`.
        """
        return

    def request_resent(self, run: QueryRun) -> None:
        """A pooled connection was stale, so the request was sent again on a new one."""
        return

    def retry_scheduled(self, run: QueryRun, *, error: NP6Error, delay: float) -> None:
        """An attempt failed and another one follows.

        Args:
            run: The run.
            error: Why it failed, with `attempts` and `status`.
            delay: Time until the next attempt may start.
        """
        return

    def throttled(
        self, run: QueryRun, *, status: int, retry_after: float | None, delay: float
    ) -> None:
        """The API answered 429 or 503.

        Args:
            run: The run.
            status: The HTTP status.
            retry_after: How long the API asked to wait; None if it did not say.
            delay: For how long this client sends no request now; 0 if an earlier response of the
                same burst has already reported it, or if requests may be sent.
        """
        return

    def resumed(self, run: QueryRun, *, error: NP6Error, delay: float) -> None:
        """A stream broke off after some events, and the rest follows; instead of `retry_scheduled`.

        Args:
            run: The run.
            error: As for `retry_scheduled`; `events_yielded` counts the events that the caller has.
            delay: Time until the next attempt may start.
        """
        return

    def batch_decoded(self, run: QueryRun, *, events: int) -> None:
        """Some events were decoded. Events that are received again count again."""
        return

    def body_received(self, run: QueryRun, *, size: int) -> None:
        """Some bytes of a response body were read. `size` is after decompression."""
        return

    def unknown_event(self, run: QueryRun, *, type: str | None, reason: str) -> None:
        """An event fits no model.

        Args:
            run: The run.
            type: Its type, if that is a plain name of at most 64 characters.
            reason: Where it does not fit and why, without any value.
        """
        return

    def anomaly(self, run: QueryRun, *, anomaly: Anomaly) -> None:
        """A response has an anomaly. It is reported once for each run and anomaly."""
        return
