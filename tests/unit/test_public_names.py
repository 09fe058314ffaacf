"""What `import np6_async` gives: the names of the contract, and no others."""

from types import ModuleType

import pytest

import np6_async

NAMES = [
    "Batch",
    "BounceEvent",
    "CancellationEvent",
    "Event",
    "EventKind",
    "EventQuery",
    "EventStream",
    "ExecutionEvent",
    "FanOut",
    "FanOutResult",
    "NP6Client",
    "RetryPolicy",
    "Stats",
    "Timeouts",
    "UnknownEvent",
    "__version__",
    "converter",
    "errors",
    "hooks",
]


def test_the_public_names_are_those_of_the_contract_in_order() -> None:
    assert np6_async.__all__ == NAMES == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(np6_async, name) is not None


def test_what_is_there_without_an_underscore_is_public() -> None:
    values = {name: value for name, value in vars(np6_async).items() if name[0] != "_"}
    others = [name for name, value in values.items() if name not in NAMES]
    assert [name for name in others if not isinstance(values[name], ModuleType)] == []


def test_a_star_import_gives_the_public_names() -> None:
    namespace: dict[str, object] = {}
    exec("from np6_async import *", namespace)  # noqa: S102 - a constant
    assert sorted(namespace.keys() - {"__builtins__"}) == NAMES
