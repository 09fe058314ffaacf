"""The generated endpoint methods: their queries and their documentation."""

import inspect
from typing import Any

import pytest

from np6_async import EventQuery
from np6_async._decode.decoder import MODELS
from np6_async._endpoints import Endpoints
from np6_async._generated.kinds import OPERATIONS, EventKind


class Recorder(Endpoints):
    """Returns the query and the model instead of a stream."""

    def _stream(self, query: EventQuery, *models: type[Any]) -> Any:
        return query, models


@pytest.mark.parametrize("kind", EventKind)
def test_a_method_queries_its_kind_in_its_window(kind: EventKind) -> None:
    query, models = getattr(Recorder(), kind)(156, start=10**12, end=10**12 + 5, sort="asc")
    assert query == EventQuery(
        kind=kind, notification_id=156, start=10**12, end=10**12 + 5, sort="asc"
    )
    assert models == MODELS[kind]
    general: Any = Recorder().events(kind, 156, start=10**12, end=10**12 + 5, sort="asc")
    assert general == (query, models)


@pytest.mark.parametrize("kind", EventKind)
def test_a_method_checks_its_arguments_at_the_call(kind: EventKind) -> None:
    with pytest.raises(ValueError, match="notification_id"):
        getattr(Recorder(), kind)(-1)


@pytest.mark.parametrize("kind", EventKind)
def test_a_method_is_documented_from_the_spec(kind: EventKind, whole_spec: dict[str, Any]) -> None:
    method = getattr(Endpoints, kind)
    documentation = " ".join((inspect.getdoc(method) or "").split())
    operation = whole_spec["paths"][OPERATIONS[kind].path.replace("{}", "{id}")]["get"]
    described = [
        parameter["description"] for parameter in whole_spec["components"]["parameters"].values()
    ]
    for text in (operation["summary"], operation["description"], *described):
        assert text in documentation
    names = list(inspect.signature(method).parameters)
    assert names == ["self", "notification_id", "start", "end", "sort"]


def test_the_methods_need_a_client() -> None:
    with pytest.raises(TypeError, match="abstract"):
        Endpoints()  # type: ignore[abstract]
