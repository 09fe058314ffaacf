"""An operation that the client does not support is an error that names it."""

from collections.abc import Callable
from typing import Any

import pytest

from codegen._errors import CodegenError
from codegen._operations import read_service
from codegen._reserved import why_no_kind

PATH = "/notifications/{id}/events/bounces"
Spec = dict[str, Any]


def at_path(path: str) -> Callable[[Spec], None]:
    def change(spec: Spec) -> None:
        spec["paths"][path] = spec["paths"].pop(PATH)

    return change


def with_method(spec: Spec) -> None:
    spec["paths"][PATH]["post"] = spec["paths"][PATH].pop("get")


def with_parameter(**parameter: object) -> Callable[[Spec], None]:
    def change(spec: Spec) -> None:
        get = spec["paths"][PATH]["get"]
        get["parameters"] = [{"in": "query", "schema": {"type": "string"}, **parameter}]

    return change


def without_sort(spec: Spec) -> None:
    spec["paths"][PATH]["parameters"].pop()


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


def outside_the_union(spec: Spec) -> None:
    spec["components"]["schemas"]["Event"]["oneOf"].pop()


def same_type(spec: Spec) -> None:
    spec["components"]["schemas"]["BounceEvent"]["properties"]["type"]["const"] = "execution"


def named(name: str) -> Callable[[Spec], None]:
    def change(spec: Spec) -> None:
        content(spec)["schema"]["items"] = {"$ref": f"#/components/schemas/{name}"}

    return change


def without_examples(spec: Spec) -> None:
    content(spec)["examples"] = {"empty": {"value": []}}


NO_ARRAY = "its 200 response is not a JSON array of one model"
ERRORS = {
    "no id": (at_path("/notifications/events/bounces"), "this method or path"),
    "other family": (at_path("/actions/{id}/events/bounces"), "this method or path"),
    "deeper path": (at_path(f"{PATH}/hard"), "this method or path"),
    "keyword": (at_path("/notifications/{id}/events/import"), "'import' is a Python keyword"),
    "client's own": (
        at_path("/notifications/{id}/events/fan_out"),
        "'fan_out' is the name of another member",
    ),
    "planned": (
        at_path("/notifications/{id}/events/stats"),
        "'stats' is the name of another member",
    ),
    "generic form": (
        at_path("/notifications/{id}/events/events"),
        "'events' is the name of another member",
    ),
    "POST": (with_method, "this method or path"),
    "new parameter": (with_parameter(name="page"), "unknown parameter `page` (in query)"),
    "required": (with_parameter(name="sort", required=True), "parameter `sort` must be optional"),
    "missing parameter": (without_sort, "missing parameter `sort` (in query)"),
    "object": (with_object, NO_ARRAY),
    "inline model": (with_inline_model, NO_ARRAY),
    "media type": (with_text, NO_ARRAY),
    "no 200": (without_response, NO_ARRAY),
    "outside the union": (outside_the_union, "BounceEvent is missing in the oneOf of the schema"),
    "no type": (without_const, "the model BounceEvent has no property `type`"),
    "name taken": (
        named("UnknownEvent"),
        "the generated modules already use the name UnknownEvent",
    ),
    "no class name": (
        named("bounce_event"),
        "the model bounce_event must have a name in CamelCase",
    ),
    "no examples": (without_examples, "its 200 response has no example events"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_the_error_names_the_operation_the_reason_and_what_is_supported(
    spec: Spec, name: str
) -> None:
    change, reason = ERRORS[name]
    change(spec)
    with pytest.raises(CodegenError) as caught:
        read_service(spec)
    message = str(caught.value)
    assert "(getNotificationBounces): " in message
    assert reason in message
    assert "The client supports GET /notifications/{id}/events/<kind>" in message


def test_two_models_for_events_of_one_type_are_an_error(spec: Spec) -> None:
    same_type(spec)
    content(spec)["examples"] = {
        "one": {"value": [{**content(spec)["examples"]["bare"]["value"][0], "type": "execution"}]}
    }
    with pytest.raises(CodegenError, match="'execution' already have the model ExecutionEvent"):
        read_service(spec)


def test_an_event_that_also_matches_another_form_is_an_error(spec: Spec) -> None:
    """Otherwise the document would accept an event that is broken."""
    spec["components"]["schemas"]["OtherEvent"]["properties"]["type"]["not"]["enum"].pop()
    with pytest.raises(
        CodegenError, match=r"'bounce' also matches #/components/schemas/OtherEvent"
    ):
        read_service(spec)


@pytest.mark.parametrize("name", ["aclose", "events", "fan_out", "from_env", "follow", "stats"])
def test_no_kind_has_the_name_of_a_client_member(name: str) -> None:
    assert why_no_kind(name)


def test_operations_keep_the_order_of_the_document(spec: Spec) -> None:
    service = read_service(spec)
    assert [operation.kind for operation in service.operations] == [
        "executions",
        "cancellations",
        "bounces",
    ]


def test_a_parameter_of_the_operation_overrides_one_of_the_path(spec: Spec) -> None:
    with_parameter(name="sort", description="Mine.")(spec)
    service = read_service(spec)
    assert dict(service.operations[-1].arguments)["sort"] == "Mine."
