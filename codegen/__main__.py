"""Generate code from an OpenAPI document, or check that the generated code is up to date."""

import argparse
import sys
from pathlib import Path

from ._errors import CodegenError
from ._package import accept, differences, replace
from ._render import render
from ._spec import load

_ROOT = Path(__file__).parent.parent
_SPEC = _ROOT / "openapi" / "np6-events.yaml"
_OUT = _ROOT / "np6_async"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        return _generate(options.spec, options.out, check=options.check, client=options.client)
    except (CodegenError, OSError) as error:
        print(f"codegen: {error}", file=sys.stderr)  # noqa: T201 - a command line
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m codegen", description=__doc__)
    parser.add_argument(
        "--spec", type=Path, default=_SPEC, help="the OpenAPI 3.1 document (YAML or JSON)"
    )
    parser.add_argument("--out", type=Path, default=_OUT, help="the directory to write to")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; print a diff and fail if out of date"
    )
    parser.add_argument(
        "--client", action="store_true", help="generate np6_async's own code: endpoint methods, too"
    )
    return parser


def _generate(spec: Path, out: Path, *, check: bool, client: bool) -> int:
    ours = (spec.resolve(), out.resolve()) == (_SPEC, _OUT)
    client = client or out.resolve() == _OUT
    command = "make codegen" if ours else "python -m codegen"
    source = spec.resolve().relative_to(_ROOT).as_posix() if ours else spec.name
    files = accept(render(load(spec), source, command, client=client))
    if not check:
        replace(files, out)
        return 0
    diffs = list(differences(files, out))
    if diffs:
        again = command if ours else f"{command} --spec {spec} --out {out}{' --client' * client}"
        advice = f"codegen: {out} does not match {spec}: run `{again}` and commit the result."
        print(*diffs, advice, sep="\n")  # noqa: T201 - a command line
    return 1 if diffs else 0


if __name__ == "__main__":
    sys.exit(main())
