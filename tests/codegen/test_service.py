"""Which operations are supported, and what is said of the others."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from codegen._document import Document
from codegen._endpoint import Endpoint
from codegen._errors import CodegenError
from codegen._models import generate_models
from codegen._names import id_name, method_name, why_no_method
from codegen._service import Service, read_service

PATH = "/notifications/{id}/events/bounces"
Spec = dict[str, Any]
Change = Callable[[Spec], None]


def service(spec: Spec) -> Service:
    return read_service(Document(Path("spec.yaml"), spec))


def bounces(spec: Spec) -> Endpoint:
    return service(spec).endpoints[-1]


def refusal(spec: Spec) -> str:
    with pytest.raises(CodegenError) as caught:
        service(spec)
    return str(caught.value)


def at_path(path: str) -> Change:
    def change(spec: Spec) -> None:
        spec["paths"][path] = spec["paths"].pop(PATH)

    return change


def with_method(spec: Spec) -> None:
    spec["paths"][PATH]["post"] = spec["paths"][PATH].pop("get")


def with_parameter(schema: object = None, **parameter: object) -> Change:
    """Add a parameter to the operation; in the query, unless it says otherwise."""

    def change(spec: Spec) -> None:
        found = {"in": "query", "name": "page", "schema": schema or {"type": "string"}, **parameter}
        spec["paths"][PATH]["get"]["parameters"] = [found]

    return change


def without_id(spec: Spec) -> None:
    spec["paths"][PATH]["parameters"].pop(0)


def content(spec: Spec) -> Spec:
    found: Spec = spec["paths"][PATH]["get"]["responses"]["200"]["content"]["application/json"]
    return found


def with_object(spec: Spec) -> None:
    content(spec)["schema"] = {"$ref": "#/components/schemas/BounceEvent"}


def with_inline_model(spec: Spec) -> None:
    content(spec)["schema"]["items"] = {"type": "object"}


def with_text(spec: Spec) -> None:
    body = spec["paths"][PATH]["get"]["responses"]["200"]["content"]
    body["text/csv"] = body.pop("application/json")


def without_response(spec: Spec) -> None:
    responses = spec["paths"][PATH]["get"]["responses"]
    responses["206"] = responses.pop("200")


def without_const(spec: Spec) -> None:
    del spec["components"]["schemas"]["BounceEvent"]["properties"]["type"]["const"]


def named(name: str) -> Change:
    def change(spec: Spec) -> None:
        spec["components"]["schemas"][name] = spec["components"]["schemas"]["BounceEvent"]
        content(spec)["schema"]["items"] = {"$ref": f"#/components/schemas/{name}"}

    return change


def twice(spec: Spec) -> None:
    spec["paths"]["/actions/{id}/events/bounces"] = deepcopy(spec["paths"][PATH])
    spec["paths"]["/actions/{id}/events/bounces"]["get"]["x-np6-method"] = "bounces"


def with_url(url: str) -> Change:
    def change(spec: Spec) -> None:
        spec["servers"] = [{"url": url}]

    return change


def on_get(**members: object) -> Change:
    def change(spec: Spec) -> None:
        spec["paths"][PATH]["get"].update(members)

    return change


NO_ARRAY = f"GET {PATH} has no 200 response that is a JSON array"
ERRORS: dict[str, tuple[Change, str]] = {
    "POST": (with_method, f"POST {PATH} is no GET; expected a GET with at most one path parameter"),
    "two ids": (
        at_path("/actions/{id}/events/{kind}"),
        "the path has 2 parameters (id, kind), and those described as `in: path` are id",
    ),
    "id not described": (
        without_id,
        "the path has 1 parameters (id), and those described as `in: path` are none",
    ),
    "id not in the path": (
        at_path("/notifications/events/bounces"),
        "the path has 0 parameters (none), and those described as `in: path` are id",
    ),
    "id is an object": (
        with_parameter({"type": "object"}, name="id", **{"in": "path", "required": True}),
        "the parameter 'id' of GET /notifications/{id}/events/bounces is object; expected string",
    ),
    "id is a boolean": (
        with_parameter({"type": "boolean"}, name="id", **{"in": "path", "required": True}),
        "is boolean; expected string, integer, boolean, date-time, an enum of one of these, or an",
    ),
    "id is an array": (
        with_parameter({"type": "array", "items": {"type": "string"}}, name="id", **{"in": "path"}),
        "is array; expected",
    ),
    "personal, by another word": (
        with_parameter(**{"x-personal": "yes"}),
        "x-personal: 'yes'; expected true or false",
    ),
    "personal, with a typo": (
        with_parameter(**{"x-personnal": True}),
        "x-personnal; expected one of x-np6-filter, x-np6-name, x-personal",
    ),
    "unknown extension of a parameter": (
        with_parameter(**{"x-np6-filters": {}}),
        "x-np6-filters; expected one of x-np6-filter, x-np6-name, x-personal",
    ),
    "unknown extension of an operation": (
        on_get(**{"x-np6-skipp": True}),
        "x-np6-skipp; expected one of x-np6-method, x-np6-skip",
    ),
    "skipped, by another word": (on_get(**{"x-np6-skip": "yes"}), "x-np6-skip: 'yes'; expected"),
    "number": (with_parameter({"type": "number"}), "the parameter 'page' of GET"),
    "array of objects": (
        with_parameter({"type": "array", "items": {"type": "object"}}),
        "is array",
    ),
    "two types": (with_parameter({"type": ["string", "integer"]}), "is of no single type"),
    "header": (with_parameter(**{"in": "header"}), "is `in: header`, with a schema"),
    "content": (
        on_get(parameters=[{"in": "query", "name": "page", "content": {"application/json": {}}}]),
        "is `in: query`, without a schema; expected `in: path` or `in: query`, with a schema",
    ),
    "style": (
        with_parameter({"type": "array", "items": {"type": "string"}}, style="pipeDelimited"),
        "has `style: pipeDelimited`; expected `style: form`",
    ),
    "named by a keyword": (
        with_parameter(name="from", required=True),
        (
            "the parameter 'from' of GET /notifications/{id}/events/bounces: 'from' is a Python"
            " keyword; expected another name, as its `x-np6-name`"
        ),
    ),
    "named self": (with_parameter(name="self", required=True), "'self' is the name of another"),
    "named kind": (with_parameter(name="kind"), "'kind' is the name of another member of"),
    "equal names": (
        with_parameter(name="Start"),
        "the parameters start and Start would both be start in Python; expected another name",
    ),
    "start of another type": (
        with_parameter({"type": "boolean"}, name="start"),
        "the parameter start is of type boolean here, of type date-time elsewhere; expected one",
    ),
    "value of another type": (
        with_parameter({"type": "string", "enum": ["a", 1]}),
        "the value 1 in `enum`; expected printable, of type str",
    ),
    "empty value": (with_parameter({"enum": ["a", ""]}), "the value '' in `enum`"),
    "value with a line break": (with_parameter({"enum": ["a\nb"]}), r"the value 'a\nb' in `enum`"),
    "pattern of another language": (
        with_parameter({"type": "string", "pattern": r"\p{L}"}),
        r"Python cannot use '\\p{L}'",
    ),
    "filter without a bound": (
        with_parameter(**{"x-np6-filter": {"member": "a"}}),
        "`x-np6-filter` {'member': 'a'}; expected `member` and `bound`",
    ),
    "filter with another bound": (
        with_parameter(**{"x-np6-filter": {"member": "a", "bound": "maximum"}}),
        "'maximum'; expected one of ['const', 'exclusiveMaximum', 'minimum']",
    ),
    "keyword": (
        at_path("/notifications/{id}/events/import"),
        (
            "would be the method import, but 'import' is a Python keyword; expected another name,"
            " as its `x-np6-method`"
        ),
    ),
    "client's own": (
        at_path("/notifications/{id}/events/fan-out"),
        "would be the method fan_out, but 'fan_out' is the name of another member of the client",
    ),
    "no name": (at_path("/notifications/{id}/events"), "would be the method , but '' is not a"),
    "odd name": (on_get(**{"x-np6-method": "Bounces"}), "'Bounces' is not a name in snake_case"),
    "two methods of one name": (
        twice,
        (
            f"{PATH} and /actions/{{id}}/events/bounces would both be the method bounces; expected"
            " another name for one of them, as its `x-np6-method`"
        ),
    ),
    "object": (with_object, NO_ARRAY),
    "media type": (with_text, NO_ARRAY),
    "no 200": (without_response, NO_ARRAY),
    "inline model": (with_inline_model, "is not a $ref to a component"),
    "no type": (
        without_const,
        (
            "components > schemas > BounceEvent: the model of an event has no property `type` with"
            " one value; expected a `const`, or an `enum` of one string"
        ),
    ),
    "name taken": (named("EventQuery"), "the generated modules use the name 'EventQuery'"),
    "no https": (
        with_url("http://a.example"),
        "servers > 0 > url: http://a.example; expected https",
    ),
    "variables": (with_url("https://{a}.example"), "https://{a}.example; expected https, and no"),
    "no operation": (lambda spec: spec["paths"].clear(), "paths: the document has no operation"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_the_error_names_the_place_what_was_found_and_what_is_expected(
    spec: Spec, name: str
) -> None:
    change, reason = ERRORS[name]
    change(spec)
    message = refusal(spec)
    assert message.startswith("spec.yaml: ")
    assert reason in message
    assert "; expected " in message


def test_a_required_parameter_with_another_name_is_accepted(spec: Spec) -> None:
    with_parameter(name="from", required=True, **{"x-np6-name": "since"})(spec)
    [argument] = [each for each in bounces(spec).arguments if each.wire_name == "from"]
    assert (argument.name, argument.required) == ("since", True)


def test_an_operation_that_is_skipped_may_be_of_any_form(spec: Spec) -> None:
    with_method(spec)
    spec["paths"][PATH]["post"]["x-np6-skip"] = True
    assert [each.method for each in service(spec).endpoints] == ["executions", "cancellations"]


def test_an_operation_without_examples_is_noted(spec: Spec) -> None:
    content(spec)["examples"] = {"empty": {"value": []}}
    document = Document(Path("spec.yaml"), spec)
    assert read_service(document).endpoints[-1].examples == ()
    [note] = document.notes
    assert f"GET {PATH} has no example events, so its route of the sandbox is empty" in note


def test_an_event_that_also_matches_another_form_is_an_error(spec: Spec) -> None:
    """Otherwise the document would accept an event that is broken."""
    spec["components"]["schemas"]["OtherEvent"]["properties"]["type"]["not"]["enum"].pop()
    assert "'bounce' also matches #/components/schemas/OtherEvent" in refusal(spec)


def test_two_models_of_one_type_are_told_apart_by_the_values_of_source_type(spec: Spec) -> None:
    schemas = spec["components"]["schemas"]
    twice(spec)
    spec["paths"]["/actions/{id}/events/bounces"]["get"]["x-np6-method"] = "action_bounces"
    response = spec["paths"]["/actions/{id}/events/bounces"]["get"]["responses"]["200"]
    response["content"]["application/json"]["schema"]["items"] = {
        "$ref": "#/components/schemas/ActionBounce"
    }
    schemas["ActionBounce"] = deepcopy(schemas["BounceEvent"])
    schemas["ActionBounce"]["properties"]["source"] = {"$ref": "#/components/schemas/Mail"}
    schemas["Mail"] = {
        "type": "object",
        "properties": {
            "type": {"anyOf": [{"enum": ["email", "sms"]}, {"type": "string"}]},
        },
    }
    assert service(spec).source_types == {"ActionBounce": ("email", "sms"), "BounceEvent": ()}


@pytest.mark.parametrize(
    "name", ["aclose", "events", "fan_out", "from_env", "follow", "stats", "with_options", "class"]
)
def test_no_method_has_the_name_of_a_client_member_or_a_keyword(name: str) -> None:
    assert why_no_method(name)


@pytest.mark.parametrize(
    ("path", "is_all", "name"),
    [
        ("/notifications/{id}/events/bounces", False, "bounces"),
        ("/notifications/events/bounces", True, "all_bounces"),
        ("/actions/{id}/events/bounces", False, "action_bounces"),
        ("/actions/events/bounces", True, "all_action_bounces"),
        ("/targets/events/activations", False, "target_activations"),
        ("/notifications/{id}/reactivities/hits", False, "reactivity_hits"),
        ("/notifications/reactivities", True, "all_reactivities"),
        ("/actions/{id}/reactivities/hits/unsubscribe", False, "action_reactivity_hit_unsubscribe"),
        ("/status/{id}/addresses/hard-ones", False, "status_address_hard_ones"),
    ],
)
def test_the_name_of_a_method_follows_from_its_path(path: str, is_all: bool, name: str) -> None:
    assert method_name(path, is_all=is_all) == name


@pytest.mark.parametrize(
    ("path", "wire_name", "name"),
    [
        ("/notifications/{id}/x", "id", "notification_id"),
        ("/actions/{actionId}/x", "actionId", "action_id"),
        ("/reactivities/{key}", "key", "reactivity_key"),
    ],
)
def test_the_name_of_a_path_parameter_says_of_what_it_is(
    path: str, wire_name: str, name: str
) -> None:
    assert id_name(path, wire_name) == name


def test_operations_keep_the_order_of_the_document(spec: Spec) -> None:
    methods = [endpoint.method for endpoint in service(spec).endpoints]
    assert methods == ["executions", "cancellations", "bounces"]


def test_a_parameter_of_the_operation_overrides_one_of_the_path(spec: Spec) -> None:
    with_parameter({"enum": ["asc"]}, name="sort", description="Mine.")(spec)
    [sort] = [each for each in bounces(spec).arguments if each.name == "sort"]
    assert (sort.description, sort.values) == ("Mine.", ("asc",))


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "integer", "format": "int32"}, {"minimum": -(2**31), "maximum": 2**31 - 1}),
        ({"type": "integer", "minimum": 0, "exclusiveMaximum": 9}, {"minimum": 0, "maximum": 8}),
        ({"type": "integer", "exclusiveMinimum": 0}, {"minimum": 1, "maximum": None}),
        ({"type": "string", "format": "uuid"}, {"format": "uuid"}),
        ({"type": "string", "format": "moon"}, {"format": None}),
        ({"const": "a"}, {"values": ("a",), "type": "string"}),
        ({"type": ["boolean", "null"]}, {"type": "boolean"}),
        ({"$ref": "#/components/schemas/Instant"}, {"type": "date-time"}),
        (
            {"type": "array", "items": {"type": "integer"}},
            {"type": "integer", "is_array": True, "held": "tuple[int, ...]"},
        ),
        ({"enum": [1, 2]}, {"values": (1, 2), "type": "integer", "held": "Literal[1, 2]"}),
    ],
)
def test_a_parameter_has_what_its_schema_says(
    spec: Spec, schema: Spec, expected: dict[str, object]
) -> None:
    with_parameter(schema)(spec)
    [page] = [each for each in bounces(spec).arguments if each.name == "page"]
    assert {name: getattr(page, name) for name in expected} == expected


def test_a_query_field_has_the_limits_that_all_its_operations_share(spec: Spec) -> None:
    with_parameter({"enum": ["a", "b"]})(spec)
    other = deepcopy(spec["paths"][PATH]["get"]["parameters"][0])
    other["schema"] = {"enum": ["c"]}
    path = "/notifications/{id}/events/executions"
    spec["paths"][path]["get"]["parameters"] = [{**other, "x-personal": True}]
    [page] = [each for each in service(spec).arguments if each.name == "page"]
    assert (page.values, page.held, page.is_personal, page.required) == ((), "str", True, False)
    [sort] = [each for each in service(spec).arguments if each.name == "sort"]
    assert sort.held == "Sort"


def test_the_type_of_an_event_may_be_missing_even_if_the_spec_requires_it(spec: Spec) -> None:
    """The vendor's own samples of these endpoints lack it."""
    schema = spec["components"]["schemas"]["BounceEvent"]
    schema["required"] = ["type", *schema["required"]]
    schema["properties"]["type"] = {"type": "string", "enum": ["bounce"]}
    content(spec)["examples"] = {}
    document = Document(Path("spec.yaml"), spec)
    models = generate_models(document, read_service(document).models)
    body = models.classes.partition("class BounceEvent")[2]
    assert "    type: Literal['bounce'] = 'bounce'\n" in body
