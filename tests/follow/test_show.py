"""The command that shows what a SQLite store knows, and forgets a query."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from np6_async.follow import CursorStoreError, SQLiteCursorStore
from np6_async.follow.show import main

from .stores import NOON, advance, closing, held, segment

ONE, TWO = bytes.fromhex("3fa9" + "00" * 14), bytes.fromhex("3fb0" + "00" * 14)

TABLE = """\
label                        cursor                    horizon                   ids  version  key
bounces of notification 156  2023-11-14T22:13:20.010Z  2023-11-14T22:13:20.000Z  3    1        {one}
bounces of notification 156  2023-11-14T22:13:20.000Z  2023-11-14T22:13:20.000Z  0    1        {two}
"""


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    path = tmp_path / "cursors.db"
    first = advance(key=ONE, cursor=NOON + 10, segment=segment(NOON + 10, 1, 2, 3))
    async with held(SQLiteCursorStore(path)) as (store, fence):
        await store.save([first, advance(key=TWO)], fence=fence)
        await store.release("a")
    return path


def test_it_prints_a_table(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = path.read_bytes()
    assert main([str(path)]) == 0
    assert capsys.readouterr().out == TABLE.format(one=ONE.hex(), two=TWO.hex())
    assert path.read_bytes() == before


def test_a_file_without_cursors_is_left_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "empty.db"
    path.touch()
    assert main([str(path)]) == 0
    assert capsys.readouterr().out == "label  cursor  horizon  ids  version  key\n"
    assert path.read_bytes() == b""


def test_it_forgets_one_query(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(path), "--forget", "3FA"]) == 0
    assert capsys.readouterr().out == "forgot bounces of notification 156\n"
    assert main([str(path)]) == 0
    assert ONE.hex() not in capsys.readouterr().out


async def test_a_query_that_is_forgotten_leaves_nothing(path: Path) -> None:
    async with closing(SQLiteCursorStore(path)) as store:
        assert await store.forget(ONE)
        assert not await store.forget(ONE)
    async with held(store) as (_, fence):
        await store.save([advance(key=ONE)], fence=fence)
        assert (await store.load([ONE]))[ONE].segments == ()


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("3f", "error: 2 keys begin with 3f: give more digits\n"),
        ("40", "error: no key begins with 40: run without --forget to see the keys\n"),
    ],
)
def test_a_key_must_be_that_of_one_query(
    path: Path, capsys: pytest.CaptureFixture[str], key: str, message: str
) -> None:
    assert main([str(path), "--forget", key]) == 1
    assert capsys.readouterr().err == message


@pytest.mark.parametrize("key", ["", "xyz", "-1", "0x3f"])
def test_a_key_that_is_not_hexadecimal_is_a_usage_error(
    path: Path, capsys: pytest.CaptureFixture[str], key: str
) -> None:
    with pytest.raises(SystemExit) as exited:
        main([str(path), f"--forget={key}"])
    assert exited.value.code == 2
    assert "is not the beginning of a key: use hexadecimal digits" in capsys.readouterr().err


async def test_nothing_is_forgotten_while_a_feed_has_the_lease(path: Path) -> None:
    async with held(SQLiteCursorStore(path)) as (store, _):
        done = command(path, "--forget", "3fa9")
        with pytest.raises(CursorStoreError, match="is used by a feed"):
            await store.forget(ONE)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: the cursor store {path} is used by a feed, whose lease")
    assert done.stderr.endswith("UTC: end the feed first\n")
    assert done.stderr.count("\n") == 1
    async with closing(SQLiteCursorStore(path)) as store:
        assert len(await store.describe()) == 2


def command(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-W", "error", "-m", "np6_async.follow.show", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_runs_as_a_module(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["show", str(path)])
    monkeypatch.delitem(sys.modules, "np6_async.follow.show")
    with pytest.raises(SystemExit) as exited:
        runpy.run_module("np6_async.follow.show", run_name="__main__")
    assert exited.value.code == 0
    assert capsys.readouterr().out.count("\n") == 3


@pytest.mark.parametrize("content", [None, b"no database, but a text of some length"])
def test_a_file_that_is_no_store_is_an_error_and_stays_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None
) -> None:
    path = tmp_path / "cursors.db"
    if content is not None:
        path.write_bytes(content)
    assert main([str(path)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("error: ")
    assert str(path) in told.err
    assert told.err.count("\n") == 1
    assert (path.read_bytes() if path.exists() else None) == content
