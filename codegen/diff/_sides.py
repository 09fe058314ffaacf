"""The two sides of a comparison: each is a document and the code generated from it."""

import ast
import io
import subprocess
import tarfile
from pathlib import Path

from attrs import evolve, frozen

from codegen._errors import CodegenError
from codegen._load import load
from codegen._package import accept, replace
from codegen._render import render
from codegen._tree import Node

__all__ = ["Side", "base", "current"]

_SPEC = "openapi/np6-events.yaml"
_PACKAGE = "np6_async"
_VERSION = "np6_async/_version.py"


@frozen(kw_only=True)
class Side:
    """One side.

    Attributes:
        name: Its name in a report.
        spec: The document.
        package: The folder that has `_endpoints.py` and `_generated/`.
        version: The version of np6_async on this side, if it is known.
    """

    name: str
    spec: Node
    package: Path
    version: str | None


def current(root: Path, spec: Path, directory: Path) -> Side:
    """Return the side of the working tree, with code generated from the spec in it."""
    side = _from_file(spec, directory, "the working tree")
    return evolve(side, version=_version(root / _VERSION))


def base(root: Path, revision: str, directory: Path) -> Side:
    """Return the side to compare with: a git revision with its own code, or a file.

    Raises:
        CodegenError: The name is neither a file nor a git revision with a spec.
    """
    if (path := Path(revision)).is_file():
        return _from_file(path, directory, path.name)
    _extract(root, revision, directory)
    package = directory / _PACKAGE
    if not (package / "_generated").is_dir() or not (directory / _SPEC).is_file():
        raise CodegenError(f"{revision} has no {_SPEC} or no {_PACKAGE}/_generated")
    if (old := package / "_generated" / "endpoints.py").is_file():
        old.rename(package / "_endpoints.py")  # the place in older revisions
    return Side(
        name=revision,
        spec=load(directory / _SPEC).root,
        package=package,
        version=_version(directory / _VERSION),
    )


def _from_file(path: Path, directory: Path, name: str) -> Side:
    document = load(path)
    replace(accept(render(document)), directory)
    return Side(name=name, spec=document.root, package=directory, version=None)


def _extract(root: Path, revision: str, directory: Path) -> None:
    command = ["git", "-C", str(root), "archive", "--format=tar", revision, "openapi", "np6_async"]
    if revision.startswith("-"):
        raise CodegenError(f"{revision!r} is neither a file nor a git revision")
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - git, and no option
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip()
        raise CodegenError(
            f"{revision!r} is neither a file nor a git revision with a spec: {reason}"
        )
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(directory, filter="data")


def _version(path: Path) -> str | None:
    """Read the version from the source, as the package may not be importable."""
    if not path.is_file():
        return None
    for statement in ast.parse(path.read_text("utf-8")).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="__version__")], value=ast.Constant(value=value)):
                return str(value)
    return None
