"""What a feed logs. Names, levels and fields are part of the interface: docs/following.md."""

import logging
from typing import Final

from np6_async._engine.records import Entry, Records, about
from np6_async._query import EventQuery
from np6_async.errors import NP6Error

__all__ = ["FeedLog"]

_FAILED: Final = Entry(
    "follow_failed",
    logging.WARNING,
    "%(subject)s: failed (%(error)s), asked again in %(seconds).0f s",
)
_UNCOMMITTED: Final = Entry(
    "follow_uncommitted",
    logging.WARNING,
    "%(subject)s: %(events)d events were delivered %(seconds).0f s ago and are not committed: the "
    "query is not asked again before they are",
)
_NO_DATE: Final = Entry(
    "follow_no_date",
    logging.WARNING,
    "the responses have no Date header: windows end by the clock of this machine",
)
_STANDBY: Final = Entry(
    "follow_standby",
    logging.INFO,
    "another feed holds the lease of the store: this one waits until it ends",
)


class FeedLog:
    """Logs what happens in one feed.

    Args:
        records: Writes the records.
    """

    def __init__(self, records: Records) -> None:
        self._records = records
        self._has_told_of_date = False

    def failed(self, query: EventQuery, error: NP6Error, *, seconds: float) -> None:
        """Log that a query failed and is asked again after a delay."""
        name = type(error).__name__
        shown = name if error.status is None else f"{name} {error.status}"
        self._records.write(_FAILED, **about(query), error=shown, seconds=seconds)

    def uncommitted(self, query: EventQuery, *, events: int, seconds: float) -> None:
        """Log that a batch was delivered long ago and is not committed."""
        self._records.write(_UNCOMMITTED, **about(query), events=events, seconds=seconds)

    def no_date(self) -> None:
        """Log, once, that the server's clock is unknown."""
        if not self._has_told_of_date:
            self._has_told_of_date = True
            self._records.write(_NO_DATE)

    def standby(self) -> None:
        """Log that another feed has the lease."""
        self._records.write(_STANDBY)
