"""Our fragment beside a vendor's bundle: what differs where our operations are concerned.

The report on record is small enough to read. When a change of it is wanted, write it anew with
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
    """Write what is null, and what has one value only, in the way of the newer OpenAPI."""
    bundle["openapi"] = "3.1.0"
    for _, node in walk(bundle):
        if node.pop("nullable", False):
            node["type"] = [node["type"], "null"]
        if len(node.get("enum", ())) == 1:
            node["const"] = node.pop("enum")[0]
    return bundle


@pytest.mark.parametrize("write", [yaml.safe_dump, json.dumps], ids=["YAML", "JSON"])
@pytest.mark.parametrize("version", [as_it_is, in_openapi_31], ids=["3.0", "3.1"])
def test_every_kind_of_difference_is_told(
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


def test_endpoints_beside_ours_are_no_difference(
    spec_json: str, spec_with_activations: Spec, tmp_path: Path, capsys: Captured
) -> None:
    fragment, path = tmp_path / "fragment.json", tmp_path / "bundle.json"
    fragment.write_text(spec_json, "utf-8")
    path.write_text(json.dumps(spec_with_activations), "utf-8")
    assert main([str(path), "--spec", str(fragment)]) == 0
    assert (
        "- `GET /notifications/{id}/events/activations`:"
        " a new kind with our parameters: worth adding\n"
    ) in capsys.readouterr().out


@pytest.mark.parametrize("text", ["swagger: '2.0'", "[]", "openapi: [", "openapi: 4.0.0"])
def test_what_is_no_openapi_3_is_told(text: str, tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "bundle.yaml"
    path.write_text(text, "utf-8")
    assert main([str(path)]) == 2
    assert "bundle.yaml: " in capsys.readouterr().err


def test_a_bundle_on_another_machine_is_not_fetched(capsys: Captured) -> None:
    assert main(["https://localhost:9/openapi.json"]) == 2
    assert "only local files are read" in capsys.readouterr().err


@pytest.fixture(scope="module")
def public() -> Spec:
    """A document of 33,000 lines with 259 paths that somebody else wrote."""
    document: Spec = json.loads(files("exoscale").joinpath("openapi.json").read_text("utf-8"))
    return document


@pytest.fixture
def fragment(public: Spec) -> Spec:
    """A few operations of it, as if somebody had copied them by hand."""
    paths = ("/template/{id}", "/instance/{id}", "/dbaas-postgres/{name}", "/zone")
    return deepcopy({**public, "paths": {path: public["paths"][path] for path in paths}})


def test_a_copied_fragment_agrees_with_a_large_bundle(public: Spec, fragment: Spec) -> None:
    findings = compare(fragment, public)
    assert [finding for finding in findings if finding.topic is not Topic.SIBLING] == []


def test_a_fragment_gone_stale_is_found_out_in_a_large_bundle(public: Spec, fragment: Spec) -> None:
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
            (Topic.TYPE, "size"): "string (int64) with us, integer (int64) in the bundle",
            (Topic.VALUE, "visibility"): "`public`, and we take no other than ours",
            (Topic.EXTRA_FIELD, "invented"): "ours alone",
        }.items()
    )


@pytest.mark.parametrize("write", [json.dumps, yaml.safe_dump], ids=["JSON", "YAML"])
def test_a_large_bundle_without_our_operations_says_so(
    public: Spec, spec: Spec, write: Any, tmp_path: Path, capsys: Captured
) -> None:
    path = tmp_path / "bundle"
    path.write_text(
        yaml.dump(public, Dumper=yaml.CSafeDumper) if write is yaml.safe_dump else write(public),
        "utf-8",
    )
    assert main([str(path)]) == 1
    assert capsys.readouterr().out.count(": not found\n") >= len(spec["paths"])


def test_a_union_is_told_apart_by_its_mapping_alone() -> None:
    """As in bundles whose forms do not say their own type."""
    ours = _events({"type": {"const": "bounce"}, "code": {"type": "string"}})
    theirs = _events({"type": {"type": "string"}, "code": {"type": "integer"}})
    theirs["components"] = {
        "schemas": {
            "Bounce": _answer(theirs)["items"],
            "Other": {"type": "object", "properties": {"other": {"type": "string"}}},
        }
    }
    _answer(theirs)["items"] = {
        "oneOf": [{"$ref": "#/components/schemas/Bounce"}, {"$ref": "#/components/schemas/Other"}],
        "discriminator": {
            "propertyName": "type",
            "mapping": {"bounce": "#/components/schemas/Bounce"},
        },
    }
    assert compare(ours, theirs) == [
        Finding(Topic.TYPE, "bounces[].code", "string with us, integer in the bundle")
    ]


def _events(properties: Spec) -> Spec:
    schema = {"type": "array", "items": {"type": "object", "properties": properties}}
    response = {"description": "", "content": {"application/json": {"schema": schema}}}
    return {"openapi": "3.1.0", "paths": {"/bounces": {"get": {"responses": {"200": response}}}}}


def _answer(document: Spec) -> Spec:
    response = document["paths"]["/bounces"]["get"]["responses"]["200"]
    schema: Spec = response["content"]["application/json"]["schema"]
    return schema
