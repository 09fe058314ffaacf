"""The comparison of our spec with a vendor's OpenAPI file, the bundle.

The recorded report is small enough to read. After a wanted change of it, record it again with
`RENEW=1 pytest tests/codegen/test_compare.py` and read the diff.
"""

import json
import os
import re
from copy import deepcopy
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from codegen._document import Document
from codegen._load import load, load_bundle
from codegen._tree import walk
from codegen.compare import _operations
from codegen.compare.__main__ import main
from codegen.compare._finding import Finding, Topic

Spec = dict[str, Any]
Captured = pytest.CaptureFixture[str]
RECORD = Path(__file__).parent / "golden" / "compare.md"
PUBLIC = Path(str(files("exoscale").joinpath("openapi.json")))
BUNDLE = Path(__file__).parent / "fixtures" / "bundle.yaml"


def compare(ours: Spec, theirs: Spec) -> list[Finding]:
    """Compare two documents of OpenAPI 3.1."""
    here, there = (Document(Path("made-up.json"), root) for root in (ours, theirs))
    return _operations.compare(here, there)


def as_it_is(bundle: Spec) -> Spec:
    return bundle


def in_openapi_31(bundle: Spec) -> Spec:
    """Write nullable types and single values as OpenAPI 3.1 does."""
    bundle["openapi"] = "3.1.0"
    for _, node in walk(bundle):
        if node.pop("nullable", False):
            node["type"] = [node["type"], "null"]
        if len(node.get("enum", ())) == 1:
            node["const"] = node.pop("enum")[0]
    return bundle


@pytest.mark.parametrize("write", [yaml.safe_dump, json.dumps], ids=["YAML", "JSON"])
@pytest.mark.parametrize("version", [as_it_is, in_openapi_31], ids=["3.0", "3.1"])
def test_every_kind_of_difference_is_reported(
    write: Any, version: Any, spec_json: str, tmp_path: Path, capsys: Captured
) -> None:
    bundle = version(yaml.safe_load(BUNDLE.read_text("utf-8")))
    path = tmp_path / "bundle"
    path.write_text(write(bundle), "utf-8")
    fragment = tmp_path / "fragment.json"
    fragment.write_text(spec_json, "utf-8")
    assert main([str(path), "--spec", str(fragment)]) == 1
    report = capsys.readouterr().out
    if "RENEW" in os.environ:
        RECORD.write_text(report, "utf-8")
    assert report == RECORD.read_text("utf-8")
    assert [topic for topic in Topic if f"## {topic}\n" not in report] == []


def test_a_document_does_not_differ_from_itself(spec_path: Path, capsys: Captured) -> None:
    assert main([str(spec_path)]) == 0
    assert "No difference." in capsys.readouterr().out


def test_other_endpoints_are_listed_but_are_no_difference(
    spec_json: str, spec_with_activations: Spec, tmp_path: Path, capsys: Captured
) -> None:
    fragment, path = tmp_path / "fragment.json", tmp_path / "bundle.json"
    fragment.write_text(spec_json, "utf-8")
    path.write_text(json.dumps(spec_with_activations), "utf-8")
    assert main([str(path), "--spec", str(fragment)]) == 0
    assert (
        "- `GET /notifications/{id}/events/activations`: supported: add it to the spec\n"
    ) in capsys.readouterr().out


@pytest.mark.parametrize("text", ["swagger: '2.0'", "[]", "openapi: [", "openapi: 4.0.0"])
def test_a_file_that_is_not_openapi_3_is_an_error(
    text: str, tmp_path: Path, capsys: Captured
) -> None:
    path = tmp_path / "bundle.yaml"
    path.write_text(text, "utf-8")
    assert main([str(path)]) == 2
    error = capsys.readouterr().err
    assert re.search(r"bundle\.yaml(:\d+)?: .*(expected 3\.x|cannot be read)", error)


def test_a_bundle_on_another_machine_is_not_downloaded(capsys: Captured) -> None:
    assert main(["https://localhost:9/openapi.json"]) == 2
    assert "only local files are read" in capsys.readouterr().err


@pytest.fixture(scope="module")
def public() -> Spec:
    """A document of 33,000 lines and 259 paths from another vendor, upgraded to 3.1."""
    return load_bundle(PUBLIC, Document(PUBLIC, {})).root


