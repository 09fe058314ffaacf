"""What the policy achieves as a whole, on a clock that costs no time: how fast, how politely."""

from collections.abc import Callable
from random import Random

import pytest
from attrs import frozen

from np6_async._policy.headers import Quota
from tests.simulation import Bucket, Client, Down, Server, Windows, work

pytestmark = pytest.mark.not_measured  # unit tests cover it a hundred times as fast

RATE = 100
BURST = 20
QUERIES = 1500
IN_WINDOWS = QUERIES / RATE  # seconds that the queries take at best
BY_BUCKET = (QUERIES - BURST) / RATE

each_concurrency = pytest.mark.parametrize("concurrency", [16, 64])
each_latency = pytest.mark.parametrize(
    "latency", [pytest.param(0.005, marks=pytest.mark.nightly), 0.05]
)
each_seed = pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.nightly)])


@frozen
class Outcome:
    """What became of many queries.

    Attributes:
        seconds: How long they took.
        refused: The share of the requests that was refused.
        lost: How many queries failed.
        extra: How many requests were sent beside one for each query.
    """

    seconds: float
    refused: float
    lost: int
    extra: int


def outcome(
    server: Server,
    *,
    seed: int = 0,
    processes: int = 1,
    queries: int = QUERIES,
    concurrency: int = 16,
    latency: float = 0.02,
) -> Outcome:
    random = Random(seed)
    clients = [
        Client(server, Random(random.random()), concurrency=concurrency, latency=latency)
        for _ in range(processes)
    ]
    seconds = work(clients, queries)
    requests = sum(client.statuses.total() for client in clients)
    admitted = sum(client.statuses[200] for client in clients)
    lost = sum(len(client.failures) for client in clients)
    return Outcome(seconds, 1 - admitted / requests, lost, requests - queries)


@each_seed
@each_latency
@each_concurrency
def test_R8_with_rate_headers_little_time_is_lost_and_next_to_nothing_refused(
    concurrency: int, latency: float, seed: int
) -> None:
    found = outcome(Windows(RATE), concurrency=concurrency, latency=latency, seed=seed)
    assert found.seconds <= 1.1 * IN_WINDOWS
    assert found.refused < 0.01
    assert found.lost == 0


@each_seed
@each_latency
@each_concurrency
@pytest.mark.parametrize(("status", "asked"), [(429, None), (503, None), (429, 1.0), (503, 1.0)])
def test_R4_R7_without_rate_headers_a_pace_is_learned(
    status: int, asked: float | None, concurrency: int, latency: float, seed: int
) -> None:
    server = Bucket(RATE, burst=BURST, status=status, asked=asked)
    found = outcome(server, concurrency=concurrency, latency=latency, seed=seed)
    assert found.seconds <= 1.6 * BY_BUCKET
    assert found.refused < 0.05
    assert found.lost == 0


@each_seed
@pytest.mark.parametrize(("rate", "queries"), [(2, 120), (1000, 5000)])
def test_R4_a_pace_is_learned_whatever_it_is(rate: int, queries: int, seed: int) -> None:
    found = outcome(Bucket(rate, burst=rate), seed=seed, queries=queries, latency=0.01)
    assert found.lost == 0
    assert found.seconds <= 2 * queries / rate
    assert found.extra <= 50


@each_seed
@each_concurrency
@pytest.mark.parametrize("processes", [2, 4])
def test_R11_processes_share_a_quota_they_are_told_of(
    processes: int, concurrency: int, seed: int
) -> None:
    server = Windows(RATE)
    found = outcome(server, processes=processes, concurrency=concurrency, seed=seed)
    assert found.lost == 0
    assert found.refused <= 0.15
    assert found.seconds <= 1.2 * IN_WINDOWS


@each_seed
@each_concurrency
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("processes", [2, 4])
def test_R11_processes_share_a_quota_they_are_not_told_of(
    processes: int, status: int, concurrency: int, seed: int
) -> None:
    server = Bucket(RATE, burst=BURST, status=status)
    found = outcome(server, processes=processes, concurrency=concurrency, seed=seed)
    assert found.lost == 0
    assert found.refused <= 0.05
    assert found.seconds <= 1.8 * BY_BUCKET


LIES: dict[str, Callable[[Quota], Quota | None]] = {
    "none": lambda _: None,
    "always all": lambda quota: quota._replace(remaining=RATE),
    "far too many": lambda quota: quota._replace(remaining=10**9, limit=10**9),
    "no limit": lambda quota: quota._replace(limit=None),
    "over at once": lambda quota: quota._replace(reset_in=0.0),
}


@each_concurrency
@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_R10_headers_that_lie_cost_time_and_no_query(
    lie: Callable[[Quota], Quota | None], concurrency: int
) -> None:
    found = outcome(Windows(RATE, lie=lie), concurrency=concurrency)
    assert found.lost == 0
    assert found.refused < 0.15
    assert found.seconds <= 2 * IN_WINDOWS


def test_R10_a_quota_that_is_always_spent_slows_down_and_ends() -> None:
    server = Windows(RATE, lie=lambda quota: quota._replace(remaining=0))
    assert outcome(server, queries=100).lost == 0


@pytest.mark.parametrize(("status", "most"), [(500, 40), (503, 60), (429, 120)])
def test_N16_an_outage_costs_tens_of_extra_requests(status: int, most: int) -> None:
    found = outcome(Down(status), queries=1000)
    assert found.lost == 1000
    assert 30 <= found.extra <= most


def test_an_outage_of_503s_is_over_soon() -> None:
    assert outcome(Down(503), queries=1000).seconds < 90


@pytest.mark.parametrize(("status", "requests"), [(500, 4), (503, 4), (429, 11)])
def test_a_single_query_has_all_of_its_attempts(status: int, requests: int) -> None:
    assert outcome(Down(status), queries=1).extra == requests - 1
