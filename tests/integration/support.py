"""What must be so whatever stands between client and sandbox."""

from typing import Final

from np6_async import NP6Client, RetryPolicy
from np6_async.sandbox import Sandbox
from tests.sandbox.support import queries

from .boxes import Box

__all__ = ["MOST_THROTTLED", "all_arrive"]

MOST_THROTTLED: Final = 16
"""Of 60 requests. 3 to 10 are throttled; behind haproxy 22, if not all queries wait after one."""


async def all_arrive(sandbox: Sandbox, box: Box, *, attempts: int = 4) -> None:
    """Ask for everything the sandbox has, and compare.

    All there is is made before, so that a busy machine asks fast enough to be refused.
    """
    truth = {query: sandbox.truth(query) for query in queries(sandbox, sort="asc")}
    retry = RetryPolicy(attempts=attempts, base=0.01)
    async with NP6Client(sandbox.api_key, base_url=box.url, retry=retry) as np6:
        result = await np6.fan_out(sandbox.notification_ids, sort="asc")
    result.raise_for_failures()
    assert len(truth) == 3 * len(sandbox.notification_ids)
    assert result.events == truth