@pytest.fixture
def fragment(public: Spec) -> Spec:
    """A few of its operations, as if copied by hand."""
    paths = ("/template/{id}", "/instance/{id}", "/dbaas-postgres/{name}", "/zone")
    return deepcopy({**public, "paths": {path: public["paths"][path] for path in paths}})


def test_a_copied_fragment_equals_its_part_of_a_large_bundle(public: Spec, fragment: Spec) -> None:
    findings = compare(fragment, public)
    assert [finding for finding in findings if finding.topic is not Topic.SIBLING] == []


def test_an_outdated_fragment_differs_from_a_large_bundle(public: Spec, fragment: Spec) -> None:
    template = fragment["components"]["schemas"]["template"]["properties"]
    del template["url"]
    template["size"]["type"] = "string"
    template["visibility"]["enum"].remove("public")
    template["invented"] = {"type": "string"}
    findings = compare(fragment, public)
    found = {(one.topic, one.place.rpartition(".")[2]): one.text for one in findings}
    assert (
        found.items()
        >= {
            (Topic.FIELD, "url"): "string",
            (Topic.TYPE, "size"): "string (int64) in our spec, integer (int64) in the bundle",
            (Topic.VALUE, "visibility"): "`public`; our spec does not accept it",
            (Topic.EXTRA_FIELD, "invented"): "only in our spec",
        }.items()
    )


@pytest.mark.parametrize("write", [json.dumps, yaml.safe_dump], ids=["JSON", "YAML"])
def test_operations_missing_in_a_large_bundle_are_reported(
    spec: Spec, write: Any, tmp_path: Path, capsys: Captured
) -> None:
    path, public = tmp_path / "bundle", json.loads(PUBLIC.read_text("utf-8"))
    path.write_text(
        yaml.dump(public, Dumper=yaml.CSafeDumper) if write is yaml.safe_dump else write(public),
        "utf-8",
    )
    assert main([str(path)]) == 1
    assert capsys.readouterr().out.count(": not found\n") >= len(spec["paths"])


def test_the_mapping_of_a_union_is_enough_to_find_the_form_of_a_type() -> None:
    """Some bundles do not list the type in the form itself."""
    ours = _events({"type": {"const": "bounce"}, "code": {"type": "string"}})
    theirs = _events({"type": {"type": "string"}, "code": {"type": "integer"}})
    theirs["components"] = {
        "schemas": {
            "Bounce": _schema(theirs)["items"],
            "Other": {"type": "object", "properties": {"other": {"type": "string"}}},
        }
    }
    _schema(theirs)["items"] = {
        "oneOf": [{"$ref": "#/components/schemas/Bounce"}, {"$ref": "#/components/schemas/Other"}],
        "discriminator": {
            "propertyName": "type",
            "mapping": {"bounce": "#/components/schemas/Bounce"},
        },
    }
    assert compare(ours, theirs) == [
        Finding(Topic.TYPE, "bounces[].code", "string in our spec, integer in the bundle")
    ]


def test_every_type_of_an_event_is_compared_with_its_own_form() -> None:
    ours, theirs = (
        _events_of(
            {"type": {"const": "hit"}, "value": {"type": hit}},
            {"type": {"const": "bounce"}, "value": {"type": bounce}},
        )
        for hit, bounce in (("string", "integer"), ("integer", "boolean"))
    )
    theirs_reversed = _events_of(*(one["properties"] for one in _items(theirs)[::-1]))
    expected = {"string in our spec, integer", "integer in our spec, boolean"}
    for other in (theirs, theirs_reversed):
        found = compare(ours, other)
        assert {one.text.removesuffix(" in the bundle") for one in found} == expected


def test_a_keyword_beside_a_union_holds_for_each_branch() -> None:
    ours = _events({"value": {"type": ["integer", "null"], "format": "int64"}})
    theirs = _events(
        {"value": {"format": "int64", "oneOf": [{"type": "integer"}, {"type": "null"}]}}
    )
    assert compare(ours, theirs) == []


def test_equal_schemas_of_two_members_are_both_reported() -> None:
    ours = _events({"one": {"type": "string"}, "two": {"type": "string"}})
    theirs = _events({"one": {"type": "integer"}, "two": {"type": "integer"}})
    assert [one.place for one in compare(ours, theirs)] == ["bounces[].one", "bounces[].two"]


