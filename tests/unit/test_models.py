"""The models' public face, and the event that has no model."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from uuid import UUID

import attrs
import pytest
from attrs.exceptions import FrozenInstanceError
from hypothesis import given
from hypothesis import strategies as st

from np6_async import Event, UnknownEvent, models
from np6_async._generated import models as generated
from np6_async._generated.kinds import OPERATIONS

from .strategies import instances
from .support import duplicates

ID = UUID("6b1f0a52-6f0e-4c57-9d0b-5a3c1c8e7f01")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CLASSES = [model for name in models.__all__ if attrs.has(model := getattr(models, name))]


def unknown(**changes: Any) -> UnknownEvent:
    whole = {"type": "delivery", "id": ID, "timestamp": 5, "reason": "$.type: new", "raw": b"{}"}
    return UnknownEvent(**{**whole, **changes})


def test_every_generated_model_is_public_beside_the_unknown_event() -> None:
    assert set(models.__all__) == {"UnknownEvent", *generated.__all__}
    assert [name for name in models.__all__ if not hasattr(models, name)] == []


def test_events_are_every_kind_but_the_unknown_one() -> None:
    types = [attrs.fields(model).type.default for model in get_args(Event)]
    assert types == [operation.event_type for operation in OPERATIONS.values()]


def test_an_unknown_event_holds_what_it_is_given() -> None:
    assert attrs.asdict(unknown()) == {
        "type": "delivery",
        "id": ID,
        "timestamp": 5,
        "reason": "$.type: new",
        "raw": b"{}",
    }


def test_S14_an_unknown_event_does_not_show_its_json() -> None:
    assert "s3cr3t" not in f"{unknown(raw=b's3cr3t')} {unknown(raw=b's3cr3t')!r}"


def test_an_unknown_event_is_compared_by_value() -> None:
    assert unknown() == unknown()
    assert all(unknown() != unknown(**{name: None}) for name in attrs.fields_dict(UnknownEvent))


@given(st.sampled_from(CLASSES).flatmap(instances))
def test_models_are_frozen_values_that_pickle_and_copy(value: Any) -> None:
    assert duplicates(value) == [value] * 3
    assert not hasattr(value, "__dict__")
    with pytest.raises(FrozenInstanceError):
        setattr(value, attrs.fields(type(value))[0].name, None)
    with pytest.raises(TypeError, match="unhashable"):
        hash(value)


@pytest.mark.parametrize("model", CLASSES)
def test_models_are_made_of_keywords_only(model: Any) -> None:
    with pytest.raises(TypeError, match="positional argument"):
        model(None)


@given(st.integers(-62_135_596_800_000, 253_402_300_799_999))
def test_the_moment_of_publication_is_the_timestamp_exactly(timestamp: int) -> None:
    moment = unknown(timestamp=timestamp).published_at
    assert moment is not None
    assert moment.tzinfo is UTC
    assert (moment - EPOCH) // timedelta(milliseconds=1) == timestamp
    assert moment.microsecond % 1000 == 0


def test_without_a_timestamp_there_is_no_moment_of_publication() -> None:
    assert unknown(timestamp=None).published_at is None


@pytest.mark.parametrize(
    "timestamp", [253_402_300_800_000, -62_135_596_800_001, 2**63 - 1, -(2**63)]
)
def test_V12_a_moment_no_datetime_can_hold_overflows(timestamp: int) -> None:
    event = unknown(timestamp=timestamp)
    assert event.timestamp == timestamp
    with pytest.raises(OverflowError):
        _ = event.published_at
