"""A local server that behaves like the API, for tests, demos and experiments.

::

    async with Sandbox(seed=1, rate=50) as sandbox:
        async with NP6Client(sandbox.api_key, base_url=sandbox.url) as np6:
            events = await np6.bounces(sandbox.notification_ids[0], sort="asc")

`Sandbox.truth` returns the events that a query must return. With `Live`, a sandbox publishes new
events while it runs. ``python -m np6_async.sandbox`` starts a sandbox from the command line.
"""

from ._faults import Faults
from ._live import Live
from ._quota import ResetUnit
from ._sandbox import Sandbox

__all__ = ["Faults", "Live", "ResetUnit", "Sandbox"]