RECURSIVE = {
    "a tree": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Tree"}}},
    "a union": {"oneOf": [{"$ref": "#/components/schemas/Tree"}, {"type": "string"}]},
    "parts": {
        "allOf": [
            {"properties": {"next": {"$ref": "#/components/schemas/Tree"}}},
            {"properties": {"next": {"$ref": "#/components/schemas/Tree", "title": "Next"}}},
        ]
    },
    "true": {"type": "object", "properties": {"next": True}, "items": True},
}


@pytest.mark.parametrize("name", RECURSIVE)
def test_a_schema_that_contains_itself_is_compared_once(name: str) -> None:
    ours = _events({"tree": {"$ref": "#/components/schemas/Tree"}, "other": {"type": "string"}})
    ours["components"] = {"schemas": {"Tree": RECURSIVE[name]}}
    theirs = deepcopy(ours)
    _items(theirs)[0]["properties"]["other"]["type"] = "integer"
    assert [one.place for one in compare(ours, theirs)] == ["bounces[].other"]


@pytest.mark.parametrize("status", ["2XX", "default"])
def test_the_success_may_have_another_status(status: str) -> None:
    ours = _events({"code": {"type": "string"}})
    theirs = _events({"code": {"type": "integer"}})
    responses = theirs["paths"]["/bounces"]["get"]["responses"]
    responses[status] = responses.pop("200")
    assert [one.topic for one in compare(ours, theirs)] == [Topic.TYPE]


def test_an_operation_is_matched_by_its_method() -> None:
    ours, theirs = _events({}), _events({})
    theirs["paths"]["/bounces"]["post"] = theirs["paths"]["/bounces"].pop("get")
    assert compare(ours, theirs) == [Finding(Topic.OPERATION, "GET /bounces", "not found")]


@pytest.mark.parametrize(("our_end", "their_end"), [("", "/"), ("/", "")])
def test_a_slash_at_the_end_of_a_path_is_no_difference(our_end: str, their_end: str) -> None:
    ours = _events({"code": {"type": "string"}})
    theirs = _events({"code": {"type": "integer"}})
    for document, end in ((ours, our_end), (theirs, their_end)):
        document["paths"] = {f"/bounces{end}": document["paths"]["/bounces"]}
    assert [one.topic for one in compare(ours, theirs)] == [Topic.TYPE]


def test_of_several_paths_that_end_with_ours_the_same_one_is_matched() -> None:
    ours = _events({"code": {"type": "string"}})
    theirs = _events({"code": {"type": "integer"}})
    theirs["paths"] = {"/old/bounces": theirs["paths"]["/bounces"], **ours["paths"]}
    assert [one.topic for one in compare(ours, theirs)] == [Topic.SIBLING]


def a(location: str, schema: Spec, **keywords: Any) -> Spec:
    return {"in": location, "name": "it", "schema": schema, **keywords}


MOMENT = {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "integer"}]}
SUPPORTED = {
    "nothing": [],
    "a number in the path": [a("path", {"type": "integer", "format": "int32"})],
    "a string in the path": [a("path", {"type": "string", "format": "uuid"})],
    "an integer": [a("query", {"type": "integer"})],
    "a switch": [a("query", {"type": "boolean"}, required=True)],
    "a moment": [a("query", MOMENT)],
    "values": [a("query", {"enum": ["one", "two"]})],
    "a list": [a("query", {"type": "array", "items": {"type": "string"}})],
    "a list of moments": [a("query", {"type": ["array", "null"], "items": MOMENT})],
    "several": [a("query", {"type": "string"}), a("query", {"type": "string"}, name="other")],
}
NOT_SUPPORTED: dict[str, tuple[str, list[Spec]]] = {
    "array in path": ("is array", [a("path", {"type": "array", "items": {"type": "string"}})]),
    "boolean in path": ("is boolean", [a("path", {"type": "boolean"})]),
    "object": ("is object", [a("query", {"type": "object"})]),
    "number": ("is number", [a("query", {"type": "number"})]),
    "two types": ("is of no single type", [a("query", {"type": ["integer", "string"]})]),
    "content": (
        "is `in: query`, without a schema",
        [{"in": "query", "name": "it", "content": {"text/csv": {}}}],
    ),
    "array of objects": (
        "is array",
        [a("query", {"type": "array", "items": {"type": "object"}})],
    ),
    "header": ("is `in: header`, with a schema", [a("header", {"type": "string"})]),
    "cookie": ("is `in: cookie`, with a schema", [a("cookie", {"type": "string"})]),
}


