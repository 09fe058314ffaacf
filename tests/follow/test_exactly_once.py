"""Whatever happens, each event is committed exactly once: a model of it all, driven at random."""

import asyncio
from collections import Counter
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from np6_async._feed.feed import Feed
from np6_async.errors import ServerError, StreamInterruptedError
from np6_async.follow import (
    CursorStoreError,
    FollowBatch,
    FollowError,
)
from tests.follow.api import EPOCH, Api, following, query_of
from tests.follow.support import FaultyStore
from tests.simulation import VirtualLoop

LOOKBACK = 600
LATE = 150.0
"""How late an event becomes visible at most, in seconds. Together with the skew of the clocks, and
the time for which a feed may not run, that is less than the look-back."""


SINCE = round(EPOCH * 1000)
"""Long before the first event, so that none is older, even if the clock goes back."""


class Following(RuleBasedStateMachine):
    """A feed, an API whose events come late, and a user who commits in any order, or never."""

    @initialize()
    def start(self) -> None:
        self.runner = asyncio.Runner(loop_factory=VirtualLoop)
        self.api, self.store = Api(), FaultyStore()
        self.ids = [1, 2, 3]
        self.published: set[bytes] = set()
        self.committed: Counter[bytes] = Counter()
        self.feed: Feed[Any] | None = None
        self.batches: list[FollowBatch[Any]] = []
        self.runner.run(self._open())
        self._take(5)

    async def _open(self) -> None:
        self.batches = []
        self.feed = following(
            self.api,
            lambda: self.ids,
            self.store,
            since=SINCE,
            lookback=LOOKBACK,
            batch_events=2,
        )
        await self.feed.__aenter__()

    async def _collect(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    assert self.feed is not None
                    try:
                        batch = await anext(self.feed)
                    except FollowError:
                        await self.feed.__aexit__(None, None, None)
                        await self._open()
                    else:
                        moments = [each for each in batch.timestamps if each is not None]
                        assert moments == sorted(moments)
                        self.batches.append(batch)

    def _take(self, seconds: float) -> None:
        self.runner.run(self._collect(seconds))

    @rule(
        id_=st.sampled_from([1, 2, 3]),
        lates=st.lists(st.sampled_from([0.0, 0.0, 5.0, 20.0, 100.0, LATE]), min_size=1, max_size=5),
        is_odd=st.booleans(),
    )
    def publish(self, id_: int, lates: list[float], is_odd: bool) -> None:
        async def main() -> None:
            for late in lates:
                self.published.add(
                    self.api.publish(
                        query_of(id_),
                        late=late,
                        has_id=not is_odd,
                        has_timestamp=not is_odd or late < 50,
                        copies=1 + is_odd,
                    )
                )

        self.runner.run(main())

    @rule(seconds=st.sampled_from([0.05, 1, 10, 61]), pause=st.sampled_from([0.0, 3.0]))
    def wait_for_batches(self, seconds: float, pause: float) -> None:
        self.api.pause = pause
        self._take(seconds)

    @rule(
        data=st.data(),
        in_transaction=st.booleans(),
        fault=st.sampled_from(["", "", "before", "after"]),
    )
    def commit(self, data: st.DataObject, in_transaction: bool, fault: str) -> None:
        if self.batches:
            self.store.faults.insert(0, fault)
            index = data.draw(st.integers(0, len(self.batches) - 1))
            self.runner.run(self._commit(self.batches[index], in_transaction=in_transaction))

    async def _commit(self, batch: FollowBatch[Any], *, in_transaction: bool = False) -> None:
        while batch in self.batches:
            with suppress(CursorStoreError):
                if in_transaction:
                    async with batch.transaction(None):
                        pass
                else:
                    await batch.commit()
                self._note(batch)
            in_transaction = False  # after an error nobody knows whether it was committed

    def _note(self, batch: FollowBatch[Any]) -> None:
        self.committed.update(batch.raw)
        self.batches.remove(batch)

    @rule(data=st.data(), delay=st.sampled_from([0, 0.0005, 0.0015, 0.0025]))
    def cancel_a_commit_and_repeat_it(self, data: st.DataObject, delay: float) -> None:
        if not self.batches:
            return
        batch = self.batches[data.draw(st.integers(0, len(self.batches) - 1))]

        async def main() -> None:
            task = asyncio.ensure_future(batch.commit())
            await asyncio.sleep(delay)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self._commit(batch)

        self.runner.run(main())

    @rule()
    def leave_and_start_again(self) -> None:
        async def main() -> None:
            assert self.feed is not None
            await self.feed.__aexit__(None, None, None)
            await self._open()

        self.runner.run(main())

    @rule()
    def crash_and_start_again(self) -> None:
        async def main() -> None:
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._open()

        self.runner.run(main())

    @rule(fault=st.sampled_from(["", "before", "after"]))
    def let_the_store_fail(self, fault: str) -> None:
        self.store.faults.append(fault)

    @rule(after=st.integers(0, 3), is_break=st.booleans())
    def let_the_api_fail(self, after: int, is_break: bool) -> None:
        error = StreamInterruptedError("broke off") if is_break else ServerError("no", status=500)
        self.api.failures.append((after if is_break else 0, error))
        self.api.page = 1 + after

    @rule(skew=st.sampled_from([0.0, 0.0, -60.0, 60.0, 20.0]))
    def move_the_servers_clock(self, skew: float) -> None:
        self.api.skew = skew

    @rule(ids=st.sets(st.sampled_from([1, 2, 3]), min_size=1))
    def change_the_ids(self, ids: set[int]) -> None:
        self.ids = sorted(ids)

    def teardown(self) -> None:
        if not hasattr(self, "runner"):
            return
        try:
            self.ids = [1, 2, 3]
            self.store.faults.clear()
            self.api.failures.clear()
            self.api.pause = 0.0
            for _ in range(30):
                self._take(70)
                for batch in list(self.batches):
                    self.runner.run(self._commit(batch))
            assert set(self.committed) == self.published
            assert set(self.committed.values()) <= {1}
            assert self.feed is not None
            self.runner.run(self.feed.__aexit__(None, None, None))
        finally:
            self.runner.close()


TestFollowing = pytest.mark.not_measured(Following.TestCase)
TestFollowing.settings = settings(
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
