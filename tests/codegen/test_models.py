"""The generated models: their properties, and which values do not match."""

import ast
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import attrs
import msgspec
import pytest

from np6_async._decode.decoder import MODELS
from np6_async._generated import models
from np6_async._generated.examples import EXAMPLES
from np6_async._generated.kinds import API_KEY_HEADER, BASE_URL, OPERATIONS, EventKind

GENERATED = Path(models.__file__).parent
SAMPLES = Path(__file__).parents[1] / "samples"
CLASSES = [value for name in models.__all__ if attrs.has(value := getattr(models, name))]
EVENT = {
    "id": "6b1f0a52-6f0e-4c57-9d0b-5a3c1c8e7f01",
    "timestamp": 1614089582000,
    "identity": {"type": "customer"},
    "source": {"type": "notification"},
}


def decode(**changes: object) -> models.ExecutionEvent:
    return msgspec.json.decode(json.dumps(EVENT | changes), type=models.ExecutionEvent)


def anything(cls: type[Any]) -> Any:
    return cls(**{field.name: None for field in attrs.fields(cls)})


@pytest.mark.parametrize("cls", CLASSES)
def test_a_model_is_frozen_slotted_and_keyword_only(cls: type[Any]) -> None:
    value = anything(cls)
    name = attrs.fields(cls)[0].name
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(value, name, 1)
    assert not hasattr(value, "__dict__")
    assert all(field.kw_only for field in attrs.fields(cls))


@pytest.mark.parametrize("cls", CLASSES)
def test_a_model_is_compared_by_value_and_not_hashable(cls: type[Any]) -> None:
    assert anything(cls) == anything(cls)
    with pytest.raises(TypeError, match="unhashable"):
        hash(anything(cls))


@pytest.mark.parametrize("cls", CLASSES)
def test_every_member_of_a_model_is_documented(cls: type[Any]) -> None:
    documentation = cls.__doc__ or ""
    assert "Not described" not in documentation
    assert all(f"    {field.name}: " in documentation for field in attrs.fields(cls))


def test_the_union_holds_every_event() -> None:
    assert set(get_args(models.Event)) == {model for found in MODELS.values() for model in found}


def test_exports_are_sorted_and_complete() -> None:
    assert models.__all__ == sorted(models.__all__)
    defined = {name for name, value in vars(models).items() if attrs.has(value)}
    assert defined | {"Event"} == set(models.__all__)


@pytest.mark.parametrize("name", ["models", "kinds", "examples"])
def test_values_import_nothing_of_the_client(name: str) -> None:
    tree = ast.parse((GENERATED / f"{name}.py").read_text("utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert [node.module for node in imports if node.level and node.module != "kinds"] == []
    assert [node.module for node in imports if (node.module or "").startswith("np6_async")] == []


@pytest.mark.parametrize("kind", EventKind)
def test_every_example_and_sample_decodes(kind: EventKind) -> None:
    recorded = [json.loads(path.read_text("utf-8")) for path in SAMPLES.glob(f"{kind}.json")]
    for event in (*EXAMPLES[kind], *(event for events in recorded for event in events)):
        value = msgspec.json.decode(json.dumps(event), type=MODELS[kind][0])
        assert value.id == UUID(event["id"])
        assert value.type == OPERATIONS[kind].event_type


def test_a_missing_member_and_a_null_are_none() -> None:
    event = decode(source={"type": "notification", "detail": {"execution": {"id": None}}})
    assert event.source.detail is not None
    assert event.source.detail.execution == models.Execution(id=None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0013KDC8", "0013KDC8"),
        (["a", "b"], ["a", "b"]),
        ({"type": "id", "value": "7"}, models.Recipient(type="id", value="7")),
        (None, None),
    ],
)
def test_a_recipient_accepts_every_form(value: object, expected: object) -> None:
    recipient = msgspec.json.decode(json.dumps({"value": value}), type=models.Recipient)
    assert recipient == models.Recipient(value=expected)  # type: ignore[arg-type]


@pytest.mark.parametrize("limit", [2**63 - 1, -(2**63)])
def test_an_int64_may_have_its_limits(limit: int) -> None:
    assert decode(timestamp=limit).timestamp == limit


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 2**64, "5", 5.0, True, None])
def test_a_value_that_is_no_int64_does_not_match(value: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(timestamp=value)


def test_an_int64_in_a_union_has_a_range() -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(source={"type": "n", "detail": {"execution": {"id": 2**63}}})


@pytest.mark.parametrize(
    "change", [{"type": "bounce"}, {"type": None}, {"id": "6"}, {"source": {}}]
)
def test_an_event_of_another_shape_does_not_match(change: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(**change)


@pytest.mark.parametrize(
    "milliseconds", [0, 1, -1, 1614089582001, -62135596800000, 253402300799999]
)
def test_the_publication_time_is_exact_and_aware(milliseconds: int) -> None:
    published_at = decode(timestamp=milliseconds).published_at
    assert published_at.tzinfo is UTC
    elapsed = published_at - datetime(1970, 1, 1, tzinfo=UTC)
    assert elapsed == timedelta(milliseconds=milliseconds)
    assert elapsed // timedelta(milliseconds=1) == milliseconds


@pytest.mark.parametrize("milliseconds", [253402300800000, -62135596800001, 2**63 - 1, -(2**63)])
def test_a_publication_time_outside_the_range_of_a_datetime_overflows(milliseconds: int) -> None:
    event = decode(timestamp=milliseconds)
    with pytest.raises(OverflowError):
        _ = event.published_at


def test_the_kinds_are_the_operations_of_the_spec(whole_spec: dict[str, Any]) -> None:
    paths = [operation.path.replace("{}", "{id}") for operation in OPERATIONS.values()]
    assert paths == list(whole_spec["paths"])
    assert list(OPERATIONS) == list(EventKind) == list(EXAMPLES)
    assert EventKind("bounces") is EventKind.BOUNCES
    assert OPERATIONS[EventKind.BOUNCES].event_type == "bounce"


def test_the_service_is_the_one_of_the_spec(whole_spec: dict[str, Any]) -> None:
    assert whole_spec["servers"][0]["url"] == BASE_URL
    assert whole_spec["components"]["securitySchemes"]["ApiKey"]["name"] == API_KEY_HEADER


@pytest.mark.parametrize("table", [OPERATIONS, EXAMPLES])
def test_the_tables_cannot_be_changed(table: Any) -> None:
    with pytest.raises(TypeError):
        table[EventKind.BOUNCES] = None


@pytest.mark.parametrize("kind", EventKind)
def test_the_examples_are_those_of_the_spec(kind: EventKind, whole_spec: dict[str, Any]) -> None:
    content = whole_spec["paths"][OPERATIONS[kind].path.replace("{}", "{id}")]["get"]["responses"][
        "200"
    ]["content"]
    shown = content["application/json"]["examples"].values()
    assert list(EXAMPLES[kind]) == [event for example in shown for event in example["value"]]
