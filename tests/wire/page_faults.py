"""Small queries in a process of their own: ``python -m tests.wire.page_faults URL``.

It prints how often each of them made the kernel give out memory.
"""

import asyncio
import resource
import sys

from np6_async import NP6Client

QUERIES = 200


def page_faults() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


async def main(url: str) -> None:
    async with NP6Client("a-key", base_url=url) as np6:
        for _ in range(QUERIES):  # what the first answers take is not counted
            await np6.executions(156)
        before = page_faults()
        for _ in range(QUERIES):
            await np6.executions(156)
    print((page_faults() - before) / QUERIES)  # noqa: T201 - that is what it is for


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
