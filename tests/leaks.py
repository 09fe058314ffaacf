"""What a test must not leave behind: tasks, sockets, errors that nobody heard of, and the key."""

import asyncio
import gc
import logging
import os
import pickle
import socket
import stat
import traceback
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import CoroutineType, FunctionType, GeneratorType, ModuleType, TracebackType
from typing import Self

from np6_async.errors import NP6Error

__all__ = ["Log", "NothingLeft", "led_to", "paths_to", "places"]

_SHOWN = {"np6_async", "aiohttp"}  # whose local variables must not hold the key


class NothingLeft:
    """What is there before a test, to compare with what is there after it."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._sockets = _open_sockets()
        self._unheard: list[str] = []
        self._loop.set_exception_handler(
            lambda _, context: self._unheard.append(f"{context['message']}: {context!r}")
        )

    async def check(self) -> None:
        """Fail if something is left."""
        assert await self.left() == []

    async def left(self) -> list[str]:
        """Return what is left, once all that is closing had a moment to do so."""
        gc.collect()
        for _ in range(500):
            if not self._tasks() and not self._left_open():
                break
            await asyncio.sleep(0.002)
        return [
            *map(repr, self._tasks()),
            *(f"socket {descriptor}" for descriptor, _ in self._left_open()),
            *self._unheard,
        ]

    def _tasks(self) -> set["asyncio.Task[object]"]:
        return asyncio.all_tasks() - {asyncio.current_task()}

    def _left_open(self) -> set[tuple[int, int]]:
        return _open_sockets() - self._sockets


class Log(logging.Handler):
    """Everything that is logged while its block is run: as text, and what the records hold."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self._told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """As for any handler."""
        self._told += [self.format(record), repr(vars(record))]

    def __enter__(self) -> Self:
        logging.getLogger().addHandler(self)
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        logging.getLogger().removeHandler(self)

    def shows(self, secret: str) -> bool:
        """Whether any record holds the secret."""
        return any(secret in text for text in self._told)


def _open_sockets() -> set[tuple[int, int]]:
    """Return the descriptor and inode of each, but for the pairs that loops keep to themselves."""
    found = set()
    for descriptor in (int(entry.name) for entry in Path("/dev/fd").iterdir()):
        try:
            status = os.fstat(descriptor)
        except OSError:  # the one that listed them
            continue
        if stat.S_ISSOCK(status.st_mode):
            with socket.socket(fileno=os.dup(descriptor)) as same:
                if same.family != socket.AF_UNIX:
                    found.add((descriptor, status.st_ino))
    return found


def places(secret: str, error: BaseException) -> list[str]:
    """Return every place in which an error, or one that it leads to, shows half of the secret."""
    middle = len(secret) // 2
    return [
        f"{where} of {type(each).__name__}"
        for each in _family(error)
        for where, text in _texts(each)
        if secret[:middle] in text or secret[middle:] in text
    ]


def _family(error: BaseException | None) -> Iterator[BaseException]:
    if error is not None:
        yield error
        yield from _family(error.__cause__)
        yield from _family(error.__context__)
        if isinstance(error, BaseExceptionGroup):
            for each in error.exceptions:
                yield from _family(each)


def _texts(error: BaseException) -> Iterator[tuple[str, str]]:
    yield "str", str(error)
    yield "repr", repr(error)
    yield "args", repr(error.args)
    yield "vars", repr(vars(error))  # notes among them
    yield "traceback", "".join(traceback.format_exception(error))
    if isinstance(error, NP6Error):
        yield "pickle", repr(pickle.dumps(error))
    yield from _locals(error.__traceback__)


def _locals(trace: TracebackType | None) -> Iterator[tuple[str, str]]:
    for frame, _ in traceback.walk_tb(trace):
        if frame.f_globals["__name__"].partition(".")[0] in _SHOWN:
            for name, value in frame.f_locals.items():
                yield f"{frame.f_code.co_qualname}'s {name!r}", _shown(value)


def _shown(value: object) -> str:
    try:
        return repr(value)
    except AttributeError:  # its constructor failed
        return ""


# Error reports, such as those of sentry-sdk, walk over what local variables lead to. Closures,
# coroutines and generators are out of their reach.

_OPAQUE = (type, ModuleType, FunctionType, CoroutineType, GeneratorType, int, float)
_SHARED = (asyncio.AbstractEventLoop,)  # it leads to the server of the test as well


def paths_to(secrets: Iterable[str], start: Mapping[str, object]) -> list[str]:
    """Return how attributes, members and elements lead from local variables to a text."""
    found, seen, left = [], set(), list(start.items())
    while left:
        path, value = left.pop()
        if isinstance(value, str | bytes | bytearray):
            text = value if isinstance(value, str) else value.decode("latin-1")
            found += [path for secret in secrets if secret in text]
        elif id(value) not in seen and not isinstance(value, _OPAQUE + _SHARED):
            seen.add(id(value))
            left += [(f"{path}{step}", each) for step, each in _members(value)]
    return found


def _members(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        for key, each in [*value.items()]:
            yield ".key", key
            yield f"[{key!r:.40}]", each
    elif isinstance(value, list | tuple | set | frozenset | deque):
        for number, each in enumerate([*value]):
            yield f"[{number}]", each
    if isinstance(value, partial):
        yield from ((f".{name}", getattr(value, name)) for name in ("func", "args", "keywords"))
    yield ".__self__", getattr(value, "__self__", None)  # of a bound method
    yield from ((f".{name}", each) for name, each in [*getattr(value, "__dict__", {}).items()])
    for cls in type(value).__mro__:
        slots = getattr(cls, "__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            yield f".{name}", getattr(value, name, None)


def led_to(secrets: Iterable[str], error: BaseException, *, room: str = "np6_async") -> list[str]:
    """Return how the frames of a room that an error came through lead to a text."""
    return [
        f"{frame.f_code.co_qualname}: {path}"
        for frame, _ in traceback.walk_tb(error.__traceback__)
        if frame.f_globals["__name__"].startswith(room)
        for path in paths_to(secrets, frame.f_locals)
    ]
