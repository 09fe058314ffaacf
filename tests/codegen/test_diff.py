"""The report on a change of the spec: three levels, Markdown, exit status, version.

The recorded report is small enough to read. After a wanted change of it, record it again with
`RENEW=1 pytest tests/codegen/test_diff.py` and read the diff.
"""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from codegen._errors import CodegenError
from codegen.diff.__main__ import main
from codegen.diff._api import api_changes
from codegen.diff._change import Change, Level
from codegen.diff._data import Corpus, load_models
from codegen.diff._sides import base
from codegen.diff._version import next_version

Spec = dict[str, Any]
Captured = pytest.CaptureFixture[str]
RECORD = Path(__file__).parent / "golden" / "diff.md"
RECORDED = Path(__file__).parent / "fixtures" / "recorded"


@pytest.fixture
def changed(spec_with_activations: Spec) -> Spec:
    """The document with changes of every level."""
    schemas = spec_with_activations["components"]["schemas"]
    del schemas["BounceStatus"]["properties"]["mta"]
    schemas["Stamp"]["required"] = ["time"]
    schemas["Stamp"]["properties"]["device"] = {"type": "string", "description": "The device."}
    schemas["Identity"]["description"] = "The account."
    return spec_with_activations


def save(path: Path, spec: Spec) -> Path:
    path.write_text(json.dumps(spec), "utf-8")
    return path


def test_the_report_is_the_recorded_one(
    spec: Spec, changed: Spec, tmp_path: Path, capsys: Captured
) -> None:
    old, new = save(tmp_path / "old.json", spec), save(tmp_path / "new.json", changed)
    status = main([str(old), "--spec", str(new), "--samples", str(RECORDED)])
    report = re.sub(r"\d+\.\d+\.\d+", "0.0.0", capsys.readouterr().out)
    if "RENEW" in os.environ:
        RECORD.write_text(report, "utf-8")
    assert report == RECORD.read_text("utf-8")
    assert status == 1


def test_an_additive_change_breaks_nothing(
    spec: Spec, spec_with_activations: Spec, tmp_path: Path, capsys: Captured
) -> None:
    old, new = save(tmp_path / "old.json", spec), save(tmp_path / "new.json", spec_with_activations)
    assert main([str(old), "--spec", str(new)]) == 0
    report = capsys.readouterr().out
    assert report.splitlines()[2].startswith("0 breaking, ")
    assert "`operations > GET /notifications/{id}/events/activations`: added" in report
    assert "`endpoints.Endpoints.activations`: function added" in report


@pytest.mark.parametrize("revision", ["no-such-revision", "--output=x"])
def test_an_unknown_revision_is_an_error(revision: str, capsys: Captured) -> None:
    with pytest.raises(CodegenError, match="neither a file nor a git revision"):
        base(Path(), revision, Path())
    assert main(["no-such-revision"]) == 2
    assert "'no-such-revision' is neither a file nor a git revision" in capsys.readouterr().err


def git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    subprocess.run(["git", "-C", str(root), *identity, *arguments], check=True)  # noqa: S603, S607 - git


def commit(root: Path, tag: str) -> None:
    git(root, "add", ".")
    git(root, "commit", "-qm", tag)
    git(root, "tag", tag)


@pytest.fixture
def repository(golden: Path, tmp_path: Path) -> Path:
    """A repository with two revisions of the golden package, made from one document.

    `v1` has the endpoint methods in `_generated/`, as older revisions have them; `v2` has them
    where they are now.
    """
    root = tmp_path / "root"
    package = Path(shutil.copytree(golden / "small" / "np6_async", root / "np6_async"))
    shutil.copytree(golden / "small" / "openapi", root / "openapi")
    (package / "_version.py").write_text('__version__ = "1.2.3"\n', "utf-8")
    now, once = package / "_endpoints.py", package / "_generated" / "endpoints.py"
    text = now.read_text("utf-8")
    now.unlink()
    once.write_text(text.replace("from ._generated.", "from ."), "utf-8")
    git(root, "init", "-q")
    commit(root, "v1")
    once.unlink()
    now.write_text(text, "utf-8")
    (package / "_version.py").write_text('__version__ = "1.2.4"\n', "utf-8")
    commit(root, "v2")
    return root


@pytest.mark.parametrize(("revision", "version"), [("v1", "1.2.3"), ("v2", "1.2.4")])
def test_a_revision_has_its_own_spec_package_and_version(
    repository: Path, tmp_path: Path, revision: str, version: str
) -> None:
    (repository / "np6_async" / "_version.py").unlink()
    side = base(repository, revision, tmp_path / "side")
    assert (side.name, side.version, side.spec["info"]["title"]) == (revision, version, "Golden")
    assert list(load_models(side.package)) == ["openings"]


@pytest.mark.parametrize("revision", ["v1", "v2"])
def test_a_move_of_the_endpoint_methods_is_no_change(
    repository: Path, original: Path, tmp_path: Path, revision: str
) -> None:
    side = base(repository, revision, tmp_path / "side")
    assert api_changes(side.package, original) == []


@pytest.mark.parametrize("revision", ["v1", "v2"])
def test_a_changed_endpoint_method_is_reported_from_either_layout(
    repository: Path, package: Path, tmp_path: Path, revision: str
) -> None:
    endpoints = package / "_endpoints.py"
    endpoints.write_text(endpoints.read_text("utf-8").replace("sort: Sort", "order: Sort"), "utf-8")
    changes = api_changes(base(repository, revision, tmp_path / "side").package, package)
    assert (Level.BREAKING, METHOD) in [(change.level, change.place) for change in changes]


