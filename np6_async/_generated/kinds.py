# Generated from openapi/np6-events.yaml by `make codegen`; do not edit.
"""The kinds of events, and the endpoint of each."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

__all__ = ["API_KEY_HEADER", "BASE_URL", "OPERATIONS", "EventKind", "Operation"]

BASE_URL: Final = "https://api-cm.np6.com"
"""The URL of the production server."""

API_KEY_HEADER: Final = "X-Key"
"""The request header that carries the API key."""


class EventKind(StrEnum):
    """A kind of event that can be queried."""

    EXECUTIONS = "executions"
    """Retrieve executions of the specified notification."""

    CANCELLATIONS = "cancellations"
    """Retrieve cancellations of the specified notification."""

    BOUNCES = "bounces"
    """Retrieve bounces of the specified notification."""


class Operation(NamedTuple):
    """One endpoint of the API.

    Attributes:
        path: The path below the server, with `{id}` for the notification's id.
        event_type: The `type` of an event that has no `type` of its own.
        summary: What the endpoint does, in one line.
    """

    path: str
    event_type: str
    summary: str


OPERATIONS: Final[Mapping[EventKind, Operation]] = MappingProxyType(
    {
        EventKind.EXECUTIONS: Operation(
            path="/notifications/{id}/events/executions",
            event_type="execution",
            summary="Retrieve executions of the specified notification.",
        ),
        EventKind.CANCELLATIONS: Operation(
            path="/notifications/{id}/events/cancellations",
            event_type="cancellation",
            summary="Retrieve cancellations of the specified notification.",
        ),
        EventKind.BOUNCES: Operation(
            path="/notifications/{id}/events/bounces",
            event_type="bounce",
            summary="Retrieve bounces of the specified notification.",
        ),
    }
)
"""The endpoint of each kind."""
