"""What a status means: the one table from HTTP status to error."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Final

from yarl import URL

from np6_async.errors import (
    AuthenticationError,
    BadRequestError,
    ConflictError,
    NotFoundError,
    NP6Error,
    PermissionDeniedError,
    ProtocolError,
    RateLimitedError,
    RedirectError,
    ResponseError,
    ServerError,
    StatusError,
)

from .headers import request_id, reset_in, retry_after

__all__ = ["DETAIL_BYTES", "error_of", "requested_delay"]

DETAIL_BYTES: Final = 2048
"""How much of an error body an error keeps."""

_ERRORS: Final[Mapping[int, type[StatusError]]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    429: RateLimitedError,
}
_FAMILIES: Final[Mapping[int, type[StatusError]]] = {3: RedirectError, 5: ServerError}
_ADVICE: Final[Mapping[int, str]] = {
    400: "check the window and the id",
    401: "check the API key",
    403: "ask for this account's right to read the notification",
    404: "check the notification id and that it belongs to this account",
    429: "ask for less at once: lower concurrency or set max_rate",
}
_READABLE_CODINGS: Final = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
_UNTYPED: Final = frozenset({"", "text/plain", "application/octet-stream"})


def error_of(
    status: int, headers: Mapping[str, str], body: str, *, now: datetime
) -> NP6Error | None:
    """Return the error that an answer's head amounts to; None if its body is to be read.

    Args:
        status: The HTTP status.
        headers: The answer's headers, read without regard to case.
        body: The head of an error body, scrubbed of the key; unused for a 200.
        now: The time, for a ``Retry-After`` given as a date.
    """
    if status == 204:
        return None
    if status == 200:
        return _unreadable(headers)
    of_family = _FAMILIES.get(status // 100, StatusError)
    message = f"the API answered {status} {_phrase(status)}".rstrip()
    advice = _ADVICE.get(status) or (_target(headers) if of_family is RedirectError else None)
    return _ERRORS.get(status, of_family)(
        f"{message}: {advice}" if advice else message,
        status=status,
        request_id=request_id(headers),
        retry_after=requested_delay(status, headers, now=now),
        detail=body.strip() or None,
    )


def requested_delay(status: int, headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Return for how many seconds an answer asks to be left alone; None if it does not say.

    Args:
        status: The HTTP status.
        headers: The answer's headers, read without regard to case.
        now: The time, for moments given as a date.
    """
    seconds = retry_after(headers, now=now)
    if seconds is None and status == 429:
        return reset_in(headers, now=now)
    return seconds


def _target(headers: Mapping[str, str]) -> str | None:
    """Return where a redirect leads: the origin alone, as what follows it may be secret."""
    location = headers.get("Location", "")
    try:
        origin = str(URL(location).origin())
    except ValueError:
        return "it redirects, which is not followed: check base_url" if location else None
    return f"it redirects to {origin[:200]}, which is not followed: check base_url"


def _unreadable(headers: Mapping[str, str]) -> NP6Error | None:
    coding = headers.get("Content-Encoding", "").strip().lower()
    media_type = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if coding not in _READABLE_CODINGS:
        message = "the body has a Content-Encoding that was not asked for"
        return ProtocolError(message, status=200, request_id=request_id(headers))
    if "json" not in media_type and media_type not in _UNTYPED:
        message = f"the body is {media_type[:80]!r}, not JSON: check base_url for a proxy's page"
        return ResponseError(message, status=200, request_id=request_id(headers))
    return None


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
