"""The OpenAPI document: it is valid, has descriptions, and its examples match it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from np6_async import EventKind
from np6_async._generated.kinds import OPERATIONS

KINDS = ("executions", "cancellations", "bounces")
SAMPLES = Path(__file__).parents[1] / "samples"

Spec = dict[str, Any]
Errors = Callable[[Spec, object], list[str]]
SchemaOf = Callable[[str], Spec]


def examples(spec: Spec, kind: str) -> dict[str, Any]:
    content = spec["paths"][f"/notifications/{{id}}/events/{kind}"]["get"]["responses"]["200"][
        "content"
    ]
    return {
        name: example["value"] for name, example in content["application/json"]["examples"].items()
    }


def schemas(spec: Spec) -> Iterator[tuple[str, Spec]]:
    """Yield every schema of the document, at any depth, with its place."""
    components = spec["components"]
    for section in ("parameters", "headers"):
        for name, node in components[section].items():
            if node["schema"].keys() != {"$ref"}:
                yield from _below(f"{section}/{name}", node["schema"])
    for path, item in spec["paths"].items():
        content = item["get"]["responses"]["200"]["content"]
        yield from _below(path, content["application/json"]["schema"])
    for name, schema in components["schemas"].items():
        yield from _below(name, schema)


def _below(place: str, schema: Spec) -> Iterator[tuple[str, Spec]]:
    yield place, schema
    children = dict(schema.get("properties", {}))
    for word in ("anyOf", "oneOf", "allOf"):
        branches = [branch for branch in schema.get(word, []) if branch.keys() != {"$ref"}]
        children |= {f"{word}[{index}]": branch for index, branch in enumerate(branches)}
    if "items" in schema:
        children["[]"] = schema["items"]
    for name, child in children.items():
        yield from _below(f"{place}.{name}", child)


@pytest.fixture
def spec(whole_spec: Spec) -> Spec:
    """The document with every endpoint it has."""
    return whole_spec


def test_it_is_valid_openapi(spec: Spec) -> None:
    assert list(OpenAPIV31SpecValidator(spec).iter_errors()) == []


def test_it_has_the_three_operations(spec: Spec) -> None:
    assert spec["paths"].keys() >= {f"/notifications/{{id}}/events/{kind}" for kind in KINDS}
    assert all(item.keys() == {"get", "parameters"} for item in spec["paths"].values())


def test_it_names_the_server_and_the_key(spec: Spec) -> None:
    assert [server["url"] for server in spec["servers"]] == ["https://api-cm.np6.com"]
    scheme = spec["components"]["securitySchemes"]["ApiKey"]
    assert (scheme["type"], scheme["in"], scheme["name"]) == ("apiKey", "header", "X-Key")
    assert spec["security"] == [{"ApiKey": []}]


@pytest.mark.parametrize("kind", KINDS)
def test_every_example_validates_against_its_schema(
    spec: Spec, kind: str, errors: Errors, schema_of: SchemaOf
) -> None:
    for name, value in examples(spec, kind).items():
        assert errors(schema_of(kind), value) == [], name


def test_the_examples_of_parameters_and_headers_validate(spec: Spec, errors: Errors) -> None:
    components = spec["components"]
    for node in (*components["parameters"].values(), *components["headers"].values()):
        values = [example["value"] for example in node.get("examples", {}).values()]
        for value in values or [node["example"]]:
            assert errors(node["schema"], value) == []


def test_every_schema_and_property_has_a_description(spec: Spec) -> None:
    assert [place for place, schema in schemas(spec) if not schema.get("description")] == []


def test_every_parameter_header_and_response_has_a_description(spec: Spec) -> None:
    components = spec["components"]
    named = [
        (f"{section}/{name}", node)
        for section in ("parameters", "headers", "responses", "securitySchemes")
        for name, node in components[section].items()
    ]
    assert [name for name, node in named if not node.get("description")] == []


def test_every_count_of_milliseconds_says_its_unit(spec: Spec) -> None:
    counts = [
        (place, schema["description"])
        for place, schema in schemas(spec)
        if place.endswith((".timestamp", ".time")) and "description" in schema
    ]
    assert len(counts) >= 4
    assert [place for place, text in counts if "milliseconds since 1970" not in text] == []


def test_every_integer_has_a_format(spec: Spec) -> None:
    integers = [
        (place, schema) for place, schema in schemas(spec) if schema.get("type") == "integer"
    ]
    assert integers
    assert [
        place for place, schema in integers if schema.get("format") not in {"int32", "int64"}
    ] == []


def test_no_object_is_closed(spec: Spec) -> None:
    """Members that are not listed may appear anywhere."""
    assert "additionalProperties: false" not in json.dumps(spec)
    assert [
        place for place, schema in schemas(spec) if schema.get("additionalProperties") is False
    ] == []


@pytest.mark.parametrize("name", ["ExecutionEvent", "CancellationEvent", "BounceEvent"])
def test_the_type_of_an_event_is_closed_and_may_be_missing(spec: Spec, name: str) -> None:
    event = spec["components"]["schemas"][name]
    type_ = event["properties"]["type"]
    assert type_["const"] == type_["default"]
    assert set(event["required"]) == {"id", "timestamp", "identity", "source"}


def test_nothing_inside_a_detail_is_required(spec: Spec) -> None:
    demanding = {
        name for name, schema in spec["components"]["schemas"].items() if "required" in schema
    }
    assert [name for name in demanding if not name.endswith(("Event", "Source", "Identity"))] == []


def test_other_event_types_than_the_known_ones_are_valid(spec: Spec, errors: Errors) -> None:
    known, other = spec["components"]["schemas"]["EventType"]["anyOf"]
    assert len(known["enum"]) == 12
    assert "enum" not in other
    assert errors({"$ref": "#/components/schemas/EventType"}, "delivery") == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_response_may_hold_events_of_kinds_not_modelled(
    spec: Spec, kind: str, errors: Errors, schema_of: SchemaOf
) -> None:
    [event] = examples(spec, kind)["bare"]
    assert errors(schema_of(kind), [event, event | {"type": "delivery"}]) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "change",
    [{"id": "6"}, {"timestamp": "5"}, {"timestamp": 2**63}, {"identity": {}}, {"source": None}],
)
def test_a_malformed_event_of_a_modelled_kind_is_invalid(
    spec: Spec, kind: str, change: Spec, errors: Errors, schema_of: SchemaOf
) -> None:
    [event] = examples(spec, kind)["bare"]
    assert errors(schema_of(kind), [event | change])


@pytest.mark.parametrize("kind", KINDS)
def test_the_examples_show_every_documented_form(spec: Spec, kind: str) -> None:
    events = [event for value in examples(spec, kind).values() for event in value]
    details = [event["source"].get("detail", {}) for event in events]
    sent = [detail.get("execution") or detail.get("activation") or {} for detail in details]
    recipients = [part.get("recipient" if kind != "bounces" else "receiver", {}) for part in sent]
    assert {recipient.get("type") for recipient in recipients} >= {
        "footprint", "id", "hash", "unicity", "contact"
    }  # fmt: skip
    assert any("type" not in event for event in events)
    assert any("detail" not in event["source"] for event in events)
    assert [] in examples(spec, kind).values()


def test_the_examples_show_integer_and_string_ids(spec: Spec) -> None:
    for kind, part in (("executions", "execution"), ("bounces", "activation")):
        events = [event for value in examples(spec, kind).values() for event in value]
        ids = [event["source"].get("detail", {}).get(part, {}).get("id") for event in events]
        assert {type(id_) for id_ in ids} >= {int, str}


def test_the_examples_show_hard_and_soft_bounces_and_policies(spec: Spec) -> None:
    assert '"verdict": "hard"' in json.dumps(examples(spec, "bounces"))
    assert '"verdict": "soft"' in json.dumps(examples(spec, "bounces"))
    assert '"user defined policy"' in json.dumps(examples(spec, "cancellations"))


def test_every_example_event_has_its_own_id(spec: Spec) -> None:
    ids = [
        event["id"] for kind in KINDS for value in examples(spec, kind).values() for event in value
    ]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("kind", KINDS)
def test_every_operation_documents_its_errors_and_their_headers(spec: Spec, kind: str) -> None:
    responses = spec["paths"][f"/notifications/{{id}}/events/{kind}"]["get"]["responses"]
    assert list(responses) == ["200", "400", "401", "403", "404", "409", "429", "5XX"]
    for status, response in responses.items():
        name = response.get("$ref", "").rpartition("/")[2]
        headers = (spec["components"]["responses"][name] if name else response)["headers"]
        limits = {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}
        assert headers.keys() >= {"x-request-id"} | limits
        assert ("Retry-After" in headers) == (status in {"429", "5XX"})


@pytest.mark.parametrize(
    ("value", "fits"),
    [(1614089576000, True), ("2021-02-23T14:12:56Z", True), ("yesterday", False), (1.5, False)],
)
def test_a_window_accepts_a_timestamp_or_a_date_time(
    spec: Spec, errors: Errors, value: object, fits: bool
) -> None:
    for name in ("Start", "End"):
        assert (errors(spec["components"]["parameters"][name]["schema"], value) == []) is fits


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_the_recorded_samples_validate(
    spec: Spec, path: Path, errors: Errors, schema_of: SchemaOf
) -> None:
    """An event of another modelled kind is an `UnknownEvent`, so it is not checked here."""
    kind = EventKind(path.stem.partition("-")[0])
    others = spec["components"]["schemas"]["Event"]["discriminator"]["mapping"].keys()
    others -= {OPERATIONS[kind].event_type}
    events = json.loads(path.read_text("utf-8"))
    own = [event for event in events if event.get("type") not in others]
    assert errors(schema_of(kind), own) == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_recorded_samples_show_every_documented_form(kind: str) -> None:
    text = (SAMPLES / f"{kind}.json").read_text("utf-8")
    forms = ("footprint", "id", "hash", "unicity", "contact")
    assert [form for form in forms if f'"type": "{form}"' not in text] == []
    assert any("type" not in event for event in json.loads(text))
