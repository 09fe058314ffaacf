"""A session of the caller's own: what cannot work with it is refused, with the reason."""

import asyncio
from typing import Final

import aiohttp

from .session import Session

__all__ = ["CallersSession"]

_CLOSED: Final = (
    "the session passed to NP6Client is closed: keep it open for as long as the client is used, "
    "or pass none"
)


class CallersSession:
    """Checks a caller's session when it is passed, and again before each request.

    Args:
        session: The session.
        concurrency: How many requests the client may have under way at once.

    Raises:
        ValueError: It is no session, is closed, or has too few connections.
    """

    def __init__(self, session: Session, *, concurrency: int) -> None:
        if not isinstance(session, aiohttp.ClientSession):
            raise ValueError(
                f"session must be an aiohttp.ClientSession, not {type(session).__name__}"
            )
        connector = session.connector
        if session.closed or connector is None:
            raise ValueError("session is closed: pass an open one")
        for name in ("limit", "limit_per_host"):
            limit = getattr(connector, name)
            if 0 < limit < concurrency:  # waiting in aiohttp's queue would count as connecting
                raise ValueError(
                    f"session has a connector with {name}={limit}, which is less than "
                    f"concurrency={concurrency}: pass {name}=0 to the connector (no limit), "
                    "or lower concurrency"
                )
        self._session = session

    def get(self) -> Session:
        """Return the session, for one request.

        Raises:
            RuntimeError: It is closed, or belongs to another event loop.
        """
        if self._session.closed:
            raise RuntimeError(_CLOSED)
        loop = asyncio.get_running_loop()
        if getattr(self._session, "_loop", loop) is not loop:  # aiohttp has no public way to ask
            raise RuntimeError(
                "the session passed to NP6Client belongs to another event loop: make both in the "
                "loop that they are used in"
            )
        return self._session

    def cancellation(self) -> RuntimeError | None:
        """Return the error for a cancellation that was caused by closing the session.

        aiohttp cancels requests that wait for a connection when the session is closed. A task group
        would ignore that, as if the caller had cancelled the task.
        """
        task = asyncio.current_task()
        is_asked_for = task is not None and task.cancelling() > 0
        return RuntimeError(_CLOSED) if self._session.closed and not is_asked_for else None
