"""The settings of a client: values that are checked once."""

import sys
from collections.abc import Callable
from ipaddress import ip_address
from operator import index
from typing import Final, NoReturn, SupportsIndex

from attrs import Attribute, field, frozen
from attrs.validators import optional
from yarl import URL

from ._redaction import escaped_forms

__all__ = [
    "ApiKey",
    "RetryPolicy",
    "Timeouts",
    "is_loopback",
    "to_base_url",
    "to_count",
    "to_int",
    "to_seconds",
]

_LONGEST_KEY: Final = 4096


def to_seconds(value: float, *, name: str) -> float:
    """Return a positive, finite number of seconds, or of requests a second.

    Raises:
        ValueError: It is not a number, not positive or not finite.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} must be a number, not {type(value).__name__}")
    if not 0 < value <= sys.float_info.max:
        raise ValueError(f"{name} must be positive and finite, not {value}")
    return float(value)


def to_count(value: SupportsIndex, *, name: str) -> int:
    """Return a whole number of at least 1.

    Raises:
        ValueError: It is not an int, or less than 1.
    """
    count = to_int(value)
    if count is None:
        raise ValueError(f"{name} must be an int, not {type(value).__name__}")
    if count < 1:
        raise ValueError(f"{name} must be at least 1, not {count}")
    return count


def to_int(value: SupportsIndex) -> int | None:
    """Return an int, also for one of another library, such as `numpy.int64`.

    None for all else, bools and floats included.
    """
    if isinstance(value, bool):
        return None
    try:
        return index(value)
    except TypeError:
        return None


def _is_seconds(_: object, attribute: "Attribute[float]", value: float) -> None:
    to_seconds(value, name=attribute.name)


def _to_attempts(value: SupportsIndex) -> int:
    return to_count(value, name="attempts")


@frozen(kw_only=True)
class Timeouts:
    """How long to wait, in seconds.

    Attributes:
        connect: For a connection: name resolution, TCP and TLS together.
        idle: For the first byte of a response, and between any two pieces of it.
        total: For one query from the call to its last event, including waiting for a slot, every
            attempt and every delay between them. For a stream, and for a fan-out that is iterated,
            only the time spent waiting counts, not the time to decode events or the time that the
            caller takes for them. None: no limit.
    """

    connect: float = field(default=10.0, validator=_is_seconds)
    idle: float = field(default=60.0, validator=_is_seconds)
    total: float | None = field(default=None, validator=optional(_is_seconds))


@frozen(kw_only=True)
class RetryPolicy:
    """How failed requests are retried. Every request is a GET, so every retry is safe.

    The n-th delay is a random time between 0 and ``min(cap, base * 2**(n - 1))``: exponential
    backoff with full jitter. If the API sends ``Retry-After``, that is the delay.

    Attributes:
        attempts: The maximum of requests, including the first; 1 never retries. A 429, a 503 with
            ``Retry-After`` and a stale pooled connection do not count. For a stream, each new event
            resets the count. A response that is not valid HTTP, or too slow, is retried once at
            most. In an outage there are fewer retries: they are paid from the retry budget of the
            client, which about 35 failed retries use up and successful requests fill again.
        base: The limit of the first delay, in seconds.
        cap: The maximum of that limit, in seconds.
    """

    attempts: int = field(default=4, converter=_to_attempts)
    base: float = field(default=0.1, validator=_is_seconds)
    cap: float = field(default=20.0, validator=_is_seconds)


class ApiKey:
    """The key, stored so that no repr, copy, pickle, `vars` or walk over attributes shows it."""

    __slots__ = ("forms", "reveal")

    def __init__(self, value: str) -> None:
        reason = _why_unusable(value)
        if reason:
            del value  # a traceback with local variables must not show the key
            raise ValueError(f"the API key {reason}")
        self.reveal: Callable[[], str] = lambda: value
        """Returns the key itself, for the one header it belongs in."""
        forms = tuple(dict.fromkeys(form.lower() for form in escaped_forms(value)))
        self.forms: Callable[[], tuple[str, ...]] = lambda: forms
        """Returns how a server may repeat the key, in lower case."""

    def __repr__(self) -> str:
        return "ApiKey('***')"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an API key cannot be pickled: read it from where your secrets are stored")


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
    """Return the origin, and perhaps a path, that requests are sent to.

    Raises:
        ValueError: It is not an absolute http(s) URL, has credentials, a query or a fragment, or is
            plain http to another machine. The message never repeats the URL.
    """
    if not isinstance(value, str | URL):
        raise ValueError(f"base_url must be a str, not {type(value).__name__}")
    try:
        url = URL(value)
        host = url.host
    except ValueError:
        url, host = URL(), None  # rejected below, so that no context repeats the value
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
    """Whether a host is this machine, according to its name or address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
