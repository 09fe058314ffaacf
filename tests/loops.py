"""The event loop that the tests run on: asyncio's own, or the one that NP6_LOOP names.

`make matrix` sets it: "eager" is asyncio's loop with eager tasks, which Python has from 3.12 on.
"""

import asyncio
import importlib
import os
import sys
import warnings
from collections.abc import Callable
from typing import Any, Final

__all__ = ["LOOP", "use_named_loop"]

LOOP: Final = os.environ.get("NP6_LOOP")

_POLICIES: Final[dict[str, Callable[[], Any]]] = {
    "uvloop": lambda: importlib.import_module("uvloop").EventLoopPolicy(),
}

if sys.version_info >= (3, 12):

    class _Eager(asyncio.DefaultEventLoopPolicy):
        """Makes loops that start a task at once, and not in their next turn."""

        def new_event_loop(self) -> asyncio.AbstractEventLoop:
            loop = super().new_event_loop()
            loop.set_task_factory(asyncio.eager_task_factory)
            return loop

    _POLICIES["eager"] = _Eager


def use_named_loop() -> None:
    """Make every loop one of the kind that `LOOP` names, also that of `asyncio.run`."""
    if LOOP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of policies, from 3.14 on
            asyncio.set_event_loop_policy(_POLICIES[LOOP]())
