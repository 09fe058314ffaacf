"""The comparison of our spec with a vendor's OpenAPI file, the bundle.

The recorded report is small enough to read. After a wanted change of it, record it again with
`RENEW=1 pytest tests/codegen/test_compare.py` and read the diff.
"""

import json
import os
from copy import deepcopy
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from codegen._tree import walk
from codegen.compare.__main__ import main
from codegen.compare._finding import Finding, Topic
from codegen.compare._operations import compare

Spec = dict[str, Any]
Captured = pytest.CaptureFixture[str]
RECORD = Path(__file__).parent / "golden" / "compare.md"
BUNDLE = Path(__file__).parent / "fixtures" / "bundle.yaml"


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
        "- `GET /notifications/{id}/events/activations`:"
        " a new kind that the client supports: add it to the spec\n"
    ) in capsys.readouterr().out


@pytest.mark.parametrize("text", ["swagger: '2.0'", "[]", "openapi: [", "openapi: 4.0.0"])
def test_a_file_that_is_not_openapi_3_is_an_error(
    text: str, tmp_path: Path, capsys: Captured
) -> None:
    path = tmp_path / "bundle.yaml"
    path.write_text(text, "utf-8")
    assert main([str(path)]) == 2
    assert "bundle.yaml: " in capsys.readouterr().err


def test_a_bundle_on_another_machine_is_not_downloaded(capsys: Captured) -> None:
    assert main(["https://localhost:9/openapi.json"]) == 2
    assert "only local files are read" in capsys.readouterr().err


@pytest.fixture(scope="module")
def public() -> Spec:
    """A document of 33,000 lines and 259 paths from another vendor."""
    document: Spec = json.loads(files("exoscale").joinpath("openapi.json").read_text("utf-8"))
    return document


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
    public: Spec, spec: Spec, write: Any, tmp_path: Path, capsys: Captured
) -> None:
    path = tmp_path / "bundle"
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


def _events(properties: Spec) -> Spec:
    schema = {"type": "array", "items": {"type": "object", "properties": properties}}
    response = {"description": "", "content": {"application/json": {"schema": schema}}}
    return {"openapi": "3.1.0", "paths": {"/bounces": {"get": {"responses": {"200": response}}}}}


def _schema(document: Spec) -> Spec:
    response = document["paths"]["/bounces"]["get"]["responses"]["200"]
    schema: Spec = response["content"]["application/json"]["schema"]
    return schema
