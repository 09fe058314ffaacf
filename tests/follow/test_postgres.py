"""What is special to cursors in PostgreSQL: its connection, its tables, and secrets."""

import asyncio
import traceback

import pytest

from np6_async.follow import CursorStoreError, Position, PostgresCursorStore
from np6_async.follow.stores._postgres_settings import ConnectSettings

from .admin import END_OTHERS, PAUSE, READ_ONLY, admin, until_waiting
from .callers import PostgresCaller
from .postgres import Server
from .stores import KEY, NOON, advance, closing, held

pytestmark = pytest.mark.postgres

STORED = {KEY: Position(NOON, NOON, 1)}


@pytest.fixture
def caller(postgres: Server) -> PostgresCaller:
    return PostgresCaller(postgres)


# Its connection


async def test_a_lost_connection_is_made_again(database: str) -> None:
    async with held(PostgresCursorStore(database)) as (store, fence), admin(database) as run:
        for version in range(3):
            await run(END_OTHERS)
            await store.save([advance(version)], fence=fence)
            await run(END_OTHERS)
            assert await store.acquire("a", seconds=60) == fence
            await run(END_OTHERS)
            assert (await store.load([KEY]))[KEY].version == version + 1


async def test_a_cancelled_use_leaves_the_store_usable(database: str) -> None:
    async with held(PostgresCursorStore(database)) as (store, fence), admin(database) as run:
        await run("BEGIN")
        await run("SELECT * FROM np6_lease FOR UPDATE")
        saving = asyncio.create_task(store.save([advance()], fence=fence))
        await until_waiting(run, 1)
        saving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await saving
        await run("ROLLBACK")
        assert await store.load([KEY]) == {}
        await store.save([advance()], fence=fence)


@pytest.mark.parametrize("turns", range(6))
async def test_a_use_that_is_cancelled_twice_leaves_the_store_usable(
    database: str, turns: int
) -> None:
    async with (
        held(PostgresCursorStore(database)) as (store, fence),
        closing(PostgresCursorStore(database)) as other,
        admin(database) as run,
    ):
        await run("BEGIN")
        await run("SELECT * FROM np6_lease FOR UPDATE")
        saving = asyncio.create_task(store.save([advance()], fence=fence))
        await until_waiting(run, 1)
        saving.cancel()
        for _ in range(turns):
            await asyncio.sleep(0)
        saving.cancel()
        await asyncio.wait([saving])
        assert saving.cancelled()
        await run("ROLLBACK")
        await store.load([KEY])
        await store.save([advance()], fence=fence)
        assert await other.load([KEY]) == STORED


async def test_what_cannot_be_reached_is_an_error_without_the_password() -> None:
    store = PostgresCursorStore("postgresql://user:hunter2@127.0.0.1:1/events?connect_timeout=5")
    with pytest.raises(CursorStoreError, match="cannot be reached: check conninfo") as caught:
        await store.load([])
    told = "".join(traceback.format_exception(caught.value)) + repr(store)
    assert "host=127.0.0.1 port=1 dbname=events user=user" in told
    assert "hunter2" not in told
    await store.aclose()


@pytest.mark.parametrize(
    "conninfo",
    [
        "host=localhost hunter2",
        "postgresql://user:hun@ter2@localhost/events",
        "postgresql://user:hunter2%zz@localhost/events",
        "host=localhost pasword=hunter2",
    ],
)
def test_an_invalid_conninfo_is_an_error_without_the_password(conninfo: str) -> None:
    with pytest.raises(ValueError, match="conninfo is not valid") as caught:
        PostgresCursorStore(conninfo)
    told = "".join(traceback.format_exception(caught.value, chain=True))
    assert "ter2" not in told.replace(conninfo, "")


def test_a_message_of_the_server_is_shown_without_the_password() -> None:
    settings = ConnectSettings.parse("host=localhost user=np6 password=hunter2")
    assert settings.redact("refused: hunter2") == "refused: ***"
    assert "hunter2" not in repr(settings)
    assert ConnectSettings.parse("").redact("refused") == "refused"


async def test_a_schema_that_is_missing_is_named(database: str) -> None:
    async with closing(PostgresCursorStore(database, schema="elsewhere")) as store:
        with pytest.raises(CursorStoreError, match=r'no such schema: create it .*"elsewhere"'):
            await store.load([])


async def test_tables_can_be_in_any_schema(caller: PostgresCaller) -> None:
    async with admin(caller.conninfo) as run, caller.connect() as connection:
        await run('CREATE SCHEMA "My schema"')
        async with held(PostgresCursorStore(caller.conninfo, schema="My schema")) as (store, fence):
            async with store.transaction(connection, advance(), fence=fence):
                await caller.execute(connection)
            assert await store.load([KEY]) == STORED
        assert (
            await run("SELECT schemaname FROM pg_tables WHERE tablename LIKE 'np6%'")
            == [("My schema",)] * 4
        )


async def test_a_user_without_rights_is_told_what_to_grant(database: str) -> None:
    async with admin(database) as run:
        await run("CREATE ROLE stranger LOGIN")
        stranger = PostgresCursorStore(database.replace("user=np6", "user=stranger"))
        with pytest.raises(CursorStoreError, match="refuses this user: grant CREATE and USAGE"):
            await stranger.load([])
        await stranger.aclose()


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE np6_schema SET version = 2", "in version 2 .* up to 1: upgrade np6_async"),
        ("DELETE FROM np6_schema", "is damaged, the version of its tables is missing"),
        ("DROP TABLE np6_cursors", "has not the tables of a cursor store"),
        (READ_ONLY, "is read-only: connect to the primary"),
    ],
)
async def test_tables_that_are_no_good_store_are_refused(
    database: str, statement: str, message: str
) -> None:
    async with closing(PostgresCursorStore(database)) as store:
        await store.load([])
    async with admin(database) as run, closing(PostgresCursorStore(database)) as store:
        await run(statement)
        for _ in range(2):
            with pytest.raises(CursorStoreError, match=message):
                await store.load([KEY])


async def test_stores_that_open_at_once_make_the_tables_once(database: str) -> None:
    stores = [PostgresCursorStore(database) for _ in range(8)]
    fences = await asyncio.gather(
        *(each.acquire(str(number), seconds=60) for number, each in enumerate(stores))
    )
    assert [each for each in fences if each] == [1]
    for each in stores:
        await each.aclose()


async def test_a_lock_that_stays_is_an_error(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c statement_timeout=200")
    async with held(PostgresCursorStore(database)) as (store, _), admin(database) as run:
        await run("BEGIN")
        await run("SELECT * FROM np6_lease FOR UPDATE")
        with pytest.raises(CursorStoreError, match="statement timeout"):
            await store.acquire("a", seconds=60)
        await run("ROLLBACK")
        assert await store.acquire("a", seconds=60) == 1


async def test_a_save_whose_connection_is_lost_amid_the_commit_is_not_tried_again(
    database: str,
) -> None:
    async with held(PostgresCursorStore(database)) as (store, fence), admin(database) as run:
        await run(PAUSE.replace("mine", "np6_cursors"))
        saving = asyncio.create_task(store.save([advance()], fence=fence))
        await until_waiting(run, 1)
        await run(END_OTHERS)
        with pytest.raises(CursorStoreError, match="terminating connection"):
            await saving
        assert await store.load([KEY]) == {}
        await run("SELECT pg_advisory_unlock(1)")
        await store.save([advance()], fence=fence)
        assert await store.load([KEY]) == STORED