@pytest.mark.parametrize("name", SUPPORTED)
def test_another_endpoint_is_supported(name: str) -> None:
    assert _sibling(SUPPORTED[name]) == "supported: add it to the spec"


def test_the_header_with_the_key_is_no_parameter_of_the_bundle(
    tmp_path: Path, spec_path: Path, capsys: Captured
) -> None:
    bundle = json.loads(json.dumps(load(spec_path).root))
    [path] = [each for each in bundle["paths"] if each.endswith("/bounces")]
    key = {"name": "x-KEY", "in": "header", "required": True, "schema": {"type": "string"}}
    bundle["components"]["parameters"]["Key"] = key
    item = bundle["paths"][path]
    item["parameters"] = [*item["parameters"], {"$ref": "#/components/parameters/Key"}]
    bundle["paths"]["/actions/{id}/events/bounces"] = item
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps(bundle), "utf-8")
    assert main([str(file), "--spec", str(spec_path)]) == 0
    assert "`GET /actions/{id}/events/bounces`: supported" in capsys.readouterr().out


@pytest.mark.parametrize("name", NOT_SUPPORTED)
def test_another_endpoint_is_not_supported_because_of_a_parameter(name: str) -> None:
    reason, parameters = NOT_SUPPORTED[name]
    path = "/a/{it}/bounces" if parameters[0]["in"] == "path" else "/a/bounces"
    assert _sibling(parameters) == f"not supported: the parameter 'it' of GET {path} {reason}"


def test_another_endpoint_is_not_supported_for_another_reason() -> None:
    assert _sibling([], path="/a/{b}/{c}/bounces") == (
        "not supported: the path has 2 parameters (b, c), and those described as `in: path` are"
        " none"
    )
    assert _sibling([], status="2XX") == (
        "not supported: GET /a/bounces has no 200 response that is a JSON array"
    )


def test_an_endpoint_that_sends_no_array_or_is_for_something_else_is_not_listed() -> None:
    assert _sibling([], type="object") is None
    assert _sibling([], method="post") is None
    assert _sibling([], path="/a/clicks") is None


def _sibling(
    parameters: list[Spec],
    path: str = "",
    method: str = "get",
    status: str = "200",
    type: str = "array",
) -> str | None:
    """What the report says about another operation."""
    ours, theirs = _events({}), _events({})
    in_path = any(each["in"] == "path" for each in parameters)
    path = path or ("/a/{it}/bounces" if in_path else "/a/bounces")
    model = {"type": "object", "properties": {"type": {"const": "bounce"}}}
    theirs["components"] = {"schemas": {"Bounce": model}}
    scheme = {"type": "apiKey", "in": "header", "name": "X-Key"}
    ours["components"] = {"securitySchemes": {"ApiKey": scheme}}
    schema = {"type": type, "items": {"$ref": "#/components/schemas/Bounce"}}
    response = {"content": {"application/json": {"schema": schema}}}
    operation = {"parameters": parameters, "responses": {status: response}}
    theirs["paths"][path] = {method: operation}
    found = compare(ours, theirs)
    assert [one.topic for one in found] == [Topic.SIBLING][: len(found)]
    return found[0].text if found else None


def _events_of(*forms: Spec) -> Spec:
    document = _events({})
    _schema(document)["items"] = {
        "oneOf": [{"type": "object", "properties": properties} for properties in forms]
    }
    return document


def _items(document: Spec) -> list[Spec]:
    """The schemas of an event."""
    items = _schema(document)["items"]
    found: list[Spec] = items.get("oneOf", [items])
    return found


def _events(properties: Spec) -> Spec:
    schema = {"type": "array", "items": {"type": "object", "properties": properties}}
    response = {"description": "", "content": {"application/json": {"schema": schema}}}
    return {"openapi": "3.1.0", "paths": {"/bounces": {"get": {"responses": {"200": response}}}}}


def _schema(document: Spec) -> Spec:
    response = document["paths"]["/bounces"]["get"]["responses"]["200"]
    schema: Spec = response["content"]["application/json"]["schema"]
    return schema
