"""Format a generated package, try it in a fresh interpreter, and only then replace the old one."""

import difflib
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from ._errors import CodegenError

__all__ = ["accept", "differences", "replace"]

_MARKS = ("# Generated from ", "<!-- Generated from ")


def accept(files: Mapping[str, str]) -> dict[str, str]:
    """Format the files, then parse, import and use them.

    Returns:
        The formatted files.

    Raises:
        CodegenError: They do not work.
    """
    with tempfile.TemporaryDirectory() as directory:
        package = Path(directory) / "generated"
        package.mkdir()
        for name, text in files.items():
            (package / name).write_text(text, "utf-8")
        _ruff("check", "--fix", "--select=I,F401,RUF022", str(package))
        _ruff("format", str(package))
        trial = Path(__file__).parent / "_trial.py"
        _run([sys.executable, "-I", "-B", "-Werror", str(trial), directory])
        return {name: (package / name).read_text("utf-8") for name in files}


def _ruff(command: str, *arguments: str) -> None:
    """Run ruff with these settings only, so that no file on the machine changes the result."""
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
    """Yield a unified diff for each file of the package that is not what it should be."""
    old = {path.name: path.read_text("utf-8") for path in _present(out)}
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


def _present(out: Path) -> set[Path]:
    """Return the files of a package that could have been generated."""
    return {*out.glob("*.py"), *out.glob("reference.md")}


def replace(files: Mapping[str, str], out: Path) -> None:
    """Make the directory hold these files and no other generated one; each file changes at once.

    Raises:
        CodegenError: The directory holds a hand-written file.
    """
    old = _present(out)
    for path in sorted(old):
        if not (path.read_text("utf-8") or _MARKS[0]).startswith(_MARKS):
            raise CodegenError(f"{path} was not generated; move it, or choose another --out")
    out.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        new = out / f".{name}.new"
        new.write_text(text, "utf-8")
        new.replace(out / name)
    for path in old - {out / name for name in files}:
        path.unlink()
