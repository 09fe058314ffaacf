"""Generate code from the OpenAPI document, or check that the generated code is up to date."""

import argparse
import sys
from pathlib import Path

from ._errors import run
from ._load import load
from ._package import accept, differences, replace
from ._render import render

_ROOT = Path(__file__).parent.parent
_SPEC = Path("openapi", "np6-events.yaml")


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m codegen", description=__doc__)
    parser.add_argument("--root", type=Path, default=_ROOT, help="the folder of the repository")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; print a diff and fail if out of date"
    )
    options = parser.parse_args(arguments)
    return run(
        "codegen", options.root / _SPEC, lambda: _generate(options.root, check=options.check)
    )


def _generate(root: Path, *, check: bool) -> int:
    document = load(root / _SPEC)
    files, out = accept(render(document)), root / "np6_async"
    for note in dict.fromkeys(document.notes):
        print(f"note: {note}", file=sys.stderr)  # noqa: T201
    if not check:
        replace(files, out)
        return 0
    diffs = list(differences(files, out))
    if diffs:
        advice = (
            "codegen: the generated code is out of date: run `make codegen`, commit the result."
        )
        print(*diffs, advice, sep="\n")  # noqa: T201
    return 1 if diffs else 0


if __name__ == "__main__":
    sys.exit(main())
