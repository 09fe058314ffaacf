"""Generated code is tried before it is written, and written as a whole or not at all."""

from itertools import count
from pathlib import Path

import pytest

from codegen._errors import CodegenError
from codegen._package import accept, replace

GENERATED = "# Generated from openapi/np6-events.yaml by `make codegen`; do not edit.\n"
MODELS = "_generated/models.py"
FAULTS = {
    "no Python": (MODELS, "class Phone:", "class Phone(:", "models.py"),
    "missing import": (MODELS, "import attrs", "import attr", "'attrs' is not defined"),
    "unknown annotation": (MODELS, "city: str", "city: Town", "name 'Town' is not defined"),
    "hashable model": (MODELS, ", unsafe_hash=False", "", "Base is not a frozen, slotted"),
    "warning": (
        "_generated/kinds.py",
        "OPERATIONS:",
        'assert (1, "")\nOPERATIONS:',
        "assertion is always true",
    ),
    "other kind": (
        "_endpoints.py",
        "kind=EventKind.OPENINGS",
        "kind=None",
        "queries None and decodes to",
    ),
    "no model": ("_endpoints.py", "(query, Opening)", "(query, int)", "decodes to [<class 'int'>]"),
    "other argument": (
        "_query.py",
        "    sort: Sort",
        "    order: Sort",
        "EventQuery has no sort",
    ),
    "no method": ("_endpoints.py", "def openings(", "def opens(", "no attribute 'openings'"),
    "wrong type": (MODELS, "timestamp: Int64", "timestamp: str", "Expected `str | null`"),
    "wrong wire name": (
        MODELS,
        '"wire": "isNew"',
        '"wire": "new"',
        "required member missing [at $.new]",
    ),
}


@pytest.fixture
def files(golden: Path) -> dict[str, str]:
    """The files of the golden package."""
    expected = golden / "small" / "np6_async"
    return {
        path.relative_to(expected).as_posix(): path.read_text("utf-8")
        for path in expected.rglob("*.py")
    }


def test_code_that_works_is_accepted_unchanged(files: dict[str, str]) -> None:
    assert accept(files) == files


@pytest.mark.parametrize("name", FAULTS)
def test_S13_code_that_does_not_work_is_an_error(files: dict[str, str], name: str) -> None:
    file, old, new, message = FAULTS[name]
    assert old in files[file]
    files[file] = files[file].replace(old, new)
    with pytest.raises(CodegenError, match="nothing was written") as caught:
        accept(files)
    assert message in str(caught.value)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A package in the old layout, with a file that is not generated."""
    replace(
        {
            "_generated/__init__.py": GENERATED,
            "_generated/endpoints.py": f"{GENERATED}old = 1\n",
            "_generated/models.py": f"{GENERATED}old = 2\n",
        },
        tmp_path,
    )
    (tmp_path / "_client.py").write_text("mine = 1\n", "utf-8")
    return tmp_path


NEW = {
    "_endpoints.py": f"{GENERATED}new = 1\n",
    "_generated/__init__.py": GENERATED,
    "_generated/models.py": f"{GENERATED}new = 2\n",
}


def contents(directory: Path) -> dict[str, str]:
    return {
        path.relative_to(directory).as_posix(): path.read_text("utf-8")
        for path in directory.rglob("*")
        if path.is_file()
    }


def test_files_in_two_places_are_replaced_together(out: Path) -> None:
    replace(NEW, out)
    assert contents(out) == NEW | {"_client.py": "mine = 1\n"}


@pytest.mark.parametrize("number", [1, 2, 3])
def test_nothing_is_replaced_if_one_file_cannot_be(
    out: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    before = contents(out)
    move, calls = Path.replace, count(1)

    def fail_once(path: Path, target: Path) -> Path:
        if next(calls) == number:
            raise OSError("no space left on device")
        return move(path, target)

    monkeypatch.setattr(Path, "replace", fail_once)
    with pytest.raises(OSError, match="no space left"):
        replace(NEW, out)
    assert contents(out) == before


def test_nothing_is_replaced_if_an_old_file_cannot_be_removed(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(out)

    def refuse(*_: object, **__: object) -> None:
        monkeypatch.undo()
        raise PermissionError("read-only")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(PermissionError):
        replace(NEW, out)
    assert contents(out) == before


def test_nothing_is_replaced_if_a_directory_is_in_the_way(out: Path) -> None:
    (out / "_endpoints.py").mkdir()
    before = contents(out)
    with pytest.raises(IsADirectoryError):
        replace(NEW, out)
    assert contents(out) == before


@pytest.mark.parametrize("name", ["_endpoints.py", "_generated/models.py", "_generated/mine.py"])
def test_nothing_is_replaced_if_a_hand_written_file_is_in_the_way(out: Path, name: str) -> None:
    (out / name).write_text("mine = 1\n", "utf-8")
    before = contents(out)
    with pytest.raises(CodegenError, match=f"{name} was not generated"):
        replace(NEW, out)
    assert contents(out) == before
