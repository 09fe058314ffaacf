"""The ids that exist."""

import re
from typing import Any
from uuid import UUID

import pytest

from np6_async import EventKind
from np6_async._generated.kinds import OPERATIONS, Parameter
from np6_async._parameters import checker
from np6_async.sandbox import Sandbox
from np6_async.sandbox._ids import make_ids

EXAMPLE = {
    "id": "no owner",
    "source": {"detail": {"activation": {"id": "AC-1", "stamp": {"id": "no owner"}}, "id": "none"}},
}


def parameter(type_: Any = "string", **more: Any) -> Parameter:
    return Parameter(name="action_id", wire_name="id", location="path", type=type_, **more)


@pytest.mark.parametrize("kind", [*EventKind, *map(str, EventKind)])
def test_every_kind_of_notifications_has_their_ids(kind: EventKind | str) -> None:
    sandbox = Sandbox(notifications=3)

    assert sandbox.ids(kind) == sandbox.notification_ids == [156, 157, 158]


def test_the_ids_of_an_unknown_kind_are_an_error() -> None:
    with pytest.raises(ValueError, match="kind must be one of"):
        Sandbox().ids("hits")


def test_a_caller_may_change_the_list() -> None:
    sandbox = Sandbox()
    sandbox.ids("bounces").clear()

    assert sandbox.ids("bounces")


def test_integers_are_those_of_notifications_if_these_are_allowed() -> None:
    notification = OPERATIONS[EventKind.BOUNCES].parameters[0]

    assert make_ids(notification, 2, []) == [156, 157]
    assert make_ids(parameter("integer"), 2, []) == [156, 157]
    assert make_ids(parameter("integer", minimum=1000), 2, []) == [1000, 1001]
    assert make_ids(parameter("integer", maximum=5), 2, []) == [0, 1]
    assert make_ids(parameter("integer", values=(7, 8, 9)), 2, []) == [7, 8, 9]


def test_strings_look_like_those_of_the_documentation() -> None:
    assert make_ids(parameter(), 3, [EXAMPLE]) == ["00009C", "00009D", "00009E"]


@pytest.mark.parametrize(
    "form",
    [
        {"pattern": "^[0-9A-Z]{6}$"},
        {"pattern": "^[0-9a-f]{6}$"},
        {"pattern": "^[0-9]{6}$"},
        {"pattern": "^[1-9][0-9]*$"},
        {"pattern": "^[0-9a-f]{8}-[0-9a-f-]+$"},
        {"format": "uuid"},
        {"format": "date"},
        {"values": ("email", "sms")},
    ],
)
def test_strings_have_the_form_that_is_asked_for(form: dict[str, Any]) -> None:
    ids = make_ids(parameter(**form), 20, [])

    assert len(set(ids)) == len(ids) == len(form.get("values", range(20)))
    for id_ in ids:
        assert checker(parameter(**form))(id_) == id_


def test_a_uuid_is_one_of_version_4() -> None:
    assert UUID(str(make_ids(parameter(format="uuid"), 1, [])[0])).version == 4


def test_other_strings_are_those_of_the_examples() -> None:
    other = {"source": {"detail": {"execution": {"id": "AC-2"}, "activation": {"id": "small"}}}}
    examples = [EXAMPLE, EXAMPLE, other, {"source": {"detail": {"execution": {"id": 5}}}}]

    assert make_ids(parameter(pattern="^AC-[0-9]$"), 20, examples) == ["AC-1", "AC-2"]
    assert make_ids(parameter(pattern="^AC-[0-9]$"), 1, examples) == ["AC-1"]


@pytest.mark.parametrize("examples", [[], [EXAMPLE]])
def test_no_ids_are_an_error_that_names_the_parameter(examples: list[Any]) -> None:
    with pytest.raises(ValueError, match=re.escape("no ids for the parameter action_id")):
        make_ids(parameter(pattern="^X$"), 3, examples)
