"""What time it is: on the server, if its responses tell, and on this machine."""

import asyncio
import time
from collections.abc import Callable, Mapping

from np6_async._policy import headers
from np6_async._policy.server_clock import ServerClock

from .errors import ClockSkewError
from .log import FeedLog

__all__ = ["ServerTime"]


class ServerTime:
    """The clocks of a feed. Moments are in milliseconds since the epoch.

    Args:
        log: Is told if responses have no ``Date``.
        wall_clock: Returns this machine's time in seconds since the epoch.
    """

    def __init__(self, log: FeedLog, wall_clock: Callable[[], float] = time.time) -> None:
        self._log = log
        self._wall_clock = wall_clock
        self._clock = ServerClock()
        self.was_asked = False
        """Whether there was a response, which may have told the server's time."""

    @property
    def is_known(self) -> bool:
        """Whether a response told the server's time."""
        return self._clock.is_known

    def now(self) -> int:
        """Return the server's time, the earliest that it can be; this machine's if unknown."""
        if not self.is_known:
            return self._local()
        return int(self._clock.now(asyncio.get_running_loop().time()) * 1000)

    def earlier(self) -> int:
        """Return the server's time, or this machine's if that is earlier."""
        return min(self.now(), self._local())

    def observe(self, response: Mapping[str, str], sent: float, received: float) -> int | None:
        """Use the headers of a response; return the server's time when it was made, if known.

        Args:
            response: The headers.
            sent: When the request was sent, by the event loop.
            received: When the headers had arrived.
        """
        self.was_asked = True
        date = headers.date(response)
        if date is None:
            self._log.no_date()
            return None
        self._clock.observe(sent=sent, received=received, date=date.timestamp())
        return int(date.timestamp() * 1000)

    def check(self, lookback: int) -> None:
        """Check that the clocks differ by no more than the look-back.

        Raises:
            ClockSkewError: They differ by more.
        """
        skew = self.now() - self._local()
        if abs(skew) > lookback:
            raise ClockSkewError(
                f"the clock of this machine is {abs(skew) // 1000} s "
                f"{'behind' if skew > 0 else 'ahead of'} the server's, more than the look-back of "
                f"{lookback // 1000} s: set it, for example by NTP"
            )

    def _local(self) -> int:
        return int(self._wall_clock() * 1000)
