# Generated from spec.yaml by `python -m codegen`; do not edit.
"""The kinds of events, and the endpoint of each."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

__all__ = ["API_KEY_HEADER", "BASE_URL", "OPERATIONS", "EventKind", "Operation"]

BASE_URL: Final = "https://golden.example.com"
"""The URL of the production server."""

API_KEY_HEADER: Final = "X-Golden"
"""The request header that carries the API key."""


class EventKind(StrEnum):
    """A kind of event that can be queried."""

    OPENINGS = "openings"
    """Retrieve openings."""


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
        EventKind.OPENINGS: Operation(
            path="/notifications/{id}/events/openings",
            event_type="opening",
            summary="Retrieve openings.",
        ),
    }
)
"""The endpoint of each kind."""
