"""One query in a process that can have little memory: ``python -m tests.wire.capped URL WAY``.

It prints how the query ended, and by how many MiB the process grew over it.
"""

import asyncio
import re
import resource
import sys
from pathlib import Path

from np6_async import NP6Client, RetryPolicy
from np6_async.errors import NP6Error

MAY_HAVE = 512 * 2**20


def peak() -> int:
    """Return the most memory this process has had, in KiB."""
    return int(re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii"))[0])


async def take(np6: NP6Client, way: str) -> str:
    stream = np6.bounces(156)
    if way == "await":
        return f"{len(await stream)} events"
    count = 0
    async for events in stream.batches():
        count += len(events)
    return f"{count} events"


async def main(url: str, way: str) -> None:
    async with NP6Client("a-key", base_url=url, retry=RetryPolicy(attempts=1)) as np6:
        await np6.executions(1)  # what the first answer takes is not counted
        before = peak()
        try:
            outcome = await take(np6, way)
        except NP6Error as error:
            outcome = f"{type(error).__name__}: {error.args[0]}"
    print((peak() - before) // 1024, outcome)  # noqa: T201 - that is what it is for


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MAY_HAVE, MAY_HAVE))
    asyncio.run(main(*sys.argv[1:]))
