"""`make spec-adopt`: operations of the vendor's file become part of our spec, and no more."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from codegen._load import load
from codegen._service import read_service
from codegen.adopt.__main__ import main

ROOT = Path(__file__).parents[2]
FAMILIES = ROOT / "examples" / "families.yaml"
Captured = pytest.CaptureFixture[str]

BUNDLE: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Vendor", "version": "9"},
    "paths": {
        "/actions/{id}/events/bounces": {
            "parameters": [{"$ref": "#/components/parameters/Key"}],
            "get": {
                "summary": "Bounces: all of them.",
                "parameters": [
                    {"name": "page-size", "in": "query", "schema": {"type": "integer"}},
                    {"$ref": "#/paths/~1actions~1%7Bid%7D~1events~1bounces/get/x-shared"},
                ],
                "x-shared": {"name": "on", "in": "query", "schema": {"type": "boolean"}},
                "responses": {
                    "200": {
                        "description": "Bounces.",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "array",
                                    "items": {"$ref": "#/components/schemas/MailBounce"},
                                }
                            }
                        },
                    }
                },
            },
            "post": {"responses": {"200": {"description": "Not wanted."}}},
        },
        "/other": {"get": {"responses": {"200": {"description": "Not wanted."}}}},
    },
    "components": {
        "parameters": {
            "Key": {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
        },
        "schemas": {
            "MailBounce": {
                "type": "object",
                "description": "yes",
                "required": ["type", "id"],
                "properties": {
                    "type": {"type": "string", "enum": ["mail bounce"]},
                    "id": {"type": "string", "nullable": True, "description": "08:30"},
                    "stamp": {"$ref": "#/components/schemas/Stamp"},
                    "gone": {"$ref": "#/components/schemas/Gone"},
                    "example": {"$ref": "#/components/schemas/Deep"},
                },
                "example": {"$ref": "#/components/schemas/NotWanted"},
            },
            "Deep": {"type": "object", "properties": {"1e3": {"enum": ["1e3", "no", "0o7", ""]}}},
            "Stamp": {"type": "string"},
            "NotWanted": {"type": "string"},
        },
    },
}
OPERATION = "GET /actions/{id}/events/bounces"


@pytest.fixture
def spec_file(spec_path: Path, tmp_path: Path) -> Path:
    path = tmp_path / "np6-events.yaml"
    path.write_text(spec_path.read_text("utf-8"), "utf-8")
    return path


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(BUNDLE), "utf-8")
    return path


def adopt(spec: Path, bundle: Path, *operations: str) -> int:
    return main([str(bundle), *operations, "--spec", str(spec)])


def test_an_operation_is_copied_with_exactly_what_it_needs(
    spec_file: Path, bundle: Path, capsys: Captured
) -> None:
    before = load(spec_file)
    assert adopt(spec_file, bundle, OPERATION) == 0
    after = load(spec_file)
    added = {
        section: found.keys() - before.root["components"].get(section, {}).keys()
        for section, found in after.root["components"].items()
    }
    assert {section: names for section, names in added.items() if names} == {
        "parameters": {"Key"},
        "schemas": {"MailBounce", "Deep"},
    }
    path = "/actions/{id}/events/bounces"
    assert list(after.root["paths"]) == [*before.root["paths"], path]
    item = after.root["paths"][path]
    assert item.keys() == {"parameters", "get"}
    assert item["get"]["summary"] == "Bounces: all of them."
    assert item["get"]["parameters"][1] == {
        "name": "on", "in": "query", "schema": {"type": "boolean"}
    }  # fmt: skip
    model = after.schemas["MailBounce"]
    assert model["properties"]["id"] == {"type": ["string", "null"], "description": "08:30"}
    assert model["properties"]["gone"] == {}
    assert model["description"] == "yes"
    assert after.schemas["Deep"]["properties"]["1e3"]["enum"] == ["1e3", "no", "0o7", ""]
    assert after.schemas["Stamp"] == before.schemas["Stamp"]
    output = capsys.readouterr().out
    for line in (
        f"- {OPERATION}",
        "- components > schemas > MailBounce",
        "- components > schemas > Stamp differs from yours, which was kept: compare them",
        "- #/components/schemas/Gone leads nowhere: what refers to it accepts anything",
        f"- {OPERATION}: add `examples`, from which the sandbox makes its events",
        (
            f"- {OPERATION}: if `page-size` chooses events, say how with `x-np6-filter`;"
            " without it, the sandbox sends all of them"
        ),
    ):
        assert line in output.splitlines()
    endpoint = read_service(after).endpoints[-1]
    assert endpoint.signature == "action_bounces(action_id, *, page_size, on)"
    assert endpoint.event_type == "mail bounce"


def test_nothing_else_in_the_text_changes(spec_file: Path, bundle: Path) -> None:
    before = spec_file.read_text("utf-8").splitlines()
    assert adopt(spec_file, bundle, OPERATION) == 0
    after = iter(spec_file.read_text("utf-8").splitlines())
    assert all(any(line == other for other in after) for line in before)


def test_all_operations_of_a_file_may_be_copied_and_those_that_are_there_are_left(
    spec_file: Path, capsys: Captured
) -> None:
    assert adopt(spec_file, FAMILIES, OPERATION) == 0
    assert adopt(spec_file, FAMILIES) == 0
    assert f"- {OPERATION}: {spec_file} already has this path\n" in capsys.readouterr().out
    paths = yaml.safe_load(FAMILIES.read_text("utf-8"))["paths"]
    assert load(spec_file).root["paths"].keys() >= paths.keys()
    text = spec_file.read_text("utf-8")
    assert adopt(spec_file, FAMILIES) == 0
    output = capsys.readouterr().out
    assert "Added" not in output
    assert output.count("already has this path") == len(paths)
    assert adopt(spec_file, FAMILIES, OPERATION) == 2
    assert f"{OPERATION}: {spec_file} already has this path" in capsys.readouterr().err
    assert spec_file.read_text("utf-8") == text


def test_the_header_with_the_key_is_not_copied_and_what_is_not_supported_is_left_out(
    spec_file: Path, tmp_path: Path, capsys: Captured
) -> None:
    bundle = json.loads(json.dumps(BUNDLE))
    key = {"name": "x-key", "in": "header", "required": True, "schema": {"type": "string"}}
    bundle["components"]["parameters"]["ApiKey"] = key
    [item] = [item for path, item in bundle["paths"].items() if path.startswith("/actions")]
    item["parameters"].append({"$ref": "#/components/parameters/ApiKey"})
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(bundle), "utf-8")
    assert adopt(spec_file, path) == 0
    assert "ApiKey" not in load(spec_file).root["components"]["parameters"]
    output = capsys.readouterr().out
    assert "POST /actions/{id}/events/bounces is no GET" in output
    assert "GET /other has no 200 response that is a JSON array" in output
    assert "components > schemas > Deep > 1e3: other values than these make an event an" in output


def test_a_document_that_could_not_be_generated_is_not_written(
    spec_file: Path, tmp_path: Path, capsys: Captured
) -> None:
    bundle = json.loads(json.dumps(BUNDLE))
    bundle["components"]["schemas"]["Deep"] = {
        "oneOf": [{"type": "object", "properties": {name: {"type": "string"}}} for name in "ab"]
    }
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(bundle), "utf-8")
    text = spec_file.read_text("utf-8")
    assert adopt(spec_file, path, OPERATION) == 2
    error = capsys.readouterr().err
    assert "nothing was added: the new document" in error
    assert "a union of 2 objects that no member tells apart" in error
    assert spec_file.read_text("utf-8") == text


def test_a_document_in_json_is_not_changed(
    spec_file: Path, bundle: Path, spec: Any, capsys: Captured
) -> None:
    spec_file.write_text(json.dumps(spec), "utf-8")
    assert adopt(spec_file, bundle, OPERATION) == 2
    assert "paths: write it with a line for each member, no braces" in capsys.readouterr().err
    assert json.loads(spec_file.read_text("utf-8")) == spec


def test_a_file_without_an_operation_is_an_error(
    spec_file: Path, tmp_path: Path, capsys: Captured
) -> None:
    path = tmp_path / "none.yaml"
    path.write_text("openapi: 3.1.0\npaths: {}\n", "utf-8")
    assert adopt(spec_file, path) == 2
    assert "none.yaml has no operation" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        (
            "GET /nowhere",
            "has no operation 'GET /nowhere'; it has GET /actions/{id}/events/bounces",
        ),
        ("GET /x/bounces", "has no operation 'GET /x/bounces'; it has GET /actions/{id}/events/bo"),
        ("bounces", "has no operation 'bounces'"),
    ],
)
def test_an_operation_that_does_not_exist_is_an_error_that_names_others(
    spec_file: Path, bundle: Path, capsys: Captured, operation: str, message: str
) -> None:
    text = spec_file.read_text("utf-8")
    assert adopt(spec_file, bundle, operation) == 2
    assert message in capsys.readouterr().err
    assert spec_file.read_text("utf-8") == text


def test_a_section_in_braces_is_an_error(spec_file: Path, bundle: Path, capsys: Captured) -> None:
    text = "# YAML\nopenapi: 3.1.0\ninfo: { title: T, version: '1' }\npaths: {}\n"
    spec_file.write_text(text, "utf-8")
    assert adopt(spec_file, bundle, OPERATION) == 2
    assert "paths: write it with a line for each member, no braces" in capsys.readouterr().err
    assert spec_file.read_text("utf-8") == text


def test_sections_that_are_missing_are_made(spec_file: Path, bundle: Path) -> None:
    spec_file.write_text(
        "openapi: 3.1.0\ninfo: { title: T, version: '1' }\ncomponents:\n  schemas:\n"
        "    Odd: &a {}\n    Same: *a\n  securitySchemes:\n"
        "    K: { type: apiKey, in: header, name: X-K }\n"
        "servers: [{ url: 'https://a.example' }]\ntags:\n- name: |\n    a\n\n# end",
        "utf-8",
    )
    assert adopt(spec_file, bundle, OPERATION) == 0
    document = load(spec_file)
    assert list(document.root["paths"]) == ["/actions/{id}/events/bounces"]
    assert list(document.schemas) == ["Odd", "Same", "MailBounce", "Stamp", "Deep"]
    assert document.root["tags"] == [{"name": "a\n"}]


def test_a_file_that_is_no_document_is_an_error(
    spec_file: Path, tmp_path: Path, capsys: Captured
) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("a: [", "utf-8")
    assert adopt(spec_file, path) == 2
    assert "cannot be read as YAML or JSON" in capsys.readouterr().err


def changed(tmp_path: Path, **schemas: Any) -> Path:
    """The bundle with other schemas, as a file."""
    bundle = json.loads(json.dumps(BUNDLE))
    bundle["components"]["schemas"].update(schemas)
    path = tmp_path / "changed.json"
    path.write_text(json.dumps(bundle), "utf-8")
    return path


def test_the_line_ends_of_the_document_are_kept(spec_file: Path, bundle: Path) -> None:
    text = spec_file.read_text("utf-8").replace("\n", "\r\n")
    spec_file.write_bytes(text.encode())
    assert adopt(spec_file, bundle, OPERATION) == 0
    after = spec_file.read_bytes()
    assert after.count(b"\n") == after.count(b"\r\n") > text.count("\n")


@pytest.mark.parametrize(
    "text", ["a\x85b", "a\u2028b", "é", "a: b # c", "'", '"', "- x", "\t", "a\nb"]
)
def test_a_text_is_the_same_in_the_document(spec_file: Path, tmp_path: Path, text: str) -> None:
    schema = {"type": "object", "properties": {text: {"type": "string", "description": text}}}
    assert adopt(spec_file, changed(tmp_path, Deep=schema), OPERATION) == 0
    assert load(spec_file).schemas["Deep"] == schema


def test_components_with_escaped_names_and_those_of_a_discriminator_are_copied(
    spec_file: Path, tmp_path: Path
) -> None:
    union = {
        "oneOf": [{"$ref": "#/components/schemas/Cat"}],
        "discriminator": {"propertyName": "k", "mapping": {"dog": "#/components/schemas/Dog"}},
    }
    animal = {"type": "object", "required": ["k"], "properties": {"k": {"type": "string"}}}
    page = {"type": "object", "properties": {"animal": union}}
    deep = {
        "type": "object",
        "properties": {"page": {"$ref": "#/components/schemas/Page%3CHit%3E"}},
    }
    parts = {"Page<Hit>": page, "Cat": animal, "Dog": animal, "Deep": deep}
    assert adopt(spec_file, changed(tmp_path, **parts), OPERATION) == 0
    assert load(spec_file).schemas.keys() >= parts.keys()


def test_a_schema_that_contains_itself_without_a_name_is_an_error(
    spec_file: Path, tmp_path: Path, capsys: Captured
) -> None:
    ref = "#/components/schemas/Deep/properties/kid"
    deep = {"type": "object", "properties": {"kid": {"type": "array", "items": {"$ref": ref}}}}
    assert adopt(spec_file, changed(tmp_path, Deep=deep), OPERATION) == 2
    assert f"{ref} contains itself; make it a component" in capsys.readouterr().err


@pytest.mark.parametrize(
    "part",
    [
        {"paths": []},
        {"paths": {"/a": None}},
        {"paths": {"/a": {"get": {"parameters": "x", "responses": []}}}},
        {"paths": {"/a": {"get": {"parameters": [1], "responses": {"200": None}}}}},
        {"components": {"schemas": []}},
        {"info": None},
    ],
)
def test_a_malformed_file_is_no_traceback(
    spec_file: Path, tmp_path: Path, capsys: Captured, part: dict[str, Any]
) -> None:
    text = spec_file.read_text("utf-8")
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps({**BUNDLE, **part}), "utf-8")
    assert adopt(spec_file, path) in (0, 2)
    if "components" not in part and "info" not in part:
        assert spec_file.read_text("utf-8") == text
    capsys.readouterr()
