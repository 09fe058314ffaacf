"""``python -m np6_async.follow.show cursors.db``: show what a SQLite store knows."""

import asyncio
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from np6_async._feed.errors import CursorStoreError

from .stores._sqlite import SQLiteCursorStore
from .stores._stored import StoredCursor

__all__ = ["main"]

_HEADINGS: Final = ("label", "cursor", "horizon", "ids", "version", "key")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the cursors of a store, or forget one; return the exit status.

    Args:
        arguments: The command-line arguments; None for those of the process.
    """
    settings = _parser().parse_args(arguments)
    if not settings.path.exists():  # the store would create it
        return _fail(f"{settings.path} does not exist: name the file of a SQLiteCursorStore")
    try:
        sys.stdout.write(asyncio.run(_answer(settings.path, settings.forget)))
    except CursorStoreError as error:
        return _fail(str(error))
    return 0


def _fail(message: str) -> int:
    sys.stderr.write(f"error: {message}\n")
    return 1


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="python -m np6_async.follow.show",
        description="Show the cursors in a SQLite store: where each query stands, in UTC.",
        epilog="example: python -m np6_async.follow.show cursors.db --forget 3fa9",
    )
    parser.add_argument("path", type=Path, help="the file of the store")
    parser.add_argument(
        "--forget",
        metavar="KEY",
        type=_key_prefix,
        help="delete the cursor of the query whose key begins so; a feed then begins it anew",
    )
    return parser


def _key_prefix(text: str) -> str:
    if not text or set(text.lower()) - set("0123456789abcdef"):
        raise ArgumentTypeError(f"{text!r} is not the beginning of a key: use hexadecimal digits")
    return text.lower()


async def _answer(path: Path, forget: str | None) -> str:
    async with aclosing(SQLiteCursorStore(path)) as store:
        cursors = await store.describe()
        if forget is None:
            return _table(cursors)
        found = _find(cursors, forget)
        await store.forget(found.key)
        return f"forgot {found.label}\n"


def _find(cursors: list[StoredCursor], prefix: str) -> StoredCursor:
    found = [each for each in cursors if each.key.hex().startswith(prefix)]
    if not found:
        raise CursorStoreError(f"no key begins with {prefix}: run without --forget to see the keys")
    if len(found) > 1:
        raise CursorStoreError(f"{len(found)} keys begin with {prefix}: give more digits")
    return found[0]


def _table(cursors: list[StoredCursor]) -> str:
    rows = [_HEADINGS, *map(_row, cursors)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    padded = [map(str.ljust, row, widths) for row in rows]
    return "".join(f"{'  '.join(cells).rstrip()}\n" for cells in padded)


def _row(each: StoredCursor) -> tuple[str, ...]:
    moments = _moment(each.cursor), _moment(each.horizon)
    return each.label, *moments, str(each.ids), str(each.version), each.key.hex()


def _moment(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


if __name__ == "__main__":
    sys.exit(main())
