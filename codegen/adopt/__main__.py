"""Copy operations, with all that they need, from the vendor's OpenAPI file into our spec.

Nothing that our spec has is changed. Without names, all operations are copied that the client
supports. Exit status: 0, or 2 on an error; then nothing was written.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from codegen._errors import CodegenError, run
from codegen._load import load, load_bundle
from codegen._render import render

from ._select import Addition, select
from ._text import insert

_SPEC = Path(__file__).parents[2] / "openapi" / "np6-events.yaml"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    options = _parser().parse_args(arguments)
    return run(
        "spec-adopt",
        options.bundle,
        lambda: _adopt(options.spec, options.bundle, options.operations),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m codegen.adopt", description=__doc__)
    parser.add_argument("bundle", type=Path, help="the vendor's OpenAPI file, 3.0 or 3.1")
    parser.add_argument("operations", nargs="*", help='such as "GET /a/{id}/b"; by default all')
    parser.add_argument("--spec", type=Path, default=_SPEC, help="our document")
    return parser


def _adopt(spec: Path, bundle: Path, names: list[str]) -> int:
    ours = load(spec)
    addition = select(ours, load_bundle(bundle, ours), names)
    if addition.operations:
        old = spec.read_bytes().decode()  # with its line ends
        text = insert(old, addition.paths, addition.components)
        _check(text, spec.name)
        spec.write_bytes(text.encode())
    print(*_report(addition, spec), sep="\n", end="")  # noqa: T201 - a command line
    return 0


def _check(text: str, name: str) -> None:
    """Generate code from the new document before it replaces the old one."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, name)
        path.write_text(text, "utf-8")
        try:
            render(load(path))
        except CodegenError as error:
            reason = str(error).replace(f"{path}", "the new document")
            raise CodegenError(f"nothing was added: {reason}") from error


def _report(addition: Addition, spec: Path) -> Iterator[str]:
    added = [
        *addition.operations,
        *(
            f"components > {key} > {name}"
            for key, all_ in addition.components.items()
            for name in all_
        ),
    ]
    sections = {
        f"Added to {spec}": added,
        "Not added": addition.left_out,
        "Left to you": addition.todo,
    }
    for title, lines in sections.items():
        if lines:
            yield from (f"{title}:", *(f"- {line}" for line in dict.fromkeys(lines)), "")


if __name__ == "__main__":
    sys.exit(main())
