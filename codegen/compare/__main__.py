"""Compare the operations of our spec with the same operations in the vendor's OpenAPI file.

Exit status: 0 if they agree, 1 if they differ, 2 on an error. Other endpoints of the vendor's file
are listed, but do not count as a difference.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from codegen._errors import run
from codegen._load import load, load_bundle

from ._finding import Finding, Topic
from ._operations import compare

_SPEC = Path(__file__).parents[2] / "openapi" / "np6-events.yaml"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    options = _parser().parse_args(arguments)
    return run("spec-compare", options.bundle, lambda: _compare(options.spec, options.bundle))


def _compare(spec: Path, bundle: Path) -> int:
    ours = load(spec)
    findings = compare(ours, load_bundle(bundle, ours))
    print("\n".join(_markdown(bundle.name, findings)))  # noqa: T201 - a command line
    return 1 if any(finding.topic is not Topic.SIBLING for finding in findings) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m codegen.compare", description=__doc__)
    parser.add_argument("bundle", type=Path, help="the vendor's OpenAPI file, 3.0 or 3.1")
    parser.add_argument("--spec", type=Path, default=_SPEC, help="our document")
    return parser


def _markdown(name: str, findings: list[Finding]) -> Iterator[str]:
    yield f"# Our spec compared with {name}"
    for topic in Topic:
        found = [f"- `{one.place}`: {one.text}" for one in findings if one.topic is topic]
        if found:
            yield from ("", f"## {topic}", "", *sorted(found))
    if not findings:
        yield from ("", "No difference.")


if __name__ == "__main__":
    sys.exit(main())
