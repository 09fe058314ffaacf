"""The arguments of `NP6Client.follow`, checked and converted."""

from typing import Final, Literal, TypeAlias

from np6_async._options import to_seconds
from np6_async._parameters import Instant, instant_checker

from .run import Since
from .schedule import Settings

__all__ = ["Start", "to_settings", "to_since"]

Start: TypeAlias = Instant | Literal["now", "beginning"]
"""Where a new query begins."""

_WORDS: Final = ("now", "beginning")


def to_since(value: Start) -> Since:
    """Return a moment in milliseconds, or one of the words for one.

    Raises:
        ValueError: It is neither.
    """
    if isinstance(value, str):
        if value not in _WORDS:
            words = " or ".join(map(repr, _WORDS))
            raise ValueError(f"since must be a moment, or {words}, not {value!r}")
        return value
    moment: int = _check_moment(value)
    return moment


def to_settings(
    *,
    interval: float,
    max_interval: float | None,
    lag: float,
    lookback: float,
    once: bool,
) -> Settings:
    """Return the settings of a feed, from seconds.

    Raises:
        ValueError: One is invalid.
    """
    if not isinstance(once, bool):
        raise ValueError(f"once must be a bool, not {type(once).__name__}")
    usual = _milliseconds(interval, name="interval")
    most = usual if max_interval is None else _milliseconds(max_interval, name="max_interval")
    if most < usual:
        raise ValueError("max_interval must be at least as long as interval")
    return Settings(
        interval=usual,
        max_interval=most,
        lag=0 if lag == 0 and lag is not False else _milliseconds(lag, name="lag"),
        lookback=_milliseconds(lookback, name="lookback"),
        once=once,
    )


def _milliseconds(seconds: float, *, name: str) -> int:
    return max(1, round(to_seconds(seconds, name=name) * 1000))


_check_moment: Final = instant_checker("since")
