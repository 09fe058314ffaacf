"""What is odd about an answer and yet no error."""

from typing import Any

import msgspec
import pytest

from np6_async import converter
from np6_async._decode.decoder import MODELS
from np6_async._engine.anomalies import owner_of

from .strategies import EVENTS


@pytest.mark.parametrize(("kind", "example"), EVENTS)
def test_N17_an_event_says_which_notification_it_belongs_to(kind: Any, example: Any) -> None:
    loaded = converter.loads(msgspec.json.encode(example), MODELS[kind][0])
    detail = example["source"].get("detail", {})
    stated = [member["id"] for member in detail.values() if "id" in member]
    assert owner_of(loaded, int) == next((id for id in stated if isinstance(id, int)), None)


@pytest.mark.parametrize("element", [b"{}", None, "text"])
def test_N17_what_is_no_event_belongs_to_none(element: object) -> None:
    assert owner_of(element, int) is None
