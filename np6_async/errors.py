"""The errors this package raises.

::

    NP6Error
    ├─ TransportError            the request did not complete
    │  ├─ ConnectError           DNS, TCP or TLS failed
    │  ├─ RequestTimeoutError    a phase took too long (also a TimeoutError)
    │  ├─ StreamInterruptedError the body ended before the array did
    │  └─ ProtocolError          what came back is not HTTP as it should be
    ├─ StatusError               the API answered, and the answer was not a 200
    │  ├─ BadRequestError 400 · AuthenticationError 401 · PermissionDeniedError 403
    │  ├─ NotFoundError 404 · ConflictError 409 · RateLimitedError 429
    │  └─ ServerError 5xx · RedirectError 3xx (never followed)
    ├─ ResponseError             the body is not what the API promises
    │  └─ EventDecodeError       strict mode: one event does not fit its model
    └─ DeadlineExceededError     the caller's own time was up (also a TimeoutError)

    ClientClosedError            misuse, a RuntimeError and no NP6Error

Every error is a value: it pickles, holds no session, request, header, key or event content, and can
cross a process boundary. A bad argument is a plain ``ValueError``, raised before any I/O.
"""

from typing import TypedDict, Unpack

from ._query import EventQuery

__all__ = [
    "AuthenticationError",
    "BadRequestError",
    "ClientClosedError",
    "ConflictError",
    "ConnectError",
    "DeadlineExceededError",
    "EventDecodeError",
    "NP6Error",
    "NotFoundError",
    "PermissionDeniedError",
    "ProtocolError",
    "RateLimitedError",
    "RedirectError",
    "RequestTimeoutError",
    "ResponseError",
    "ServerError",
    "StatusError",
    "StreamInterruptedError",
    "TransportError",
]


class ErrorContext(TypedDict, total=False):
    """The keyword arguments of every `NP6Error`; see its attributes."""

    query: EventQuery | None
    status: int | None
    request_id: str | None
    detail: str | None
    retry_after: float | None
    attempts: int
    elapsed: float | None
    events_yielded: int
    stopped_by: str | None
    path: str | None
    permanent: bool


class NP6Error(Exception):
    """Anything that went wrong between this client and the API.

    Attributes:
        query: The query that failed; ``query.notification_id`` and ``query.kind`` say whose events.
        status: The HTTP status of the answer, None where there was none.
        request_id: The answer's ``x-request-id``: what the vendor's support traces a call by.
        detail: The head of an error body, scrubbed of the key, at most 2 KiB; None if it was empty.
        retry_after: How long the API asked to be left alone, in seconds.
        attempts: How many requests were sent for this query.
        elapsed: Seconds from the start of the query to its failure.
        events_yielded: How many events had reached the caller when the query failed.
        stopped_by: What ended the retries early, such as ``"deadline"`` or ``"budget"`` (retries of
            this client have failed so often that no more are sent); None if nothing did.
        path: JSON path of what did not fit (`EventDecodeError` only), such as ``$.timestamp``.
        permanent: Whether asking again cannot help although no answer came, as with an unknown host
            or a certificate that is not trusted.
    """

    query: EventQuery | None = None
    status: int | None = None
    request_id: str | None = None
    detail: str | None = None
    retry_after: float | None = None
    attempts: int = 0
    elapsed: float | None = None
    events_yielded: int = 0
    stopped_by: str | None = None
    path: str | None = None
    permanent: bool = False

    def __init__(self, message: str, **context: Unpack[ErrorContext]) -> None:
        super().__init__(message)
        unknown = context.keys() - ErrorContext.__annotations__.keys()
        if unknown:
            raise TypeError(f"unexpected keyword arguments: {', '.join(sorted(unknown))}")
        self.__dict__.update(context)

    def __str__(self) -> str:
        message = str(self.args[0])
        if self.query is not None:
            message = f"{self.query}: {message}"
        facts = [
            f"at {self.path}" if self.path else "",
            f"the API said: {self.detail[:200]}" if self.detail else "",
            f"request id {self.request_id}" if self.request_id else "",
            f"{self.attempts} attempts" if self.attempts > 1 else "",
            f"{self.events_yielded} events had arrived" if self.events_yielded else "",
            f"stopped by the {self.stopped_by}" if self.stopped_by else "",
        ]
        known = "; ".join(fact for fact in facts if fact)
        return f"{message} [{known}]" if known else message


class TransportError(NP6Error):
    """The request did not complete: nothing is known about what the API would have said."""


class ConnectError(TransportError):
    """No connection: the name did not resolve, TCP was refused or TLS failed."""


class RequestTimeoutError(TransportError, TimeoutError):
    """One phase of the request took longer than `Timeouts` allows."""


class StreamInterruptedError(TransportError):
    """The body ended before its JSON array did: events are missing."""


class ProtocolError(TransportError):
    """What came back is not HTTP as it should be."""


class StatusError(NP6Error):
    """The API answered with a status other than 200."""


class BadRequestError(StatusError):
    """400: a value of the query is malformed."""


class AuthenticationError(StatusError):
    """401: the key is missing, unknown or revoked."""


class PermissionDeniedError(StatusError):
    """403: the key's account may not read this notification."""


class NotFoundError(StatusError):
    """404: no such notification, or a value the API cannot use."""


class ConflictError(StatusError):
    """409: the notification's state does not allow this query."""


class RateLimitedError(StatusError):
    """429: too many requests, and waiting did not help or would have taken too long."""


class ServerError(StatusError):
    """5xx: the API failed."""


class RedirectError(StatusError):
    """3xx: the API never redirects, and following would hand the key to the target."""


class ResponseError(NP6Error):
    """The body is not what the API promises: not JSON, not an array, or too large."""


class EventDecodeError(ResponseError):
    """Strict mode: an event does not fit its model; `path` says where."""


class DeadlineExceededError(NP6Error, TimeoutError):
    """The time the caller gave (`Timeouts.total`, or a fan-out's deadline) was up."""


class ClientClosedError(RuntimeError):
    """The client was used after `NP6Client.aclose`, or closed while a call was under way."""
