"""The one table from HTTP status to error."""

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
    403: "ask for this account's right to read it",
    404: "check the id, and that it belongs to this account",
    429: "send fewer requests: lower concurrency or set max_rate",
}
_OUTAGE: Final = "try again later, or report the request id to the vendor's support"
_READABLE_CODINGS: Final = frozenset({"", "identity", "gzip", "deflate"})  # aiohttp decodes these
_UNTYPED: Final = frozenset({"", "text/plain", "application/octet-stream"})


def error_of(
    status: int, headers: Mapping[str, str], body: str, *, now: datetime
) -> NP6Error | None:
    """Return the error that a response's head stands for; None if its body is to be read.

    Args:
        status: The HTTP status.
        headers: The response's headers; names are not case-sensitive.
        body: The first part of an error body, without the key; unused for a 200.
        now: The time, for a ``Retry-After`` that is a date.
    """
    if status == 204:
        return None
    if status == 200:
        return _unreadable(headers)
    of_family = _FAMILIES.get(status // 100, StatusError)
    message = f"the API answered {status} {_phrase(status)}".rstrip()
    advice = _ADVICE.get(status)
    if of_family is RedirectError:
        advice = _target(headers)
    elif of_family is ServerError:
        advice = _OUTAGE
    return _ERRORS.get(status, of_family)(
        f"{message}: {advice}" if advice else message,
        status=status,
        request_id=request_id(headers),
        retry_after=requested_delay(status, headers, now=now),
        detail=body.strip() or None,
    )


def requested_delay(status: int, headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Return how many seconds a response asks to wait; None if it does not say.

    Args:
        status: The HTTP status.
        headers: The response's headers; names are not case-sensitive.
        now: The time, for headers that give a date.
    """
    seconds = retry_after(headers, now=now)
    if seconds is None and status == 429:
        return reset_in(headers, now=now)
    return seconds


def _target(headers: Mapping[str, str]) -> str | None:
    """Say where a redirect leads: its origin alone, since the rest of the URL may be secret."""
    location = headers.get("Location", "")
    try:
        origin = str(URL(location).origin())
    except ValueError:
        return "it redirects, which is not followed: check base_url" if location else None
    return f"it redirects to {origin[:200]}, which is not followed: check base_url"


def _unreadable(headers: Mapping[str, str]) -> NP6Error | None:
    coding = _coding(headers)
    media_type = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if coding not in _READABLE_CODINGS:
        message = f"the body has Content-Encoding {coding[:80]!r}, which was not asked for"
        return ProtocolError(message, status=200, request_id=request_id(headers))
    if "json" not in media_type and media_type not in _UNTYPED:
        message = f"the body is {media_type[:80]!r}, not JSON: check base_url for a proxy's page"
        return ResponseError(message, status=200, request_id=request_id(headers))
    return None


def _coding(headers: Mapping[str, str]) -> str:
    """Return how the body is encoded: all values, if there is more than one such header."""
    coding = headers.get("Content-Encoding", "")
    if coding:  # seldom: going through all headers is slow
        lines = [value for name, value in headers.items() if name.lower() == "content-encoding"]
        coding = ", ".join(lines)
    return coding.lower()  # with the spaces around it that aiohttp 3.14.3 leaves, and fails on


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
