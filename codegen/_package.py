"""Format generated files, try them in a new interpreter, and replace the old ones."""

import difflib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ._errors import CodegenError

__all__ = ["accept", "differences", "replace"]

_PACKAGE = Path(__file__).parent.parent / "np6_async"
_MARKS = ("# Generated from ", "<!-- Generated from ")


def accept(files: Mapping[str, str]) -> dict[str, str]:
    """Format the files, then use them in a copy of np6_async.

    Returns:
        The formatted files.

    Raises:
        CodegenError: The code does not work.
    """
    with tempfile.TemporaryDirectory() as directory:
        package = Path(directory) / "np6_async"
        shutil.copytree(_PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.rmtree(package / "_generated", ignore_errors=True)
        _write(files, package)
        written = [str(package / name) for name in files if name.endswith(".py")]
        _ruff("check", "--fix", "--select=I,F401,RUF022", *written)
        _ruff("format", *written)
        trial = Path(__file__).parent / "_trial.py"
        _run([sys.executable, "-I", "-B", "-Werror", str(trial), directory])
        return {name: (package / name).read_text("utf-8") for name in files}


def _ruff(command: str, *arguments: str) -> None:
    """Run ruff with these settings alone, so that the result is the same on every machine."""
    settings = (
        "--isolated",
        "--no-cache",
        "--quiet",
        "--target-version=py311",
        "--config=line-length=100",
        '--config=lint.isort.known-first-party=["np6_async"]',
    )
    _run([sys.executable, "-m", "ruff", command, *settings, *arguments])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own arguments
    if done.returncode:
        raise CodegenError(
            f"the generated code does not work; nothing was written.\n{done.stdout}{done.stderr}"
        )


def differences(files: Mapping[str, str], out: Path) -> Iterator[str]:
    """Yield a unified diff for each file that is missing, out of date or no longer generated."""
    old = _present(files, out)
    for name in sorted(old.keys() | files.keys()):
        before, after = old.get(name), files.get(name)
        if before != after:
            yield "".join(
                difflib.unified_diff(
                    (before or "").splitlines(keepends=True),
                    (after or "").splitlines(keepends=True),
                    fromfile="/dev/null" if before is None else str(out / name),
                    tofile="/dev/null" if after is None else f"{name} (from the spec)",
                )
            )


def _present(files: Mapping[str, str], out: Path) -> dict[str, str]:
    """Return the text of what is there now: at the paths of the files, and in their packages."""
    packages = {(out / name).parent for name in files if name.endswith("__init__.py")}
    paths = {out / name for name in files if (out / name).exists()}
    paths.update(path for package in packages for path in package.glob("*.py"))
    return {path.relative_to(out).as_posix(): path.read_text("utf-8") for path in sorted(paths)}


def replace(files: Mapping[str, str], out: Path) -> None:
    """Write the files, and remove those that are no longer generated: all of it, or nothing.

    Raises:
        CodegenError: A hand-written file is in the way.
        OSError: A file cannot be written.
    """
    old = _present(files, out)
    for name, text in old.items():
        if not (text or _MARKS[0]).startswith(_MARKS):
            raise CodegenError(f"{out / name} was not generated; move it")
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".codegen-", dir=out) as directory:
        new, backup = Path(directory, "new"), Path(directory, "backup")
        _write(files, new)
        _write(old, backup)
        try:
            _move(files, new, out, removing=old.keys() - files.keys())
        except BaseException:
            _move(old, backup, out, removing=files.keys() - old.keys())
            raise


def _write(files: Mapping[str, str], directory: Path) -> None:
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def _move(names: Iterable[str], source: Path, target: Path, *, removing: Iterable[str]) -> None:
    """Move files from one directory to another; each of them changes at once."""
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).replace(target / name)
    for name in removing:
        (target / name).unlink(missing_ok=True)
