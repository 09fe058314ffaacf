"""What the policy achieves as a whole, on a clock that costs no time: how fast, how politely."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from random import Random
from statistics import median
from typing import Any

import pytest
from attrs import frozen

from np6_async._policy.headers import Quota
from tests.simulation import (
    Bucket,
    Client,
    Down,
    Response,
    Server,
    Windows,
    kept_busy,
    run,
    seconds_until,
    work,
)

pytestmark = pytest.mark.not_measured  # unit tests cover it a hundred times as fast

RATE = 100
BURST = 20
QUERIES = 1500
IN_WINDOWS = QUERIES / RATE  # seconds that the queries take at that rate

APIS: dict[str, Callable[[], Server]] = {
    "rate headers": lambda: Windows(RATE),
    "no headers": lambda: Bucket(RATE, burst=BURST),
    "Retry-After": lambda: Bucket(RATE, burst=BURST, asked=1.0),
}

each_api = pytest.mark.parametrize("api", APIS)


@frozen
class Outcome:
    """What became of many queries.

    Attributes:
        seconds: How long they took.
        refused: The share of the requests that was refused.
        lost: How many queries failed.
        extra: How many requests were sent beside one for each query.
        spread: How many times as long the last client took as the first.
    """

    seconds: float
    refused: float
    lost: int
    extra: int
    spread: float


def clients_of(
    server: Server, processes: int, *, seed: int, concurrency: int = 16, latency: float = 0.02
) -> list[Client]:
    random = Random(seed)
    return [
        Client(server, Random(random.random()), concurrency=concurrency, latency=latency)
        for _ in range(processes)
    ]


def outcome(
    server: Server,
    *,
    seed: int = 0,
    processes: int = 1,
    queries: int = QUERIES,
    concurrency: int = 16,
    latency: float = 0.02,
) -> Outcome:
    clients = clients_of(server, processes, seed=seed, concurrency=concurrency, latency=latency)
    seconds = work(clients, queries)
    requests = sum(client.statuses.total() for client in clients)
    admitted = sum(client.statuses[200] for client in clients)
    lost = sum(len(client.failures) for client in clients)
    spread = max(seconds) / min(seconds)
    return Outcome(max(seconds), 1 - admitted / requests, lost, requests - queries, spread)


def outcomes(
    server: Callable[[], Server],
    processes: int,
    *,
    concurrency: Sequence[int] = (16, 64),
    seeds: int = 6,
) -> list[Outcome]:
    """Return the outcomes of all settings, with both latencies: 24 unless fewer are wanted."""
    settings = product(concurrency, (0.005, 0.05), range(seeds))
    return [
        outcome(server(), processes=processes, concurrency=most, latency=latency, seed=seed)
        for most, latency, seed in settings
    ]


# At most so many times as long as the quota requires: median and worst; and the most refused.
GOALS = {
    ("rate headers", 1): (1.05, 1.20, 0.01),
    ("rate headers", 4): (1.10, 1.25, 0.05),
    ("rate headers", 16): (1.20, 1.35, 0.15),
    ("no headers", 1): (1.10, 1.25, 0.02),
    ("no headers", 4): (1.20, 1.35, 0.05),
    ("no headers", 16): (1.25, 1.40, 0.09),
    ("Retry-After", 1): (1.22, 1.37, 0.01),
    ("Retry-After", 4): (1.30, 1.55, 0.04),
    ("Retry-After", 16): (1.40, 1.55, 0.08),
}
MOST_SPREAD = {"rate headers": 1.25, "no headers": 1.4, "Retry-After": 1.5}


@pytest.mark.parametrize(("api", "processes"), GOALS)
def test_R4_R8_R11_most_of_the_quota_is_taken_and_little_is_refused(
    api: str, processes: int
) -> None:
    most_time, worst_time, most_refused = GOALS[api, processes]
    found = outcomes(APIS[api], processes)
    ideal = IN_WINDOWS if api == "rate headers" else (QUERIES - BURST) / RATE
    times = [each.seconds / ideal for each in found]
    assert [each.lost for each in found] == [0] * 24
    assert median(times) <= most_time
    assert max(times) <= worst_time
    assert median(each.refused for each in found) < most_refused
    if processes == 4:
        assert median(each.spread for each in found) <= MOST_SPREAD[api]


@pytest.mark.parametrize("asked", [None, 1.0])
def test_R7_a_503_is_a_refusal_as_well(asked: float | None) -> None:
    found = outcome(Bucket(RATE, burst=BURST, status=503, asked=asked))
    assert found.seconds <= 1.5 * IN_WINDOWS
    assert found.refused < 0.02
    assert found.lost == 0


# nginx without `burst` is a bucket of one request. Latency varies by more than the gap between two
# requests, so even the right rate is refused often.
@pytest.mark.parametrize(
    ("burst", "processes", "most_time"),
    [(1, 1, 5), (1, 4, 10), (5, 1, 1.5), (5, 4, 1.7), (100, 1, 1.1), (100, 4, 1.2)],
)
@pytest.mark.parametrize("asked", [None, 1.0])
def test_R4_whatever_the_burst_is_no_query_is_lost(
    burst: int, processes: int, most_time: float, asked: float | None
) -> None:
    api = partial(Bucket, RATE, burst=burst, asked=asked)
    found = outcomes(api, processes, concurrency=[16], seeds=2)
    assert sum(each.lost for each in found) == 0
    assert median(each.seconds for each in found) <= most_time * IN_WINDOWS
    assert median(each.refused for each in found) < (0.15 if burst == 1 else 0.06)


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.nightly)])
@pytest.mark.parametrize(("rate", "queries"), [(2, 120), (1000, 5000)])
def test_R4_a_pace_is_learned_whatever_it_is(rate: int, queries: int, seed: int) -> None:
    found = outcome(Bucket(rate, burst=rate), seed=seed, queries=queries, latency=0.01)
    assert found.lost == 0
    assert found.seconds <= 1.5 * queries / rate
    assert found.extra <= 50


@pytest.mark.parametrize("asked", [None, 1.0])
def test_max_rate_divides_a_quota_that_is_known_without_a_refusal(asked: float | None) -> None:
    server = Bucket(RATE, burst=BURST, asked=asked)
    clients = [
        Client(server, Random(seed), concurrency=16, latency=0.03, max_rate=24) for seed in range(4)
    ]
    assert max(work(clients, QUERIES)) <= 1.1 * IN_WINDOWS
    assert sum(client.statuses[429] for client in clients) == 0


class Flaky:
    """Answers some requests with 503, however fast they come."""

    rate = 0

    def __init__(self, share: float) -> None:
        self._share = share
        self._random = Random(0)

    def answer(self, now: float) -> Response:
        return Response(503 if self._random.random() < self._share else 200)


@pytest.mark.parametrize(("share", "seconds"), [(0.02, 20), (0.1, 140), (0.4, 350)])
def test_R7_refusals_at_random_do_not_stop_everything(share: float, seconds: float) -> None:
    assert outcome(Flaky(share), queries=500).seconds < seconds


# Changes


def medians(scene: Callable[[int], Any]) -> list[float]:
    """Return the median of each number that a scene returns, over 8 seeds."""
    found = [run(partial(scene, seed)) for seed in range(8)]
    return [median(numbers) for numbers in zip(*found, strict=True)]


@each_api
@pytest.mark.parametrize(("processes", "seconds"), [(4, 4), (16, 8)])
def test_R11_who_is_left_alone_soon_takes_what_others_leave(
    api: str, processes: int, seconds: float
) -> None:
    async def scene(seed: int) -> tuple[float]:
        last, *others = clients_of(APIS[api](), processes, seed=seed, latency=0.03)
        async with kept_busy([last]):
            async with kept_busy(others):
                await asyncio.sleep(12 + seed / 4)
            return (await seconds_until([last], rate=0.8 * RATE),)

    assert medians(scene)[0] <= seconds


@each_api
def test_R11_who_comes_late_soon_gets_a_share(api: str) -> None:
    async def scene(seed: int) -> tuple[float]:
        last, *others = clients_of(APIS[api](), 4, seed=seed, latency=0.03)
        async with kept_busy(others):
            await asyncio.sleep(12 + seed / 4)
            async with kept_busy([last]):
                return (await seconds_until([last], rate=0.8 * RATE / 4, over=2),)

    assert medians(scene)[0] <= 5


@each_api
@pytest.mark.parametrize("processes", [1, 4])
def test_a_limit_that_changes_is_followed(api: str, processes: int) -> None:
    async def scene(seed: int) -> tuple[float, float, float, float]:
        server = APIS[api]()
        clients = clients_of(server, processes, seed=seed, latency=0.03)

        def count(status: int) -> int:
            return sum(client.statuses[status] for client in clients)

        async with kept_busy(clients):
            await asyncio.sleep(10)
            server.rate = 20
            await asyncio.sleep(10)
            admitted, refused = count(200), count(429)
            await asyncio.sleep(20)
            admitted, refused = count(200) - admitted, count(429) - refused
            server.rate = 200
            rise = await seconds_until(clients, rate=160)
        lost = sum(len(client.failures) for client in clients)
        return admitted / 400, refused / (admitted + refused), rise, lost

    used, refused, rise, lost = medians(scene)
    assert used >= 0.8
    assert refused <= 0.15
    assert rise <= 10
    assert lost == 0


@each_api
def test_a_single_query_on_a_client_that_was_idle_is_never_slowed(api: str) -> None:
    async def main() -> tuple[float, float]:
        (client,) = clients_of(APIS[api](), 1, seed=0)
        now = asyncio.get_running_loop().time
        async with kept_busy([client]):
            await asyncio.sleep(10)
        await asyncio.sleep(300)
        began = now()
        await client.ask()
        alone = now() - began
        await asyncio.sleep(300)
        refused = client.statuses[429]
        began = now()
        await asyncio.gather(*(client.ask() for _ in range(200)))
        assert client.statuses[429] - refused <= 16
        return alone, now() - began

    alone, many = run(main)
    assert alone < 0.05
    assert many < 4


LIES: dict[str, Callable[[Quota], Quota | None]] = {
    "none": lambda _: None,
    "always all": lambda quota: quota._replace(remaining=RATE),
    "far too many": lambda quota: quota._replace(remaining=10**9, limit=10**9),
    "the limit of a longer period": lambda quota: quota._replace(limit=100 * RATE),
    "no limit": lambda quota: quota._replace(limit=None),
    "over at once": lambda quota: quota._replace(reset_in=0.0),
}


@pytest.mark.parametrize("concurrency", [16, 64])
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
