"""The settings of a client: values, checked once."""

import sys
from collections.abc import Callable
from ipaddress import ip_address
from typing import Final, NoReturn

from attrs import Attribute, field, frozen
from attrs.validators import optional
from yarl import URL

__all__ = [
    "ApiKey",
    "RetryPolicy",
    "Timeouts",
    "is_loopback",
    "to_base_url",
    "to_count",
    "to_seconds",
]

_LONGEST_KEY: Final = 4096


def to_seconds(value: float, *, name: str) -> float:
    """Return a positive, finite number of seconds (or of anything else that is counted per second).

    Raises:
        ValueError: It is not a number, not positive or not finite.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} must be a number, not {type(value).__name__}")
    if not 0 < value <= sys.float_info.max:
        raise ValueError(f"{name} must be positive and finite, not {value}")
    return float(value)


def to_count(value: int, *, name: str) -> int:
    """Return a whole number of at least 1.

    Raises:
        ValueError: It is no int, or smaller.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{name} must be an int, not {type(value).__name__}")
    if value < 1:
        raise ValueError(f"{name} must be at least 1, not {value}")
    return int(value)


def _is_seconds(_: object, attribute: "Attribute[float]", value: float) -> None:
    to_seconds(value, name=attribute.name)


def _is_count(_: object, attribute: "Attribute[int]", value: int) -> None:
    to_count(value, name=attribute.name)


@frozen(kw_only=True)
class Timeouts:
    """How long to wait, in seconds.

    Attributes:
        connect: For a connection: name resolution, TCP and TLS together.
        idle: For the first byte of an answer, and between any two pieces of it.
        total: For one query from the call to its last event, over queueing, every attempt and every
            pause between them. Of a stream, and of a fan-out that is iterated, only the waiting
            counts, not the time that events are decoded or the caller holds them. None: no bound.
    """

    connect: float = field(default=10.0, validator=_is_seconds)
    idle: float = field(default=60.0, validator=_is_seconds)
    total: float | None = field(default=None, validator=optional(_is_seconds))


@frozen(kw_only=True)
class RetryPolicy:
    """How failed requests are repeated. Every request is a GET, so every repeat is safe.

    The n-th pause is a random time between 0 and ``min(cap, base * 2**(n - 1))``: exponential
    back-off with full jitter. ``Retry-After`` takes its place where the API sends one.

    Attributes:
        attempts: Requests at the most, the first included; 1 never retries. Waiting out a 429, or a
            503 with ``Retry-After``, does not count against it, nor does a connection that turned
            out to have died while it was idle. A stream that broke off may be taken up so often for
            each new event. What came back and was not HTTP, or too slow, is asked for again once at
            the most. In an outage there are fewer: a client pays for retries out of a budget, which
            about 35 that fail use up and requests that succeed fill again.
        base: First bound of the pause, in seconds.
        cap: Largest bound of the pause, in seconds.
    """

    attempts: int = field(default=4, validator=_is_count)
    base: float = field(default=0.1, validator=_is_seconds)
    cap: float = field(default=20.0, validator=_is_seconds)


class ApiKey:
    """The secret, kept where no repr, copy, pickle, `vars` or walk over attributes shows it."""

    __slots__ = ("reveal",)

    def __init__(self, value: str) -> None:
        reason = _why_unusable(value)
        if reason:
            del value  # a traceback that shows local variables must not show the key
            raise ValueError(f"the API key {reason}")
        self.reveal: Callable[[], str] = lambda: value
        """Returns the key itself, for the one header it belongs in."""

    def __repr__(self) -> str:
        return "ApiKey('***')"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an API key is not pickled: read it from where your secrets are kept")


def _why_unusable(key: str) -> str | None:
    if not isinstance(key, str):
        return "must be a str"
    if not key:
        return "is empty: pass it to NP6Client or set NP6_API_KEY"
    if len(key) > _LONGEST_KEY:
        return f"is longer than {_LONGEST_KEY} characters"
    if not (key.isascii() and key.isprintable()) or key.strip() != key:
        return "must be printable ASCII with no space at its ends: check for a stray line break"
    return None


def to_base_url(value: str) -> URL:
    """Return the origin (and perhaps a path) that requests go to.

    Raises:
        ValueError: It is no absolute http(s) URL, carries credentials, a query or a fragment, or is
            plain http to anything but this machine. The message never repeats the URL.
    """
    if not isinstance(value, str | URL):
        raise ValueError(f"base_url must be a str, not {type(value).__name__}")
    try:
        url = URL(value)
        host = url.host
    except ValueError:
        url, host = URL(), None  # refused out here, so that no context repeats the value
    if url.scheme not in ("https", "http") or not host:
        raise ValueError("base_url must be an absolute URL, such as https://api-cm.np6.com")
    if url.user is not None or url.password is not None:
        raise ValueError("base_url must not carry credentials: the key goes in a header")
    if url.query_string or url.fragment:
        raise ValueError("base_url must have no query and no fragment")
    if url.scheme == "http" and not is_loopback(host):
        raise ValueError("base_url must be https: plain http would show the key to the network")
    return url


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, as far as its name or address tells."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
