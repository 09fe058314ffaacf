"""The errors: one tree, and values that survive every journey."""

import inspect
from typing import Any, get_args

import pytest

from np6_async import EventQuery, errors
from np6_async.errors import ErrorContext, NP6Error

from .support import duplicates

# The contract's tree: each class and what it is, from near to far.
TREE: dict[str, tuple[type[Exception], ...]] = {
    "NP6Error": (Exception,),
    "TransportError": (errors.NP6Error,),
    "ConnectError": (errors.TransportError,),
    "RequestTimeoutError": (errors.TransportError, TimeoutError),
    "StreamInterruptedError": (errors.TransportError,),
    "ProtocolError": (errors.TransportError,),
    "StatusError": (errors.NP6Error,),
    "BadRequestError": (errors.StatusError,),
    "AuthenticationError": (errors.StatusError,),
    "PermissionDeniedError": (errors.StatusError,),
    "NotFoundError": (errors.StatusError,),
    "ConflictError": (errors.StatusError,),
    "RateLimitedError": (errors.StatusError,),
    "ServerError": (errors.StatusError,),
    "RedirectError": (errors.StatusError,),
    "ResponseError": (errors.NP6Error,),
    "EventDecodeError": (errors.ResponseError,),
    "DeadlineExceededError": (errors.NP6Error, TimeoutError),
    "ClientClosedError": (RuntimeError,),
}
CLASSES = [
    error
    for _, error in inspect.getmembers(errors, inspect.isclass)
    if issubclass(error, Exception)
]
OURS = [error for error in CLASSES if issubclass(error, NP6Error)]

# A value for every attribute, unlike its default.
CONTEXT: ErrorContext = {
    "query": EventQuery(kind="bounces", notification_id=156, start=0, sort="asc"),
    "status": 429,
    "request_id": "req-1",
    "detail": "slow down",
    "retry_after": 1.5,
    "attempts": 4,
    "elapsed": 2.25,
    "events_yielded": 1000,
    "stopped_by": "deadline",
    "path": "$.timestamp",
    "permanent": True,
    "phase": "body",
}


def facts(error: NP6Error) -> dict[str, object]:
    return {name: getattr(error, name) for name in CONTEXT}


def test_the_tree_is_the_one_of_the_contract() -> None:
    assert {error.__name__: error.__bases__ for error in CLASSES} == TREE


def test_every_error_is_public_and_listed_in_order() -> None:
    assert errors.__all__ == sorted([*TREE, "Phase"])


def test_the_phases_are_a_documented_closed_set() -> None:
    source = inspect.getsource(errors)
    assert get_args(errors.Phase) == ("backoff", "slot", "connect", "response", "body", "fan_out")
    for phase in get_args(errors.Phase):
        assert f"- ``{phase}``: " in source


def test_the_documented_tree_names_every_error() -> None:
    documentation = inspect.getdoc(errors) or ""
    assert [name for name in TREE if name not in documentation] == []


@pytest.mark.parametrize("error", [errors.RequestTimeoutError, errors.DeadlineExceededError])
def test_time_that_was_up_is_a_timeout_error_too(error: type[NP6Error]) -> None:
    with pytest.raises(TimeoutError):
        raise error("late", **CONTEXT)


def test_misuse_is_no_failure_of_the_api() -> None:
    assert not issubclass(errors.ClientClosedError, NP6Error)


def test_a_closed_client_s_error_survives_pickle_and_copies() -> None:
    assert [repr(one) for one in duplicates(errors.ClientClosedError("closed"))] == [
        "ClientClosedError('closed')"
    ] * 3


@pytest.mark.parametrize("error", OURS)
def test_an_error_keeps_every_attribute_through_pickle_and_copies(error: type[NP6Error]) -> None:
    original = error("it failed", **CONTEXT)
    original.add_note("seen on Monday")
    for one in duplicates(original):
        assert type(one) is error
        assert facts(one) == facts(original) == CONTEXT
        assert one.__notes__ == ["seen on Monday"]
        assert (one.args, str(one), repr(one)) == (("it failed",), str(original), repr(original))


@pytest.mark.parametrize("error", OURS)
def test_what_is_set_later_is_kept_as_well(error: type[NP6Error]) -> None:
    original = error("it failed")
    for name, value in CONTEXT.items():
        setattr(original, name, value)
    assert [facts(one) for one in duplicates(original)] == [CONTEXT] * 3


@pytest.mark.parametrize("error", OURS)
def test_an_error_knows_nothing_until_it_is_told(error: type[NP6Error]) -> None:
    original = error("it failed")
    assert facts(original) == {
        **dict.fromkeys(CONTEXT),
        "attempts": 0,
        "events_yielded": 0,
        "permanent": False,
    }
    assert [vars(one) for one in duplicates(original)] == [vars(original)] * 3


@pytest.mark.parametrize("error", OURS)
def test_the_message_is_the_only_positional_argument(error: type[NP6Error]) -> None:
    unchecked: Any = error
    with pytest.raises(TypeError):
        unchecked()
    with pytest.raises(TypeError):
        unchecked("it failed", CONTEXT.get("query"))


@pytest.mark.parametrize("error", OURS)
def test_an_unknown_keyword_is_refused(error: type[NP6Error]) -> None:
    unchecked: Any = error
    with pytest.raises(TypeError, match="unexpected keyword arguments: key, session"):
        unchecked("it failed", session=1, key=2, status=3)


def test_every_attribute_is_an_argument_and_documented() -> None:
    documentation = inspect.getdoc(NP6Error) or ""
    for name in ErrorContext.__annotations__:
        assert f"    {name}: " in documentation
        assert hasattr(NP6Error, name)
    assert ErrorContext.__annotations__.keys() == CONTEXT.keys()


def test_the_text_says_what_happened_to_which_query_and_what_else_is_known() -> None:
    assert str(NP6Error("it failed", **CONTEXT)) == (
        "bounces of notification 156 (start=1970-01-01T00:00:00.000Z, sort=asc): it failed "
        "[at $.timestamp; the API said: slow down; request id req-1; 4 attempts; "
        "1000 events had arrived; no retry: too little time was left]"
    )


@pytest.mark.parametrize(
    ("context", "text"),
    [
        ({}, "it failed"),
        ({"attempts": 1, "status": 404, "detail": None}, "it failed"),
        ({"attempts": 2}, "it failed [2 attempts]"),
        ({"events_yielded": 1}, "it failed [1 events had arrived]"),
        ({"request_id": "req-1"}, "it failed [request id req-1]"),
        ({"query": CONTEXT["query"]}, f"{CONTEXT['query']}: it failed"),
        ({"detail": "x" * 300}, f"it failed [the API said: {'x' * 200}]"),
    ],
)
def test_the_text_leaves_out_what_is_not_known(context: ErrorContext, text: str) -> None:
    assert str(NP6Error("it failed", **context)) == text
