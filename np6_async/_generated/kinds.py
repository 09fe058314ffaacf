# Generated from openapi/np6-events.yaml by `make codegen`; do not edit.
"""The kinds of events, and the endpoint of each."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple

__all__ = [
    "API_KEY_HEADER",
    "BASE_URL",
    "OPERATIONS",
    "SOURCE_TYPES",
    "EventKind",
    "Operation",
    "Parameter",
]

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


class Parameter(NamedTuple):
    """A parameter of an endpoint.

    Attributes:
        name: Its name in `EventQuery`.
        wire_name: Its name in a request.
        location: Where it is sent.
        type: The type of its value, or of each value of an array.
        is_array: Whether it takes several values.
        is_exploded: Whether the values of an array are sent one by one, and not with commas.
        required: Whether it must be given.
        minimum: The least integer.
        maximum: The greatest integer.
        pattern: What a string must match.
        min_length: The least number of characters of a string.
        max_length: The greatest number of characters of a string.
        format: The format of a string: `uuid`, `date`, or None for any.
        values: The values that it may have; empty for any.
        is_personal: Whether its value is personal data, which nothing shows.
        filters: The member of an event that it bounds, and how. Only the sandbox needs it.
    """

    name: str
    wire_name: str
    location: Literal["path", "query"]
    type: Literal["integer", "string", "boolean", "date-time"]
    is_array: bool = False
    is_exploded: bool = True
    required: bool = False
    minimum: int | None = None
    maximum: int | None = None
    pattern: str | None = None
    min_length: int = 0
    max_length: int | None = None
    format: str | None = None
    values: tuple[Any, ...] = ()
    is_personal: bool = False
    filters: tuple[str, str] | None = None


class Operation(NamedTuple):
    """One endpoint of the API.

    Attributes:
        path: The path below the server, with `{}` for the parameter in it, if there is one.
        parameters: Its parameters, that of the path first.
        models: The names of the models of its events.
        event_type: The `type` of an event that has no `type` of its own; None if there are several.
        summary: What the endpoint does, in one line.
    """

    path: str
    parameters: tuple[Parameter, ...]
    models: tuple[str, ...]
    event_type: str | None
    summary: str


OPERATIONS: Final[Mapping[EventKind, Operation]] = MappingProxyType(
    {
        EventKind.EXECUTIONS: Operation(
            path="/notifications/{}/events/executions",
            parameters=(
                Parameter(
                    name="notification_id",
                    wire_name="id",
                    location="path",
                    type="integer",
                    required=True,
                    minimum=0,
                    maximum=2147483647,
                ),
                Parameter(
                    name="start",
                    wire_name="start",
                    location="query",
                    type="date-time",
                ),
                Parameter(
                    name="end",
                    wire_name="end",
                    location="query",
                    type="date-time",
                ),
                Parameter(
                    name="sort",
                    wire_name="sort",
                    location="query",
                    type="string",
                    values=("asc", "desc"),
                ),
            ),
            models=("ExecutionEvent",),
            event_type="execution",
            summary="Retrieve executions of the specified notification.",
        ),
        EventKind.CANCELLATIONS: Operation(
            path="/notifications/{}/events/cancellations",
            parameters=(
                Parameter(
                    name="notification_id",
                    wire_name="id",
                    location="path",
                    type="integer",
                    required=True,
                    minimum=0,
                    maximum=2147483647,
                ),
                Parameter(
                    name="start",
                    wire_name="start",
                    location="query",
                    type="date-time",
                ),
                Parameter(
                    name="end",
                    wire_name="end",
                    location="query",
                    type="date-time",
                ),
                Parameter(
                    name="sort",
                    wire_name="sort",
                    location="query",
                    type="string",
                    values=("asc", "desc"),
                ),
            ),
            models=("CancellationEvent",),
            event_type="cancellation",
            summary="Retrieve cancellations of the specified notification.",
        ),
        EventKind.BOUNCES: Operation(
            path="/notifications/{}/events/bounces",
            parameters=(
                Parameter(
                    name="notification_id",
                    wire_name="id",
                    location="path",
                    type="integer",
                    required=True,
                    minimum=0,
                    maximum=2147483647,
                ),
                Parameter(
                    name="start",
                    wire_name="start",
                    location="query",
                    type="date-time",
                ),
                Parameter(
                    name="end",
                    wire_name="end",
                    location="query",
                    type="date-time",
                ),
                Parameter(
                    name="sort",
                    wire_name="sort",
                    location="query",
                    type="string",
                    values=("asc", "desc"),
                ),
            ),
            models=("BounceEvent",),
            event_type="bounce",
            summary="Retrieve bounces of the specified notification.",
        ),
    }
)
"""The endpoint of each kind."""

SOURCE_TYPES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({})
"""For models whose events have one `type`: the values of `source.type` that tell them apart."""
