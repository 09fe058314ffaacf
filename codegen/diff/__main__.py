"""Report how a change of the spec changes the document, the Python API and the decoded events.

Exit status: 0 if no change is breaking, 1 if one is, 2 on an error.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from codegen._errors import CodegenError, run

from ._data import Corpus
from ._release import last_release
from ._report import Report, compare
from ._sides import base, current

_ROOT = Path(__file__).parents[2]
_SPEC = _ROOT / "openapi" / "np6-events.yaml"
_SAMPLES = _ROOT / "tests" / "samples"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    options = _parser().parse_args(arguments)
    return run(
        "spec-diff", options.spec, lambda: _diff(options.base, options.spec, options.samples)
    )


def _diff(revision: str | None, spec: Path, samples: Path) -> int:
    report = make_report(revision or _last_release(), spec, samples)
    print(report.markdown(), end="")  # noqa: T201 - a command line
    return 1 if report.is_breaking else 0


def _last_release() -> str:
    if tag := last_release(_ROOT):
        return tag
    raise CodegenError(
        "there is no release tag (such as v1.2.3) to compare with;"
        " name a revision or a file: make spec-diff BASE=HEAD"
    )


def make_report(revision: str, spec: Path = _SPEC, samples: Path = _SAMPLES) -> Report:
    """Compare a git revision or a file with the working tree."""
    with tempfile.TemporaryDirectory() as directory:
        old, new = Path(directory, "old"), Path(directory, "new")
        old.mkdir()
        return compare(base(_ROOT, revision, old), current(_ROOT, spec, new), Corpus(samples))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m codegen.diff", description=__doc__)
    parser.add_argument(
        "base",
        nargs="?",
        help="a git revision, or an OpenAPI document, to compare with; by default the last release",
    )
    parser.add_argument("--spec", type=Path, default=_SPEC, help="the new document")
    parser.add_argument("--samples", type=Path, default=_SAMPLES, help="recorded events")
    return parser


if __name__ == "__main__":
    sys.exit(main())
