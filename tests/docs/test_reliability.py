"""Every row of the fault matrix has a test, which has the row's id in its name."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parent.parent
MATRIX = TESTS.parent / "docs" / "reliability.md"


def rows() -> list[str]:
    """Return the ids of the matrix."""
    return re.findall(r"^\| ([A-Z]\d+) \|", MATRIX.read_text("utf-8"), re.MULTILINE)


def named_by_tests() -> Iterator[str]:
    """Yield the ids in the names of tests; a test may be about several rows."""
    for path in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                ids = re.match(r"test_((?:[A-Z]\d+_)+)", node.name)
                yield from ids[1].split("_")[:-1] if ids else ()


def test_every_row_stands_once() -> None:
    assert len(rows()) == len(set(rows())) == 95


def test_every_row_has_a_test() -> None:
    assert sorted(set(rows()) - set(named_by_tests())) == []


def test_no_test_names_a_row_that_does_not_exist() -> None:
    assert sorted(set(named_by_tests()) - set(rows())) == []
