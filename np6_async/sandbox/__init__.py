"""A sandbox that behaves like the API: for tests, demos and trying things out.

::

    async with Sandbox(seed=1, rate=50) as sandbox:
        async with NP6Client(sandbox.api_key, base_url=sandbox.url) as np6:
            events = await np6.bounces(sandbox.notification_ids[0], sort="asc")

`Sandbox.truth` says which events a query must return. ``python -m np6_async.sandbox`` serves one.
"""

from ._faults import Faults
from ._quota import ResetUnit
from ._sandbox import Sandbox

__all__ = ["Faults", "ResetUnit", "Sandbox"]
