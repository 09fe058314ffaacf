"""What the command line says."""

import pytest

from np6_async import EventKind
from np6_async._generated.kinds import OPERATIONS, Parameter
from np6_async.sandbox import Sandbox
from np6_async.sandbox._greeting import greeting, simple_kind

BOUNCES = OPERATIONS[EventKind.BOUNCES]
HASH = Parameter(name="hash", wire_name="hash", location="query", type="string", required=True)


async def test_it_says_where_the_sandbox_is_and_how_to_ask_it() -> None:
    async with Sandbox(notifications=2) as sandbox:
        text = greeting(sandbox)

    assert text.splitlines()[1:3] == [
        f"  key            {sandbox.api_key}",
        "  notifications  156 to 157",
    ]
    assert "/notifications/156/events/executions?sort=asc'" in text
    assert 'await np6.executions(156, sort="asc"):' in text


async def test_it_does_not_say_how_if_every_kind_needs_more_than_an_id(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("np6_async.sandbox._greeting.simple_kind", lambda _: None)
    async with Sandbox() as sandbox:
        assert greeting(sandbox).endswith("156 to 175\n")


def test_a_kind_is_simple_that_needs_no_more_than_an_id() -> None:
    contact = BOUNCES._replace(parameters=(HASH,))

    assert simple_kind({"contact": contact, "bounces": BOUNCES}) == "bounces"
    assert simple_kind({"contact": contact}) is None
    assert simple_kind(OPERATIONS) is EventKind.EXECUTIONS
