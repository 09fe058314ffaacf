"""The Python names of methods, parameters, classes and members follow from their names in JSON."""

import builtins
import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen._names import (
    class_name,
    id_name,
    member_name,
    method_name,
    why_no_class,
    why_no_method,
    why_no_parameter,
)

MEMBERS = {
    "name": "name",
    "isNew": "is_new",
    "HTTPCode": "http_code",
    "userID": "user_id",
    "getHTTPResponse": "get_http_response",
    "already_snake": "already_snake",
    "ALL_CAPS": "all_caps",
    "version2": "version2",
    "with space": "with_space",
    "with-dash": "with_dash",
    "with.dot": "with_dot",
    "a/b": "a_b",
    "": "field",
    " ": "field",
    "_": "field",
    "__": "field",
    "$": "field",
    "😀": "field",
    "@type": "field_type",
    "_private": "field_private",
    "__class__": "field_class__",
    "1st": "field_1st",
    "²": "field_2",
    "ünïcode": "ünïcode",
    "ﬁ": "fi",
    "日本": "日本",
    "class": "class_",
    "Class": "class_",
    "None": "none",
    "match": "match",
    "type": "type",
    "id": "id",
    "str": "str_",
    "list": "list_",
    "dict": "dict_",
    "tuple": "tuple_",
    "self": "self_",
    "attrs": "attrs_",
    "converter": "converter_",
    "cl": "cl_",
}


@pytest.mark.parametrize("wire_name", MEMBERS)
def test_a_member_is_named_by_the_rule(wire_name: str) -> None:
    assert member_name(wire_name) == MEMBERS[wire_name]


@given(st.text() | st.sampled_from([*dir(builtins), *keyword.kwlist]))
def test_the_name_of_a_member_is_a_public_name(wire_name: str) -> None:
    name = member_name(wire_name)
    assert name.isidentifier()
    assert not keyword.iskeyword(name)
    assert not name.startswith("_")


@given(st.text())
def test_the_name_of_a_class_is_a_name_that_stays(component: str) -> None:
    name = class_name(component)
    assert name.isidentifier()
    assert class_name(name).isidentifier()
    if component.isascii():
        assert class_name(name) == name


@given(st.from_regex(r"[A-Z][A-Za-z0-9_]*", fullmatch=True))
def test_a_component_with_the_name_of_a_class_keeps_it(component: str) -> None:
    assert class_name(component) == component


@pytest.mark.parametrize(
    ("component", "name"),
    [
        ("io.k8s.Pod", "IoK8sPod"),
        ("System.String", "SystemString"),
        ("a/b", "AB"),
        ("snake_case", "SnakeCase"),
        ("camelCase", "CamelCase"),
        ("kebab-case", "KebabCase"),
        ("_Hidden", "Hidden"),
        ("1st", "Model1st"),
        ("", "Model"),
        ("---", "Model"),
        ("Foo_Bar", "Foo_Bar"),
        ("élan", "Élan"),
    ],
)
def test_a_class_is_named_by_the_rule(component: str, name: str) -> None:
    assert class_name(component) == name


@pytest.mark.parametrize(
    ("path", "is_all", "name"),
    [
        ("/notifications/{id}/events/executions", False, "executions"),
        ("/notifications/events/bounces", True, "all_bounces"),
        ("/notifications/{id}/events", False, ""),
        ("/openings", True, "all_openings"),
        ("/targets/{id}/events/openings", False, "target_openings"),
        ("/companies/{id}/events/openings", False, "company_openings"),
        ("/status/analysis/x-y", False, "status_analysis_x_y"),
    ],
)
def test_a_method_is_named_after_its_path(path: str, name: str, *, is_all: bool) -> None:
    assert method_name(path, is_all=is_all) == name


@pytest.mark.parametrize(
    ("path", "wire_name", "name"),
    [
        ("/notifications/{id}/events/bounces", "id", "notification_id"),
        ("/companies/{id}", "id", "company_id"),
        ("/targets/{targetId}/events", "targetId", "target_id"),
        ("/mail-shots/{key}", "key", "mail_shot_key"),
    ],
)
def test_the_parameter_of_a_path_is_named_after_what_is_before_it(
    path: str, wire_name: str, name: str
) -> None:
    assert id_name(path, wire_name) == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "'' is not a name in snake_case"),
        ("Openings", "'Openings' is not a name in snake_case"),
        ("1st", "'1st' is not a name in snake_case"),
        ("import", "'import' is a Python keyword"),
        ("events", "'events' is the name of another member of the client"),
        ("aclose", "'aclose' is the name of another member of the client"),
    ],
)
def test_a_name_that_no_method_can_have_is_told(name: str, reason: str) -> None:
    assert why_no_method(name) == reason
    assert why_no_method("openings") is None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("import", "'import' is a Python keyword"),
        ("kind", "'kind' is the name of another member of EventQuery"),
        ("params", "'params' is the name of another member of EventQuery"),
    ],
)
def test_a_name_that_no_parameter_can_have_is_told(name: str, reason: str) -> None:
    assert why_no_parameter(name) == reason
    assert why_no_parameter("start") is None


@pytest.mark.parametrize("name", ["Any", "EventKind", "Literal", "UUID", "None", "True"])
def test_a_name_that_no_class_can_have_is_told(name: str) -> None:
    assert why_no_class(name) == f"the generated modules use the name {name!r} themselves"
    assert why_no_class("Event") is None
