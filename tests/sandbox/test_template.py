"""How an example event is filled in."""

import json
import re
from random import Random
from typing import Any
from uuid import UUID

import pytest

from np6_async.sandbox._template import Own, Template

DETAIL = {
    "id": 156,
    "at": 1614089582500,
    "recipient": "device-token-1",
    "hash": "0441619ab4631d18548aa8835dd2c28b",
    "value": ["reader-4@example.com", "FR", {"value": '7"\\'}],
    "code": {"enhanced": "5.1.1"},
    "badge": 1,
    "ratio": 0.5,
    "set": None,
    "silent": True,
}
EXAMPLE: dict[str, Any] = {
    "id": "6b1f0a52-6f0e-4c57-9d0b-5a3c1c8e7f01",
    "timestamp": 1614089582000,
    "identity": {"customer": "028", "agency": "DEMO4"},
    "detail": DETAIL,
}


def filled(seed: int, timestamp: int = 1740830400000) -> dict[str, Any]:
    """Return the example, filled in."""
    event = json.loads(Template(EXAMPLE).fill(Own(77, timestamp, Random(seed))))
    assert isinstance(event, dict)
    return event


def test_ids_names_and_hashes_are_new_and_keep_their_form() -> None:
    event = filled(1)
    detail = event["detail"]

    assert str(UUID(event["id"])) == event["id"] != EXAMPLE["id"]
    assert UUID(event["id"]).version == 4
    assert re.fullmatch(r"[0-9]{3}", event["identity"]["customer"])
    assert re.fullmatch(r"device-token-[0-9]{6}", detail["recipient"])
    assert re.fullmatch(r"[0-9a-f]{32}", detail["hash"])
    assert re.fullmatch(r"reader-[0-9]{6}@example.com", detail["value"][0])
    assert event != filled(2)


def test_moments_keep_their_distance_to_the_timestamp() -> None:
    event = filled(1, timestamp=1740830400000)

    assert event["timestamp"] == 1740830400000
    assert event["detail"]["at"] == 1740830400500


def test_an_integer_id_is_the_notification() -> None:
    assert filled(1)["detail"]["id"] == 77


def named(id_: str, **settings: Any) -> dict[str, Any]:
    """Return an event of what has a string as its id."""
    activation = {"id": "000PE4", "kind": "message 1", "stamp": {"id": "7"}}
    example = {**EXAMPLE, "source": {"detail": {"id": "8", "activation": activation}}}
    event = json.loads(Template(example, is_named=True, **settings).fill(Own(id_, 1, Random(1))))
    assert isinstance(event, dict)
    return event


@pytest.mark.parametrize("id_", ["00009C", "", '"a\\"', "é\n\0"])
def test_a_string_id_takes_the_place_of_the_one_directly_below_the_detail(id_: str) -> None:
    event = named(id_)
    detail = event["source"]["detail"]

    assert detail["activation"]["id"] == id_
    assert re.fullmatch("[0-9]", detail["activation"]["stamp"]["id"])
    assert re.fullmatch("[0-9]", detail["id"])
    assert str(UUID(event["id"])) == event["id"]
    assert event["detail"]["id"] == DETAIL["id"]


def test_a_member_that_is_kept_stays_as_it_is() -> None:
    event = named("00009C", kept={"detail.hash", "identity"})

    assert event["detail"]["hash"] == DETAIL["hash"]
    assert event["identity"] == EXAMPLE["identity"]
    assert event["detail"]["recipient"] != DETAIL["recipient"]


def test_all_else_stays_as_it_is() -> None:
    event = filled(1)
    kept = ("code", "badge", "ratio", "set", "silent")

    assert event["identity"]["agency"] == "DEMO4"
    assert event["detail"]["value"][1] == "FR"
    assert re.fullmatch(r'[0-9]"\\', event["detail"]["value"][2]["value"])
    assert {key: event["detail"][key] for key in kept} == {key: DETAIL[key] for key in kept}
    assert list(event) == list(EXAMPLE)


def test_the_same_random_numbers_give_the_same_event() -> None:
    assert filled(5) == filled(5)


def test_an_example_that_looks_like_a_gap_is_refused_rather_than_filled_in_wrongly() -> None:
    with pytest.raises(ValueError, match="zip"):
        Template({**EXAMPLE, "title": "\0"})
