"""The errors this package raises.

::

    NP6Error
    ├─ TransportError            the request did not complete
    │  ├─ ConnectError           DNS, TCP or TLS failed
    │  ├─ RequestTimeoutError    a phase took too long (also a TimeoutError)
    │  ├─ StreamInterruptedError the body ended before the array did
    │  └─ ProtocolError          the response is not valid HTTP
    ├─ StatusError               the status is not 200
    │  ├─ BadRequestError 400 · AuthenticationError 401 · PermissionDeniedError 403
    │  ├─ NotFoundError 404 · ConflictError 409 · RateLimitedError 429
    │  └─ ServerError 5xx · RedirectError 3xx (never followed)
    ├─ ResponseError             the body is not what the API promises
    │  └─ EventDecodeError       strict mode: one event does not fit its model
    └─ DeadlineExceededError     the caller's time limit passed (also a TimeoutError)

    ClientClosedError            misuse, a RuntimeError and no NP6Error

Every error is a value: it pickles, holds no session, request, header, key or event content, and can
cross a process boundary. A bad argument is a plain ``ValueError``, raised before any I/O.
"""

from typing import Final, Literal, TypeAlias, TypedDict, Unpack

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
    "Phase",
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


Phase: TypeAlias = Literal["backoff", "slot", "connect", "response", "body", "fan_out"]
"""What a query can wait for, in its order.

- ``backoff``: the delay before the next attempt.
- ``slot``: a slot of the limiter, because of the rate limit or of `NP6Client.concurrency`.
- ``connect``: a connection: name resolution, TCP and TLS.
- ``response``: the head of the response.
- ``body``: the next bytes of the body; what is awaited includes the time to decode them.
- ``fan_out``: any of these, in a query that its fan-out's ``deadline`` stopped.
"""


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
    phase: Phase | None


_NO_RETRY: Final = {
    "deadline": "no retry: too little time was left",
    "budget": "no retry: the retry budget is spent",
}


class NP6Error(Exception):
    """The base class of all errors between this client and the API.

    Attributes:
        query: The query that failed, with its ``kind`` and ``id``.
        status: The HTTP status of the response; None if there was none.
        request_id: The response's ``x-request-id``, by which the vendor's support traces a call.
        detail: The head of an error body, scrubbed of the key, at most 2 KiB; None if it was empty.
        retry_after: How long the API asked to wait, in seconds.
        attempts: How many requests were sent for this query. Like `elapsed`, it is not known of a
            query that its fan-out stopped.
        elapsed: Seconds that were spent on the query; of a stream, only the time that it waited.
        events_yielded: How many events had reached the caller when the query failed.
        stopped_by: What ended the retries early: ``"deadline"``, ``"budget"`` (the retry budget is
            spent) or ``"rejected key"``; None if nothing did.
        path: JSON path of the value that did not fit (`EventDecodeError` only), such as
            ``$.timestamp``.
        permanent: Whether retrying cannot help, as with an unknown host or a certificate that is
            not trusted.
        phase: Which wait ended (`RequestTimeoutError` and `DeadlineExceededError` only).
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
    phase: Phase | None = None

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
        is_deadline = isinstance(self, DeadlineExceededError)
        facts = [
            f"at {self.path}" if self.path else "",
            f"the API said: {self.detail[:200]}" if self.detail else "",
            f"request id {self.request_id}" if self.request_id else "",
            f"{self.attempts} attempts" if self.attempts > 1 else "",
            f"{self.events_yielded} events had arrived" if self.events_yielded else "",
            "" if is_deadline else _NO_RETRY.get(self.stopped_by or "", ""),
        ]
        known = "; ".join(fact for fact in facts if fact)
        return f"{message} [{known}]" if known else message


class TransportError(NP6Error):
    """The request did not complete, so the API's response is unknown."""


class ConnectError(TransportError):
    """No connection: the name did not resolve, TCP was refused or TLS failed."""


class RequestTimeoutError(TransportError, TimeoutError):
    """One phase of the request took longer than `Timeouts` allows, or the body was too slow."""


class StreamInterruptedError(TransportError):
    """The body ended before its JSON array did: events are missing."""


class ProtocolError(TransportError):
    """The response is not valid HTTP, or its body cannot be decompressed."""


class StatusError(NP6Error):
    """The API answered with a status that is no success."""


class BadRequestError(StatusError):
    """400: a value of the query is malformed."""


class AuthenticationError(StatusError):
    """401: the key is missing, unknown or revoked."""


class PermissionDeniedError(StatusError):
    """403: the key's account may not read this notification."""


class NotFoundError(StatusError):
    """404: no such notification, or a value that the API cannot use."""


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
    """The time that the caller allowed has passed: `Timeouts.total`, or a fan-out's deadline."""


class ClientClosedError(RuntimeError):
    """The client was used after `NP6Client.aclose`, or closed while a call was under way."""
