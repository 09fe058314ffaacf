"""Code that does not work is not accepted, whatever made it."""

from pathlib import Path

import pytest

from codegen._errors import CodegenError
from codegen._package import accept

FAULTS = {
    "no Python": ("models.py", "class Phone:", "class Phone(:", "models.py"),
    "missing import": ("models.py", "import attrs", "import attr", "'attrs' is not defined"),
    "unknown annotation": ("models.py", "city: str", "city: Town", "name 'Town' is not defined"),
    "hashable model": ("models.py", ", unsafe_hash=False", "", "Base is not a frozen, slotted"),
    "warning": (
        "kinds.py",
        "OPERATIONS:",
        'assert (1, "")\nOPERATIONS:',
        "assertion is always true",
    ),
    "other kind": ("endpoints.py", "kind=EventKind.OPENINGS", "kind=None", "asks for None as"),
    "no model": ("endpoints.py", "(query, Opening)", "(query, int)", "as <class 'int'>"),
    "wrong type": ("models.py", "timestamp: Int64", "timestamp: str", "Expected `str | null`"),
    "wrong wire name": ("models.py", '"wire": "isNew"', '"wire": "new"', "required field `is_new`"),
}


@pytest.fixture
def files(golden: Path) -> dict[str, str]:
    """The files of the golden package."""
    return {path.name: path.read_text("utf-8") for path in (golden / "expected").glob("*.py")}


def test_a_package_that_works_is_accepted_as_it_is(files: dict[str, str]) -> None:
    assert accept(files) == files


@pytest.mark.parametrize("name", FAULTS)
def test_S13_a_package_that_does_not_work_is_refused(files: dict[str, str], name: str) -> None:
    file, old, new, message = FAULTS[name]
    assert old in files[file]
    files[file] = files[file].replace(old, new)
    with pytest.raises(CodegenError, match="nothing was written") as caught:
        accept(files)
    assert message in str(caught.value)
