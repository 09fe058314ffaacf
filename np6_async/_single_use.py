"""Objects that can be awaited like a coroutine, and used once."""

import asyncio
import inspect
import sys
from abc import abstractmethod
from collections.abc import Callable, Coroutine, Generator
from typing import Any, TypeVar

__all__ = ["SingleUse", "mark_coroutine_function"]

T = TypeVar("T")


class SingleUse(Coroutine[Any, Any, T]):
    """A coroutine object that may have other uses too, such as iteration. It is used once.

    Because it is a `Coroutine`, `asyncio.create_task` and `asyncio.run` accept it.
    """

    def __init__(self) -> None:
        self._used = False
        self._coroutine: Coroutine[Any, Any, T] | None = None

    @abstractmethod
    def _result(self) -> Coroutine[Any, Any, T]:
        """Return the coroutine that awaiting it runs."""

    def _claim(self) -> None:
        if self._used:
            raise RuntimeError(f"this {type(self).__name__} was used already: make a new one")
        self._used = True

    def _begin(self) -> Coroutine[Any, Any, T]:
        if self._coroutine is None:
            self._claim()
            self._coroutine = self._result()
        return self._coroutine

    def __await__(self) -> Generator[Any, Any, T]:
        self._claim()
        return self._result().__await__()

    def send(self, value: Any, /) -> Any:
        """As for any coroutine; `asyncio.Task` calls it."""
        return self._begin().send(value)

    def throw(self, *error: Any) -> Any:
        """As for any coroutine; `asyncio.Task` calls it."""
        return self._begin().throw(*error)

    def close(self) -> None:
        """As for any coroutine: end it. It cannot be used after that."""
        self._used = True
        if self._coroutine is not None:
            self._coroutine.close()


def mark_coroutine_function(function: Callable[..., Any]) -> None:
    """Mark a function that returns a `SingleUse` as a coroutine function.

    `inspect` and `asyncio` then treat it like an ``async def``, and `unittest.mock` replaces it
    with an `AsyncMock`.
    """
    if sys.version_info >= (3, 12):
        inspect.markcoroutinefunction(function)
    else:
        vars(function)["_is_coroutine"] = vars(asyncio.coroutines)["_is_coroutine"]
