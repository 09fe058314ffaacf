"""Check the spec, its generated code, the version and the recorded events.

Exit status: 0 if all checks pass, 1 if one fails. The output then says what to run.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

from packaging.version import Version

from codegen._errors import CodegenError
from codegen._load import load
from codegen._package import accept, differences
from codegen._render import render
from codegen.diff._data import Corpus, load_models
from codegen.diff._release import last_release
from codegen.diff._report import compare
from codegen.diff._sides import Side, base, current

_ROOT = Path(__file__).parents[1]


class Guard:
    """The four checks of one repository. Each yields its problems, with what to do about them.

    Args:
        root: The folder of the repository.
        directory: A folder for temporary files.
    """

    def __init__(self, root: Path, directory: Path) -> None:
        self._root = root
        self._directory = directory
        self._spec = root / "openapi" / "np6-events.yaml"
        self._corpus = Corpus(root / "tests" / "samples")

    @property
    def checks(self) -> dict[str, Callable[[], Iterator[str]]]:
        """The checks by name, in order. The others run only if the first passes."""
        return {
            "the spec is valid": self._valid,
            "the generated code is up to date": self._drift,
            "breaking changes since the last release have a new version": self._announced,
            "the recorded events match their models": self._samples,
        }

    @cached_property
    def _now(self) -> Side:
        return current(self._root, self._spec, self._directory / "now")

    def _valid(self) -> Iterator[str]:
        try:
            load(self._spec)
        except CodegenError as error:
            yield f"{error}\nFix openapi/np6-events.yaml, then run: make spec-guard"

    def _drift(self) -> Iterator[str]:
        files = accept(render(load(self._spec)))
        diffs = list(differences(files, self._root / "np6_async"))
        if diffs:
            advice = "Run: make codegen && git add np6_async, then commit the result."
            yield "\n".join((*diffs, advice))

    def _announced(self) -> Iterator[str]:
        tag = last_release(self._root)
        if tag is None:
            return
        old = self._directory / "old"
        old.mkdir()
        report = compare(base(self._root, tag, old), self._now, self._corpus)
        needed, version = report.needed_version, self._now.version
        if report.is_breaking and needed and version and Version(version) < Version(needed):
            yield (
                f"{report.markdown()}\n"
                f"If you want these changes, set the version in np6_async/_version.py to {needed},"
                " and describe them in CHANGELOG.md. If not, fix the spec, and see what remains:"
                f" make spec-diff BASE={tag}"
            )

    def _samples(self) -> Iterator[str]:
        for mismatch in self._corpus.mismatches(load_models(self._now.package)):
            yield (
                f"tests/samples/{mismatch.place}: {mismatch.text}\n"
                "Change the spec so that it accepts this event, then run: make codegen spec-guard"
            )


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m codegen.guard", description=__doc__)
    parser.add_argument("--root", type=Path, default=_ROOT, help="the folder of the repository")
    root = parser.parse_args(arguments).root.resolve()
    with tempfile.TemporaryDirectory() as directory:
        first, *others = Guard(root, Path(directory)).checks.items()
        if not _passes(first):
            return 1
        passed = [_passes(other) for other in others]  # report all of them
        return 0 if all(passed) else 1


def _passes(named_check: tuple[str, Callable[[], Iterator[str]]]) -> bool:
    name, check = named_check
    try:
        problems = list(check())
    except CodegenError as error:
        problems = [f"{error}\nFix openapi/np6-events.yaml, then run: make spec-guard"]
    print(*problems, f"{'FAIL' if problems else 'ok  '}  {name}", sep="\n")  # noqa: T201
    return not problems


if __name__ == "__main__":
    sys.exit(main())
