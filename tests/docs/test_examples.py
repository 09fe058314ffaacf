"""The programs in examples/ run as they are, and what they count is right."""

import runpy
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from np6_async import Stats
from tests.support import MakeClient, body
from tests.wire.fault_server import End, FaultServer, array, in_turn

PROMETHEUS = Path(__file__).parents[2] / "examples" / "prometheus_metrics.py"


@pytest.fixture
def example() -> dict[str, Any]:
    return runpy.run_path(str(PROMETHEUS))


def total(registry: CollectorRegistry, name: str) -> float:
    """Return the sum of a metric over all its labels."""
    samples = [sample for metric in registry.collect() for sample in metric.samples]
    return sum(sample.value for sample in samples if sample.name == name)


def check(registry: CollectorRegistry, stats: Stats) -> None:
    """Compare the metrics with the client's own statistics."""
    assert total(registry, "np6_requests_total") == stats.requests
    assert total(registry, "np6_retries_total") == stats.retries
    assert total(registry, "np6_events_total") == stats.events
    assert total(registry, "np6_unknown_events_total") == stats.unknown_events


async def test_the_metrics_of_the_example_equal_the_statistics(example: dict[str, Any]) -> None:
    registry = CollectorRegistry()
    stats = await example["fetch"](registry)
    check(registry, stats)
    assert stats.retries > 0
    assert stats.unknown_events > 0
    durations = total(registry, "np6_request_duration_seconds_count")
    assert durations == stats.requests == 63 + stats.retries
    failures = {"error": "NotFoundError"}
    assert registry.get_sample_value("np6_query_failures_total", failures) == 3
    assert registry.get_sample_value("np6_requests_total", {"status": "404"}) == 3


async def test_a_request_that_was_sent_again_is_counted_twice(
    example: dict[str, Any], np6: MakeClient
) -> None:
    registry = CollectorRegistry()
    async with FaultServer(in_turn(array(body(1)), [End.RST], array(body(2)))) as server:
        client = np6(server.url, hooks=[example["PrometheusHook"](registry)])
        await client.bounces(1)
        await client.bounces(2)
    check(registry, client.stats)
    assert registry.get_sample_value("np6_requests_total", {"status": "none"}) == 1


async def test_the_example_prints_what_prometheus_scrapes() -> None:
    running = await create_subprocess_exec(
        sys.executable, "-W", "error", str(PROMETHEUS), stdout=PIPE, stderr=PIPE
    )
    output, complaints = await running.communicate()
    assert (running.returncode, complaints) == (0, b"")
    families = {each.name: each for each in text_string_to_metric_families(output.decode())}
    assert families["np6_requests"].type == "counter"
    assert families["np6_request_duration_seconds"].type == "histogram"
    assert all(families.values())
