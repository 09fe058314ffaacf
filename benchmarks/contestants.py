"""The contestants: each asks for the same answers in its own way, sixteen at a time.

``python -m benchmarks.contestants NAME LOOP BASE_URL EVENTS RESPONSES PASSES`` runs one of them in
a process of its own, on the event loop of ``asyncio`` or ``uvloop``; what it imports, it imports
itself, so that the others do not pay for it.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

CONCURRENCY = 16
KEY = "benchmark"

Ask = Callable[[int], Awaitable[int]]


async def each(ask: Ask, ids: Iterator[int]) -> int:
    """Ask for every id, so many at a time; return the number of events."""
    counts: list[int] = []

    async def work() -> None:
        for notification_id in ids:
            counts.append(await ask(notification_id))

    async with asyncio.TaskGroup() as group:
        for _ in range(CONCURRENCY):
            group.create_task(work())
    return sum(counts)


# What people write by hand


@asynccontextmanager
async def aiohttp_session(base_url: str) -> AsyncIterator[Callable[[int], Any]]:
    """A session as the aiohttp documentation shows it."""
    import aiohttp

    async with aiohttp.ClientSession(headers={"X-Key": KEY}) as session:
        yield lambda id_: session.get(f"{base_url}/notifications/{id_}/events/bounces")


async def bytes_only(base_url: str, ids: Iterator[int]) -> int:
    """The floor: read every body, look at nothing."""
    async with aiohttp_session(base_url) as get:

        async def ask(id_: int) -> int:
            async with get(id_) as response:
                return id_ if await response.read() else 0

        return await each(ask, ids)


async def bytes_split(base_url: str, ids: Iterator[int]) -> int:
    """The JSON of each event, cut where it seems to end: wrong where a string looks like that."""
    async with aiohttp_session(base_url) as get:

        async def ask(id_: int) -> int:
            async with get(id_) as response:
                return len((await response.read()).split(b"},{"))

        return await each(ask, ids)


async def orjson_dicts(base_url: str, ids: Iterator[int]) -> int:
    """Bare aiohttp and orjson: dicts."""
    import orjson

    async with aiohttp_session(base_url) as get:

        async def ask(id_: int) -> int:
            async with get(id_) as response:
                response.raise_for_status()
                return len(orjson.loads(await response.read()))

        return await each(ask, ids)


async def plain_cattrs(base_url: str, ids: Iterator[int]) -> int:
    """aiohttp, orjson and cattrs' own orjson converter, into this project's models."""
    from typing import Union
    from uuid import UUID

    import orjson
    from cattrs.preconf.orjson import make_converter

    from np6_async._generated.models import Int64
    from np6_async.models import BounceEvent, Recipient

    converter = make_converter()
    converter.register_structure_hook(UUID, lambda value, _: UUID(value))
    converter.register_structure_hook_func(
        lambda form: form in (Union[Int64, str, None], Union[Int64, None], Int64),
        lambda value, _: value,
    )
    receiver = Union[str, list[str], Recipient, None]

    def structure_receiver(value: Any, _: Any) -> Any:
        return converter.structure(value, Recipient) if isinstance(value, dict) else value

    converter.register_structure_hook(receiver, structure_receiver)
    async with aiohttp_session(base_url) as get:

        async def ask(id_: int) -> int:
            async with get(id_) as response:
                response.raise_for_status()
                found = orjson.loads(await response.read())
                return len(converter.structure(found, list[BounceEvent]))

        return await each(ask, ids)


# This client


async def np6_await(base_url: str, ids: Iterator[int]) -> int:
    """This client: a list for each answer."""
    from np6_async import NP6Client

    async with NP6Client(KEY, base_url=base_url, concurrency=CONCURRENCY) as np6:

        async def ask(id_: int) -> int:
            return len(await np6.bounces(id_))

        return await each(ask, ids)


async def np6_async_for(base_url: str, ids: Iterator[int]) -> int:
    """This client: event by event."""
    from np6_async import NP6Client

    async with NP6Client(KEY, base_url=base_url, concurrency=CONCURRENCY) as np6:

        async def ask(id_: int) -> int:
            count = 0
            async for _ in np6.bounces(id_):
                count += 1
            return count

        return await each(ask, ids)


async def np6_batches(base_url: str, ids: Iterator[int]) -> int:
    """This client: in lists, as they arrive."""
    from np6_async import NP6Client

    async with NP6Client(KEY, base_url=base_url, concurrency=CONCURRENCY) as np6:

        async def ask(id_: int) -> int:
            count = 0
            async for events in np6.bounces(id_).batches():
                count += len(events)
            return count

        return await each(ask, ids)


async def np6_raw(base_url: str, ids: Iterator[int]) -> int:
    """This client: the JSON of each event."""
    from np6_async import NP6Client

    async with NP6Client(KEY, base_url=base_url, concurrency=CONCURRENCY) as np6:

        async def ask(id_: int) -> int:
            count = 0
            async for _ in np6.bounces(id_).raw():
                count += 1
            return count

        return await each(ask, ids)


async def np6_fan_out(base_url: str, ids: Iterator[int]) -> int:
    """This client: a streamed fan-out."""
    from np6_async import NP6Client

    count = 0
    async with (
        NP6Client(KEY, base_url=base_url, concurrency=CONCURRENCY) as np6,
        np6.fan_out(ids, kinds="bounces") as run,
    ):
        async for batch in run:
            count += len(batch.events)
    return count


# What generators make of the same OpenAPI fragment


async def openapi_python_client(base_url: str, ids: Iterator[int]) -> int:
    """The client that openapi-python-client makes."""
    from np6_notification_events_client import AuthenticatedClient
    from np6_notification_events_client.api.notification_events import get_notification_bounces

    client = AuthenticatedClient(base_url=base_url, token=KEY, prefix="", auth_header_name="X-Key")
    async with client:

        async def ask(id_: int) -> int:
            events = await get_notification_bounces.asyncio(id_, client=client)
            assert isinstance(events, list)
            return len(events)

        return await each(ask, ids)


async def openapi_generator(base_url: str, ids: Iterator[int]) -> int:
    """The client that openapi-generator makes (``python``, ``library=asyncio``)."""
    from openapi_client import ApiClient, Configuration, NotificationEventsApi

    settings = Configuration(host=base_url, api_key={"apiKey": KEY})
    async with ApiClient(settings) as client:
        api = NotificationEventsApi(client)

        async def ask(id_: int) -> int:
            return len(await api.get_notification_bounces(id_))

        return await each(ask, ids)


CONTESTANTS: dict[str, Callable[[str, Iterator[int]], Coroutine[Any, Any, int]]] = {
    "bytes only": bytes_only,
    "bytes split": bytes_split,
    "orjson dicts": orjson_dicts,
    "plain cattrs": plain_cattrs,
    "np6 await": np6_await,
    "np6 async for": np6_async_for,
    "np6 batches": np6_batches,
    "np6 raw": np6_raw,
    "np6 fan_out": np6_fan_out,
    "openapi-python-client": openapi_python_client,
    "openapi-generator": openapi_generator,
}


def main() -> None:
    """Run one contestant."""
    name, loop, base_url, *numbers = sys.argv[1:]
    events, responses, passes = map(int, numbers)
    for _ in range(passes):
        ids = iter([events] * responses)
        with asyncio.Runner(loop_factory=import_module(loop).new_event_loop) as runner:
            found = runner.run(CONTESTANTS[name](base_url, ids))
        assert found == events * responses, f"{name} found {found} events"


if __name__ == "__main__":
    main()
