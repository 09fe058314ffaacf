"""Every change of the document is reported with its level."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from codegen.diff._change import Change, Level
from codegen.diff._spec import spec_changes

Spec = dict[str, Any]
PATH = "/notifications/{id}/events/bounces"
GET = f"operations > GET {PATH}"


def schema(name: str, **keywords: object) -> Callable[[Spec], None]:
    """Set keywords of a schema, or of a member of one (`Stamp.time`); None removes them."""

    def change(spec: Spec) -> None:
        model, _, member = name.partition(".")
        node = spec["components"]["schemas"][model]
        update(node["properties"].setdefault(member, {}) if member else node, keywords)

    return change


def parameter(**keywords: object) -> Callable[[Spec], None]:
    def change(spec: Spec) -> None:
        update(spec["components"]["parameters"]["Sort"]["schema"], keywords)

    return change


def update(node: Spec, keywords: dict[str, object]) -> None:
    node.update(keywords)
    for key in [key for key, value in node.items() if value is None]:
        del node[key]


def operation(**keywords: object) -> Callable[[Spec], None]:
    def change(spec: Spec) -> None:
        update(spec["paths"][PATH]["get"], keywords)

    return change


def keyword_of_sort(**keywords: object) -> Callable[[Spec], None]:
    def change(spec: Spec) -> None:
        update(spec["components"]["parameters"]["Sort"], keywords)

    return change


def header(spec: Spec) -> None:
    spec["paths"][PATH]["get"]["parameters"] = [{"name": "X-Trace", "in": "header", "schema": {}}]


def other_status(spec: Spec) -> None:
    responses = spec["paths"][PATH]["get"]["responses"]
    responses["2XX"] = responses.pop("200")
    del responses["2XX"]["content"]["application/json"]["schema"]["items"]


def without(*path: str) -> Callable[[Spec], None]:
    def change(spec: Spec) -> None:
        node: Any = spec
        for step in path[:-1]:
            node = node[step]
        del node[path[-1]]

    return change


def new_parameter(*, required: bool) -> Callable[[Spec], None]:
    def change(spec: Spec) -> None:
        page = {"name": "page", "in": "query", "required": required, "schema": {"type": "integer"}}
        spec["paths"][PATH]["get"]["parameters"] = [page]

    return change


def required_sort(spec: Spec) -> None:
    spec["components"]["parameters"]["Sort"]["required"] = True


def moved(spec: Spec) -> None:
    spec["servers"][0]["url"] = "https://elsewhere.example.com"


ADDED, BREAKING, COSMETIC = Level.ADDITIVE, Level.BREAKING, Level.COSMETIC
SORT = f"{GET} > parameters > sort (in query)"
VALUE = "schemas > Recipient > value"
REF = "#/components/schemas/Stamp"
CASES: dict[str, tuple[Callable[[Spec], None], Change]] = {
    "operation removed": (without("paths", PATH), Change(BREAKING, GET, "removed")),
    "schema removed": (
        without("components", "schemas", "Stamp"),
        Change(BREAKING, "schemas > Stamp", "removed"),
    ),
    "member removed": (
        without("components", "schemas", "Stamp", "properties", "set"),
        Change(BREAKING, "schemas > Stamp > set", "removed"),
    ),
    "member added": (
        schema("Stamp.device", type="string"),
        Change(ADDED, "schemas > Stamp > device", "added"),
    ),
    "member required": (
        schema("Stamp", required=["time"]),
        Change(
            BREAKING,
            "schemas > Stamp > time",
            "is now required: an event without it becomes an `UnknownEvent`",
        ),
    ),
    "member optional": (
        schema("Identity", required=None),
        Change(BREAKING, "schemas > Identity > type", "is now optional, and may be None"),
    ),
    "type changed": (
        schema("Stamp.time", type="string"),
        Change(BREAKING, "schemas > Stamp > time", "changed from integer to string"),
    ),
    "null added": (
        schema("BounceStatus.mta", type=["string", "null"]),
        Change(BREAKING, "schemas > BounceStatus > mta", "changed from string to null or string"),
    ),
    "format changed": (
        schema("Stamp.id", format=None),
        Change(BREAKING, "schemas > Stamp > id", "`format` removed: `uuid`"),
    ),
    "const changed": (
        schema("BounceEvent.type", const="return"),
        Change(
            BREAKING, "schemas > BounceEvent > type", "`const` changed from `bounce` to `return`"
        ),
    ),
    "branch removed": (
        schema("Recipient.value", anyOf=[{"type": "string"}]),
        Change(BREAKING, f"{VALUE} > anyOf", "`array` removed"),
    ),
    "model added": (
        lambda spec: spec["components"]["schemas"]["Event"]["oneOf"].append({"$ref": REF}),
        Change(ADDED, "schemas > Event > oneOf", f"`{REF}` added"),
    ),
    "type added to a union": (
        lambda spec: spec["components"]["schemas"]["Execution"]["properties"]["id"]["anyOf"].append(
            {"type": "number"}
        ),
        Change(BREAKING, "schemas > Execution > id > anyOf", "`number` added"),
    ),
    "known value added": (
        lambda spec: spec["components"]["schemas"]["EventType"]["anyOf"][0]["enum"].append("pause"),
        Change(ADDED, "schemas > EventType > anyOf", "now also accepts `pause`"),
    ),
    "known value removed": (
        lambda spec: spec["components"]["schemas"]["EventType"]["anyOf"][0]["enum"].remove("hit"),
        Change(BREAKING, "schemas > EventType > anyOf", "no longer accepts `hit`"),
    ),
    "values limited": (
        schema("BounceAnalysis.verdict", enum=["hard", "soft"]),
        Change(BREAKING, "schemas > BounceAnalysis > verdict", "now accepts only listed values"),
    ),
    "additional members": (
        schema("Execution.data", additionalProperties={"type": "string"}),
        Change(
            BREAKING,
            "schemas > Execution > data",
            "`additionalProperties` changed",
        ),
    ),
    "limit in a response": (
        schema("Stamp.time", minimum=0),
        Change(COSMETIC, "schemas > Stamp > time", "`minimum` changed"),
    ),
    "description": (
        schema("Stamp", description="A stamp."),
        Change(COSMETIC, "schemas > Stamp", "description changed"),
    ),
    "datetime property added": (
        schema("Stamp.time", **{"x-python-datetime": "stamped_at"}),
        Change(ADDED, "schemas > Stamp > time", "`x-python-datetime` added: `stamped_at`"),
    ),
    "filter of the sandbox": (
        keyword_of_sort(**{"x-np6-filter": {"member": "timestamp", "bound": "minimum"}}),
        Change(COSMETIC, SORT, "x-np6-filter changed"),
    ),
    "personal data": (
        keyword_of_sort(**{"x-personal": True}),
        Change(COSMETIC, SORT, "x-personal changed"),
    ),
    "operation skipped": (
        operation(**{"x-np6-skip": True}),
        Change(COSMETIC, GET, "x-np6-skip changed"),
    ),
    "method renamed": (
        operation(**{"x-np6-method": "returns"}),
        Change(BREAKING, GET, "`x-np6-method` added: `returns`"),
    ),
    "argument renamed": (
        keyword_of_sort(**{"x-np6-name": "order"}),
        Change(BREAKING, SORT, "`x-np6-name` added: `order`"),
    ),
    "keyword without a rule": (
        schema("Stamp", dependentRequired={}),
        Change(BREAKING, "schemas > Stamp", "`dependentRequired` changed"),
    ),
    "value of a parameter added": (
        parameter(enum=["asc", "desc", "none"]),
        Change(ADDED, f"{SORT} > schema", "now also accepts `none`"),
    ),
    "value of a parameter removed": (
        parameter(enum=["asc"]),
        Change(BREAKING, f"{SORT} > schema", "no longer accepts `desc`"),
    ),
    "limit of a parameter": (
        parameter(maxLength=4),
        Change(BREAKING, f"{SORT} > schema", "`maxLength` changed"),
    ),
    "wider parameter": (
        parameter(type=["string", "integer"]),
        Change(ADDED, f"{SORT} > schema", "changed from string to integer or string"),
    ),
    "parameter required": (required_sort, Change(BREAKING, SORT, "is now required")),
    "parameter added": (
        new_parameter(required=False),
        Change(ADDED, f"{GET} > parameters > page (in query)", "added"),
    ),
    "required parameter added": (
        new_parameter(required=True),
        Change(BREAKING, f"{GET} > parameters > page (in query)", "added, and required"),
    ),
    "header added": (
        header,
        Change(ADDED, f"{GET} > parameters > X-Trace (in header)", "added"),
    ),
    "content of another successful status": (
        other_status,
        Change(BREAKING, f"{GET} > content > application/json > schema", "`items` changed"),
    ),
    "server": (
        moved,
        Change(BREAKING, "the root", "`servers` changed"),
    ),
    "other response": (
        without("paths", PATH, "get", "responses", "409"),
        Change(COSMETIC, GET, "other responses changed"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_change_is_reported_with_its_place_and_level(
    spec: Spec, spec_json: str, name: str
) -> None:
    mutate, expected = CASES[name]
    mutate(spec)
    assert expected in spec_changes(json.loads(spec_json), spec)


def test_a_document_does_not_differ_from_itself(spec: Spec) -> None:
    assert spec_changes(spec, spec) == []
