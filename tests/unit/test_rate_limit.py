"""The quota: counted down, never raised by what is stale, and never a reason to wait for ever."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from np6_async._policy.headers import Quota
from np6_async._policy.rate_limit import RateLimitTracker


def observed(
    *, remaining: int, reset_in: float = 30.0, limit: int | None = None, unanswered: int = 0
) -> RateLimitTracker:
    """Return what the first answer, at 100.0, tells."""
    tracker = RateLimitTracker()
    tracker.observe(100.0, Quota(remaining, reset_in, limit), unanswered=unanswered)
    return tracker


def sent_at(tracker: RateLimitTracker, *, count: int, since: float) -> list[float]:
    """Return when each request goes if no answer comes."""
    now, moments = since, []
    for _ in range(count):
        now = max(now, tracker.blocked_until)
        tracker.spend(now, unanswered=1)
        moments.append(now)
    return moments


def test_nothing_is_known_at_first() -> None:
    tracker = RateLimitTracker()
    assert sent_at(tracker, count=1000, since=5.0) == [5.0] * 1000
    assert tracker.max_unanswered == inf


def test_R8_what_is_left_is_counted_down_to_the_reset() -> None:
    assert sent_at(observed(remaining=2), count=3, since=101.0) == [101.0, 101.0, 130.0]


def test_R8_nothing_left_opens_at_the_reset() -> None:
    assert observed(remaining=0).blocked_until == 130.0


def test_requests_under_way_are_taken_off_the_first_time() -> None:
    tracker = observed(remaining=5, unanswered=3)
    assert sent_at(tracker, count=3, since=101.0) == [101.0, 101.0, 130.0]
    assert observed(remaining=5, unanswered=7).blocked_until == 130.0


def test_requests_under_way_are_not_taken_off_again() -> None:
    tracker = observed(remaining=5)
    tracker.spend(101.0, unanswered=1)
    tracker.spend(101.0, unanswered=1)
    tracker.observe(101.0, Quota(4, 29.0), unanswered=1)
    assert sent_at(tracker, count=4, since=101.0) == [101.0] * 3 + [130.0]


def test_a_later_answer_lowers_what_is_left() -> None:
    tracker = observed(remaining=50)
    tracker.observe(101.0, Quota(1, 29.0), unanswered=0)
    assert sent_at(tracker, count=2, since=101.0) == [101.0, 130.0]


@pytest.mark.parametrize("reset_in", [29.0, 36.5, 21.5])
def test_R9_an_answer_that_was_overtaken_does_not_raise_what_is_left(reset_in: float) -> None:
    tracker = observed(remaining=0)
    tracker.observe(101.0, Quota(99, reset_in), unanswered=0)
    assert tracker.blocked_until >= 130.0


def test_R9_an_answer_that_was_overtaken_does_not_bring_the_reset_forward() -> None:
    tracker = observed(remaining=0)
    tracker.observe(101.0, Quota(0, 1.0), unanswered=0)
    assert tracker.blocked_until == 130.0


@pytest.mark.parametrize(("reset_in", "counts"), [(36.5, True), (21.5, True), (21.4, False)])
def test_an_answer_tells_of_this_period_if_its_reset_is_less_than_a_quarter_off(
    reset_in: float, counts: bool
) -> None:
    tracker = observed(remaining=50)
    tracker.observe(101.0, Quota(0, reset_in), unanswered=0)
    assert (tracker.blocked_until > 0) == counts


def test_a_reset_that_is_more_than_a_quarter_later_is_that_of_a_new_period() -> None:
    tracker = observed(remaining=0)
    tracker.observe(101.0, Quota(99, 36.6), unanswered=0)
    assert tracker.blocked_until == 0


def test_a_request_that_goes_though_nothing_is_left_opens_nothing() -> None:
    tracker = observed(remaining=0)
    tracker.spend(101.0, unanswered=1)
    assert tracker.blocked_until == 130.0


def test_R9_an_answer_of_the_period_before_says_nothing_about_this_one() -> None:
    tracker = observed(remaining=0, limit=10, unanswered=9)
    tracker.spend(130.0, unanswered=1)
    tracker.observe(130.1, Quota(0, 0.0, 10), unanswered=1)
    assert sent_at(tracker, count=10, since=130.2) == [130.2] * 9 + [160.0]


def test_a_reset_that_moved_on_is_a_new_period() -> None:
    tracker = observed(remaining=0)
    tracker.observe(110.0, Quota(3, 30.0), unanswered=1)
    assert sent_at(tracker, count=3, since=111.0) == [111.0, 111.0, 140.0]


def test_the_next_period_is_taken_to_be_like_the_last() -> None:
    tracker = observed(remaining=0, limit=2, unanswered=1)
    assert sent_at(tracker, count=3, since=100.0) == [130.0, 130.0, 160.0]


def test_the_next_period_is_what_its_answers_say() -> None:
    tracker = observed(remaining=0, limit=3, unanswered=2)
    tracker.spend(130.0, unanswered=1)
    tracker.observe(130.1, Quota(1, 30.0, 3), unanswered=0)
    assert sent_at(tracker, count=2, since=131.0) == [131.0, pytest.approx(160.1)]


def test_requests_of_a_period_that_they_began_are_not_taken_off_again() -> None:
    tracker = observed(remaining=0, limit=3, unanswered=2)
    tracker.spend(130.0, unanswered=1)
    tracker.spend(130.0, unanswered=1)
    tracker.observe(130.5, Quota(1, 29.5, 3), unanswered=1)
    assert sent_at(tracker, count=2, since=131.0) == [131.0, 160.0]


def test_without_a_limit_the_next_period_is_open_until_an_answer_tells() -> None:
    tracker = observed(remaining=0)
    assert sent_at(tracker, count=50, since=100.0) == [130.0] * 50
    tracker.observe(131.0, Quota(0, 29.0), unanswered=0)
    assert tracker.blocked_until == 160.0


def test_R10_headers_that_cease_are_forgotten_after_a_period() -> None:
    tracker = observed(remaining=0, limit=2, unanswered=1)
    assert sent_at(tracker, count=50, since=100.0) == [130.0] * 2 + [160.0] * 48


@pytest.mark.parametrize("limit", [None, 1, 5])
def test_R10_a_quota_that_is_always_spent_still_admits_some(limit: int | None) -> None:
    tracker = observed(remaining=0, reset_in=1.0, limit=limit)
    now = 100.0
    for _ in range(20):
        assert tracker.blocked_until - now <= 1.0
        now = max(now, tracker.blocked_until)
        tracker.spend(now, unanswered=1)
        tracker.observe(now, Quota(0, 1.0, limit), unanswered=0)
    assert now <= 121.0


def test_R11_alone_all_that_is_left_may_go_at_once() -> None:
    tracker = observed(remaining=99, limit=100)
    assert tracker.max_unanswered == inf
    tracker.spend(100.0, unanswered=1)
    tracker.observe(100.1, Quota(98, 29.9, 100), unanswered=0)
    assert tracker.max_unanswered == inf


@pytest.mark.parametrize(
    ("remaining", "unanswered", "max_unanswered"),
    [
        (40, 0, 40 / 8),
        (9, 0, 9 / 8),
        (7, 0, 1),
        (96, 3, inf),
        (95, 3, 92 / (4 * 1.25**0.5)),
        (97, 0, 97 / (4 * 3**0.5)),
    ],
)
def test_R11_beside_others_a_part_of_what_is_left_goes_at_once(
    remaining: int, unanswered: int, max_unanswered: float
) -> None:
    tracker = observed(remaining=remaining, limit=100, unanswered=unanswered)
    assert tracker.max_unanswered == pytest.approx(max_unanswered)


class Shared:
    """A quota of 100 a period of one second, which others use as well."""

    def __init__(self) -> None:
        self.tracker = RateLimitTracker()
        self.now = 100.0

    def period(self, *, own: int, others: int, limit: int = 100) -> float:
        """Send the requests of a period, those of others after each of this client's.

        Args:
            own: How many are this client's.
            others: How many are not.
            limit: What the headers call the limit. It is 100.

        Returns:
            The part of what is left that may be under way after the first response: one divided by
            this number.
        """
        self.now += 1
        part = 0.0
        for number in range(own):
            used = number + 1 + others * number // own
            self.tracker.spend(self.now, unanswered=1)
            self.tracker.observe(self.now, Quota(100 - used, 1.0, limit), unanswered=0)
            part = part or self.tracker.max_unanswered / (100 - used)
        self.tracker.observe(self.now, Quota(100 - own - others, 1.0, limit), unanswered=0)
        return 1 if part == inf else 1 / part


@pytest.mark.parametrize(("own", "others", "users"), [(50, 50, 2), (20, 60, 4), (5, 75, 16)])
def test_R11_a_whole_period_shows_how_many_users_there_are(
    own: int, others: int, users: int
) -> None:
    shared = Shared()
    parts = [shared.period(own=own, others=others) for _ in range(3)]
    assert parts[-1] == pytest.approx(4 * users**0.5, rel=0.05)


def test_R11_a_client_that_is_left_alone_takes_everything_in_the_period_after() -> None:
    shared = Shared()
    for _ in range(3):
        shared.period(own=10, others=70)
    assert shared.period(own=90, others=0) > 8
    assert shared.period(own=90, others=0) == 1


def test_R11_a_limit_that_is_not_of_this_period_shows_no_others() -> None:
    shared = Shared()
    parts = [shared.period(own=90, others=0, limit=10_000) for _ in range(3)]
    assert parts[-1] == 1


def test_R11_before_a_whole_period_was_seen_at_most_four_users_are_taken_for_granted() -> None:
    assert observed(remaining=80, limit=100).max_unanswered == 80 / (4 * 4**0.5)


def test_R11_who_used_nearly_nothing_still_gets_a_part() -> None:
    shared = Shared()
    parts = [shared.period(own=1, others=94) for _ in range(3)]
    assert parts[-1] == pytest.approx(4 * 64**0.5)


def test_R11_others_are_forgotten_when_the_headers_cease() -> None:
    shared = Shared()
    shared.period(own=10, others=70)
    for _ in range(3):
        shared.now += 5
        shared.tracker.spend(shared.now, unanswered=1)
    assert shared.tracker.max_unanswered == inf


@pytest.mark.parametrize(("limit", "left"), [(100, 8), (12, 4)])
def test_R11_beside_others_the_last_few_are_left_alone(limit: int, left: int) -> None:
    tracker = observed(remaining=limit // 2, limit=limit, unanswered=limit // 8 - 1)
    tracker.observe(128.0, Quota(left, 2.0, limit), unanswered=0)
    assert tracker.blocked_until == 0
    tracker.observe(127.9, Quota(left - 1, 2.1, limit), unanswered=0)
    assert (tracker.blocked_until, tracker.max_unanswered) == (0, 1)
    tracker.observe(128.0, Quota(left - 1, 2.0, limit), unanswered=0)
    assert tracker.blocked_until == 130.0


def test_R11_far_from_the_reset_the_last_few_go_one_by_one() -> None:
    tracker = observed(remaining=0, limit=100)
    for begins in (130.0, 160.0):  # of 45 requests, one was this client's
        tracker.spend(begins, unanswered=1)
        tracker.observe(begins, Quota(55, 30.0, 100), unanswered=0)
    tracker.observe(160.1, Quota(35, 29.9, 100), unanswered=0)
    assert tracker.max_unanswered > 1
    tracker.observe(160.2, Quota(30, 29.8, 100), unanswered=0)
    assert (tracker.max_unanswered, tracker.blocked_until) == (1, 0)


def test_R11_requests_under_way_as_a_period_begins_are_not_those_of_others() -> None:
    tracker = observed(remaining=50, limit=100, unanswered=49)
    tracker.spend(130.0, unanswered=10)
    tracker.observe(130.1, Quota(90, 29.9, 100), unanswered=0)
    assert tracker.max_unanswered == inf


def test_R11_beside_others_one_request_of_a_period_goes_even_if_few_are_left() -> None:
    tracker = observed(remaining=1, limit=2, unanswered=0)
    assert tracker.blocked_until == 0.0
    assert sent_at(tracker, count=3, since=100.0) == [100.0, 130.0, 130.0]


quotas = st.builds(
    Quota,
    st.integers(0, 10),
    st.sampled_from([0.0, 0.5, 7.0, 30.0, 3600.0]),
    st.none() | st.integers(1, 10),
)
steps = st.lists(
    st.tuples(st.sampled_from([0.0, 0.01, 1.0, 40.0]), st.none() | quotas, st.integers(0, 5))
)


@given(steps)
def test_R10_whatever_the_headers_say_the_wait_has_an_end(
    steps: list[tuple[float, Quota | None, int]],
) -> None:
    tracker, now = RateLimitTracker(), 100.0
    for seconds, quota, unanswered in steps:
        now += seconds
        if quota is None:
            now = max(now, tracker.blocked_until)
            tracker.spend(now, unanswered=1)
        else:
            tracker.observe(now, quota, unanswered=unanswered)
        assert tracker.blocked_until <= now + 3600
        assert tracker.max_unanswered >= 1
