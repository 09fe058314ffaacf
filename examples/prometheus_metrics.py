"""Count what a client does as Prometheus metrics, with a hook.

It needs ``pip install prometheus-client``, runs against the embedded sandbox, and prints what
Prometheus would scrape. A service calls ``prometheus_client.start_http_server(8000)`` instead.
"""

import asyncio

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from np6_async import NP6Client, RetryPolicy, Stats
from np6_async.errors import NP6Error
from np6_async.hooks import Hook, QueryRun
from np6_async.sandbox import Faults, Sandbox


class PrometheusHook(Hook):
    """Counts requests, retries, events and failures. One instance can serve several clients."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "np6_requests", "Requests by HTTP status.", ["status"], registry=registry
        )
        self._duration = Histogram(
            "np6_request_duration_seconds", "From request to end of response.", registry=registry
        )
        self._retries = Counter("np6_retries", "Requests that were retries.", registry=registry)
        self._events = Counter("np6_events", "Events by kind.", ["kind"], registry=registry)
        self._unknown = Counter(
            "np6_unknown_events", "Events that fit no model.", registry=registry
        )
        self._failures = Counter(
            "np6_query_failures", "Failed queries by error class.", ["error"], registry=registry
        )

    def attempt_started(self, run: QueryRun, *, attempt: int) -> None:
        if attempt > 1:
            self._retries.inc()

    def request_resent(self, run: QueryRun) -> None:
        self._retries.inc()
        self._requests.labels(status="none").inc()  # the first request, on the stale connection

    def attempt_finished(
        self, run: QueryRun, *, attempt: int, status: int | None, duration: float
    ) -> None:
        self._requests.labels(status="none" if status is None else str(status)).inc()
        self._duration.observe(duration)

    def batch_decoded(self, run: QueryRun, *, events: int) -> None:
        self._events.labels(kind=run.query.kind).inc(events)

    def unknown_event(self, run: QueryRun, *, type: str | None, reason: str) -> None:
        self._unknown.inc()

    def query_failed(self, run: QueryRun, *, error: NP6Error) -> None:
        self._failures.labels(error=type(error).__name__).inc()


async def fetch(registry: CollectorRegistry) -> Stats:
    """Ask a sandbox that fails now and then; return the client's own statistics to compare."""
    sandbox = Sandbox(faults=Faults(unknown_types=0.01, server_errors=0.1))
    async with (
        sandbox,
        NP6Client(
            sandbox.api_key,
            base_url=sandbox.url,
            retry=RetryPolicy(cap=0.1),  # short delays, for a short example
            hooks=[PrometheusHook(registry)],
        ) as np6,
    ):
        await np6.fan_out([*sandbox.notification_ids, 999_999])  # the last one does not exist
        return np6.stats


if __name__ == "__main__":
    registry = CollectorRegistry()
    asyncio.run(fetch(registry))
    print(generate_latest(registry).decode())
