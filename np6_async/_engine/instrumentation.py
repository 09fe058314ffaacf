"""Calls the listeners of a client: its statistics, its log, and the user's hooks."""

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from typing import Any, Concatenate, Final, ParamSpec

from np6_async.hooks import Hook, QueryRun
from np6_async.models import UnknownEvent

from .log import QueryLog
from .stats import Counters

__all__ = ["METHODS", "Instrumentation", "check_hooks"]

P = ParamSpec("P")

METHODS: Final = tuple(name for name in vars(Hook) if not name.startswith("_"))
"""The names of the methods that a hook may have."""

_printable_type: Final = re.compile(r"[\w.:-]{1,64}", re.ASCII).fullmatch


def check_hooks(hooks: Iterable[Hook]) -> tuple[Hook, ...]:
    """Return the hooks as a tuple.

    Raises:
        ValueError: They are not a list of hooks, or one of them cannot be called.
    """
    if not isinstance(hooks, Iterable):
        raise ValueError(f"hooks must be a list of hooks, not {type(hooks).__name__}")
    checked = tuple(hooks)
    for hook in checked:
        _check_hook(hook)
    return checked


def _check_hook(hook: Hook) -> None:
    name = type(hook).__name__
    if isinstance(hook, type):
        raise ValueError(f"hooks must hold instances: pass {hook.__name__}(), not the class")
    methods = {each: getattr(hook, each) for each in METHODS if _listens(hook, each)}
    if not methods and Hook not in type(hook).__mro__:
        raise ValueError(f"hook {name} has no method of np6_async.hooks.Hook: subclass that")
    for each, method in methods.items():
        if not callable(method):
            raise ValueError(f"hook {name}: {each} must be a method, not {type(method).__name__}")
        if inspect.isgeneratorfunction(method):
            raise ValueError(f"hook {name}: {each} has a `yield`, so a call would do nothing")
        if inspect.iscoroutinefunction(method) or inspect.isasyncgenfunction(method):
            raise ValueError(
                f"hook {name}: {each} is `async`, but hooks are called and not awaited; "
                "put the work into a queue and let a task of your own await it"
            )


def _listens(hook: Hook, name: str) -> bool:
    """Whether a hook has a method of its own by that name; a subclass need not override all."""
    found = getattr(type(hook), name, None) or getattr(hook, name, None)
    return found is not None and found is not getattr(Hook, name)


class Instrumentation:
    """The methods of `Hook`, each of which calls that method of every listener.

    A method that has one listener is that listener's own, so that it costs nothing on top.

    Args:
        counters: The client's statistics.
        log: The client's log.
        hooks: The user's hooks.
        scrub: Takes the key out of what the server sent.
    """

    def __init__(
        self,
        counters: Counters,
        log: QueryLog,
        hooks: Sequence[Hook] = (),
        *,
        scrub: Callable[[str], str] = str,
    ) -> None:
        self.has_users: Final = bool(hooks)
        """Whether the user has hooks. Only these need to know that a query starts or succeeds, or
        that an attempt ends."""
        self._own: Final = (counters, log)
        self._log = log
        self._hooks = hooks
        self._scrub = scrub
        self.query_started = self._all(Hook.query_started)
        self.query_finished = self._all(Hook.query_finished)
        self.query_failed = self._all(Hook.query_failed)
        self.query_abandoned = self._all(Hook.query_abandoned)
        self.attempt_started = self._all(Hook.attempt_started)
        self.attempt_finished = self._all(Hook.attempt_finished)
        self.request_resent = self._all(Hook.request_resent)
        self.retry_scheduled = self._all(Hook.retry_scheduled)
        self.throttled = self._all(Hook.throttled)
        self.resumed = self._all(Hook.resumed)
        self.batch_decoded = self._all(Hook.batch_decoded)
        self.body_received = self._all(Hook.body_received)
        self.anomaly = self._all(Hook.anomaly)
        self._unknown_event = self._all(Hook.unknown_event)

    def unknown_event(self, run: QueryRun, event: UnknownEvent) -> None:
        """Report an event that fits no model; its type only if that is a plain name."""
        type_ = self._scrub(event.type or "")
        is_name = _printable_type(type_) is not None
        self._unknown_event(run, type=type_ if is_name else None, reason=event.reason)

    def _all(self, method: Callable[Concatenate[Any, P], None]) -> Callable[P, None]:
        """Return a function that calls this method of every listener that has it."""
        name = method.__name__
        calls: list[Callable[P, None]] = [
            getattr(each, name) for each in self._own if _listens(each, name)
        ]
        calls += [_guarded(each, name, self._log) for each in self._hooks if _listens(each, name)]
        does_nothing: Callable[P, None] = getattr(self._log, name)  # as `Hook` has it
        return reduce(_both, calls) if calls else does_nothing


def _both(first: Callable[P, None], second: Callable[P, None]) -> Callable[P, None]:
    """Return a function that calls two others, the second one whatever the first one raises."""

    def call_both(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            first(*args, **kwargs)
        finally:
            second(*args, **kwargs)

    return call_both


def _guarded(hook: Hook, name: str, log: QueryLog) -> Callable[..., None]:
    """Return a method of a user's hook whose exceptions are logged once and go no further."""
    call = getattr(hook, name)

    def guarded(*args: object, **kwargs: object) -> None:
        in_flight = sys.exception()
        try:
            call(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - whatever it raises, the query goes on
            _forget(in_flight, error)
            log.hook_failed(hook, name, error)

    return guarded


def _forget(in_flight: BaseException | None, error: BaseException | None) -> None:
    """Cut the error of a query, during which a hook was called, off the hook's own error.

    Python makes it the context, and what logs the hook's error would log what the API said, too.
    """
    while error is not None:
        if error.__context__ is in_flight:
            error.__context__ = None
        error = error.__context__
