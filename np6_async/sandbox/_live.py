"""The settings of events that are published while the sandbox runs."""

import time
from collections.abc import Callable
from typing import Final, SupportsIndex

from attrs import Attribute, field, frozen

from np6_async._options import to_seconds
from np6_async._parameters import Instant, instant_checker

from ._share import is_share

__all__ = ["Live"]

_LARGEST_SKEW: Final = 10**9  # over 30 years; a `Date` has no year past 9999

_to_instant: Final = instant_checker("start")


def _to_start(value: Instant | SupportsIndex | None) -> int | None:
    return None if value is None else _to_instant(value)


def _is_rate(_: object, __: object, value: float) -> None:
    to_seconds(value, name="live rate")  # the sandbox has another rate: that of requests


def _is_seconds(_: object, attribute: "Attribute[float]", value: float) -> None:
    to_seconds(value, name=attribute.name)


def _is_skew(_: object, attribute: "Attribute[float]", value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{attribute.name} must be a number, not {type(value).__name__}")
    if not -_LARGEST_SKEW <= value <= _LARGEST_SKEW:
        raise ValueError(f"{attribute.name} must be within {_LARGEST_SKEW} seconds, not {value}")


def _is_clock(_: object, attribute: "Attribute[Callable[[], float]]", value: object) -> None:
    if not callable(value):
        kind = type(value).__name__
        raise ValueError(f"{attribute.name} must be a function such as time.time, not {kind}")


@frozen(kw_only=True)
class Live:
    """How a sandbox publishes events while it runs, in addition to those of its seed.

    ::

        async with Sandbox(live=Live(rate=5, late=0.1, delay=30)) as sandbox:
            ...

    The seed, these settings and the clock alone decide which events are visible: requests change
    nothing, and if the clock goes back, later events are no longer visible. Two sandboxes with the
    same seed, settings and `start` publish the same.

    Attributes:
        rate: The number of events per second of each kind and id, on average. Some have the
            timestamp of the one before.
        late: The share of events, from 0 to 1, that become visible some time after their timestamp.
            The others become visible at their timestamp.
        delay: The maximum of that time, in seconds. It is random for each late event.
        start: The timestamp of the first event of each kind and id. Held in milliseconds since
            1970-01-01T00:00:00Z; may be given as an aware `datetime`. None: when the sandbox is
            made, by `clock`.
        skew: By how many seconds the ``Date`` header of responses is ahead of `clock`. Negative if
            it is behind.
        clock: A function that returns the time in seconds since 1970-01-01T00:00:00Z. It may jump.
            The rate limit of the sandbox does not use it.

    Raises:
        ValueError: A setting is invalid.
    """

    rate: float = field(default=1.0, validator=_is_rate)
    late: float = field(default=0.0, validator=is_share)
    delay: float = field(default=60.0, validator=_is_seconds)
    start: int | None = field(default=None, converter=_to_start)
    skew: float = field(default=0.0, validator=_is_skew)
    clock: Callable[[], float] = field(default=time.time, validator=_is_clock)
