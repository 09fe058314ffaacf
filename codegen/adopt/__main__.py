"""Copy operations, with all that they need, from the vendor's OpenAPI file into our spec.

Nothing that our spec has is changed. Exit status: 0 if operations were copied, 2 on an error.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from codegen._document import Document, load, load_slice
from codegen._errors import CodegenError

from ._select import Addition, select
from ._text import insert

_SPEC = Path(__file__).parents[2] / "openapi" / "np6-events.yaml"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        addition = _adopt(options.spec, options.bundle, options.operations)
    except (CodegenError, OSError) as error:
        print(f"spec-adopt: {error}", file=sys.stderr)  # noqa: T201 - a command line
        return 2
    print(*_report(addition, options.spec), sep="\n")  # noqa: T201
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m codegen.adopt", description=__doc__)
    parser.add_argument("bundle", type=Path, help="the vendor's OpenAPI file, 3.0 or 3.1")
    parser.add_argument("operations", nargs="*", help='such as "GET /a/{id}/b"; by default all')
    parser.add_argument("--spec", type=Path, default=_SPEC, help="our document")
    return parser


def _adopt(spec: Path, bundle: Path, names: list[str]) -> Addition:
    ours = load(spec)
    addition = select(ours, load_slice(bundle), names)
    text = insert(spec.read_text("utf-8"), addition.paths, addition.components)
    _check(text, spec)
    spec.write_text(text, "utf-8")
    return addition


def _check(text: str, spec: Path) -> Document:
    """Load the new document before the old one is replaced."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, spec.name)
        path.write_text(text, "utf-8")
        return load(path)


def _report(addition: Addition, spec: Path) -> Iterator[str]:
    yield f"Added to {spec}:"
    yield from (f"- {name}" for name in addition.operations)
    for section, components in addition.components.items():
        yield from (f"- components > {section} > {name}" for name in components)
    if addition.todo:
        yield from ("", "Left to you:")
        yield from (f"- {text}" for text in addition.todo)


if __name__ == "__main__":
    sys.exit(main())
