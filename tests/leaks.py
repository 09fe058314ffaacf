"""What a test must not leave behind: tasks, sockets, errors that nobody heard of, and the key."""

import asyncio
import gc
import logging
import os
import pickle
import socket
import stat
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from np6_async.errors import NP6Error

__all__ = ["Log", "NothingLeft", "places"]

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
