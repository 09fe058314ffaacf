"""The error of this package, and what a command line makes of it."""

import sys
from collections.abc import Callable
from pathlib import Path

__all__ = ["CodegenError", "run"]


class CodegenError(Exception):
    """The document or the generated code has a fault. The message says where, and what to do.

    Args:
        message: The message.
        found: The fault alone.
        where: Says where it is, with the line. That takes long in a large file, so it is called
            only if the error is shown.
    """

    def __init__(
        self, message: str, found: str = "", where: Callable[[], str] | None = None
    ) -> None:
        super().__init__(message)
        self.found = found or message
        self._where = where

    def __str__(self) -> str:
        message = super().__str__()
        return message if self._where is None else f"{self._where()}: {message}"


def run(program: str, path: Path, work: Callable[[], int]) -> int:
    """Do the work of a command line on a document; return its exit status: 2 on an error."""
    try:
        return work()
    except RecursionError:
        message = f"{path}: it is nested too deeply"
    except (CodegenError, OSError) as error:
        message = str(error)
    print(f"{program}: {message}", file=sys.stderr)  # noqa: T201
    return 2