def test_a_revision_without_generated_code_is_an_error(repository: Path, tmp_path: Path) -> None:
    git(repository, "rm", "-qr", "np6_async/_generated")
    commit(repository, "v3")
    with pytest.raises(CodegenError, match=r"v3 has no .* or no np6_async/_generated"):
        base(repository, "v3", tmp_path / "side")


@pytest.mark.parametrize(
    ("released", "level", "expected"),
    [
        ("0.1.0", None, "0.1.0"),
        ("0.1.0", Level.COSMETIC, "0.1.1"),
        ("0.1.0", Level.ADDITIVE, "0.1.1"),
        ("0.1.0", Level.BREAKING, "0.2.0"),
        ("1.2.3", Level.COSMETIC, "1.2.4"),
        ("1.2.3", Level.ADDITIVE, "1.3.0"),
        ("1.2.3", Level.BREAKING, "2.0.0"),
    ],
)
def test_the_next_version_follows_from_the_changes(
    released: str, level: Level | None, expected: str
) -> None:
    changes = [Change(Level.COSMETIC, "here", "changed")] if level else []
    changes += [Change(level, "there", "changed")] if level else []
    assert next_version(released, changes) == expected


@pytest.fixture
def package(golden: Path, tmp_path: Path) -> Path:
    """A copy of the golden package."""
    return Path(shutil.copytree(golden / "small" / "np6_async", tmp_path / "changed"))


@pytest.fixture
def original(golden: Path) -> Path:
    return golden / "small" / "np6_async"


METHOD = "endpoints.Endpoints.openings"
SORT = "        sort: Sort"
API = {
    "class removed": ("models", "Phone", "Telephone", Level.BREAKING, "models.Phone"),
    "class added": ("models", "Phone", "Telephone", Level.ADDITIVE, "models.Telephone"),
    "member retyped": (
        "models",
        "city: str",
        "city: int",
        Level.BREAKING,
        "models.OpeningPlace.city",
    ),
    "value added": ("models", '"low"', '"lowest", "low"', Level.ADDITIVE, "models.Priority"),
    "value removed": ("models", '"low", "high"', '"low"', Level.BREAKING, "models.Priority"),
    "default changed": ("models", "= 3", "= 4", Level.BREAKING, "models.Opening.level"),
    "docstring": ("models", "The city.", "The town.", Level.COSMETIC, "models.OpeningPlace"),
    "parameter": ("_endpoints", "sort: Sort", "order: Sort", Level.BREAKING, METHOD),
    "parameter added": ("_endpoints", SORT, f"        x: int,\n{SORT}", Level.BREAKING, METHOD),
    "return type": ("_endpoints", "Stream[Opening", "Stream[Phone", Level.BREAKING, METHOD),
    "query": ("_query", "sort: Sort", "order: Sort", Level.BREAKING, "query.EventQuery.sort"),
    "kind": ("kinds", '"openings"', '"opens"', Level.BREAKING, "kinds.EventKind.OPENINGS"),
}


@pytest.mark.parametrize("name", API)
def test_a_change_of_the_python_api_is_reported(original: Path, package: Path, name: str) -> None:
    module, old, new, level, place = API[name]
    [path] = package.rglob(f"{module}.py")
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    found = [(change.level, change.place) for change in api_changes(original, package)]
    assert (level, place) in found


def test_an_api_does_not_differ_from_itself(original: Path) -> None:
    assert api_changes(original, original) == []


OPENING = {
    "id": "6b1f0a52-6f0e-4c57-9d0b-5a3c1c8e7f01",
    "at": "2021-02-23T14:13:02Z",
    "isNew": True,
    "required_null": None,
    "place": {"city": "Lille"},
}


def test_a_change_of_decoded_events_is_reported(
    original: Path, package: Path, tmp_path: Path
) -> None:
    """One event no longer matches its model, one matches now, and one loses a member."""
    models = package / "_generated" / "models.py"
    text = models.read_text("utf-8").replace(
        "required_null: str | None", "required_null: int | None"
    )
    models.write_text(text.replace("city: str", "town: str"), "utf-8")
    events = [OPENING | {"required_null": "no"}, OPENING | {"required_null": 1}, OPENING]
    samples = tmp_path / "samples"
    samples.mkdir()
    (samples / "openings-recorded.json").write_text(json.dumps(events), "utf-8")
    (samples / "closings.json").write_text("[{}]", "utf-8")
    corpus, old, new = Corpus(samples), load_models(original), load_models(package)
    name = "openings-recorded.json"
    assert corpus.changes(old, new) == [
        Change(
            Level.BREAKING,
            name,
            "1 of 3 events become an `UnknownEvent`: $.required_null:"
            " Expected `int | null`, got `str` (element 0)",
        ),
        Change(
            Level.ADDITIVE,
            name,
            "1 of 3 events now match the model `Opening` (element 1)",
        ),
        Change(Level.BREAKING, name, "1 of 3 events lose the member `place.city` (element 2)"),
    ]
    assert corpus.count_unknown(old) == (1, 3)
    assert corpus.changes(old, {}) == [
        Change(Level.BREAKING, name, "events of this kind can no longer be queried")
    ]
    assert [change.level for change in corpus.changes({}, new)] == [Level.ADDITIVE]


@pytest.mark.parametrize("text", ["{", "{}"])
def test_a_sample_file_without_events_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "bounces.json").write_text(text, "utf-8")
    with pytest.raises(CodegenError, match=r"bounces\.json: "):
        Corpus(tmp_path).changes({}, {})
