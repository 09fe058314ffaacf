"""Events that are published while the sandbox runs."""

from bisect import bisect_left
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import pairwise
from random import Random
from statistics import mean
from typing import Any, Final

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from np6_async import Event, EventQuery, NP6Client, UnknownEvent
from np6_async.sandbox import Faults, Live, Sandbox
from np6_async.sandbox._live_log import LiveLog
from np6_async.sandbox._live_timeline import LiveTimeline
from np6_async.sandbox._selection import Selection
from tests.thorough import examples

from .support import Browser, queries
from .test_families import in_order, make_log, serve

Browse = Callable[[Sandbox], Browser]
Found = list[Event | UnknownEvent]
START: Final = 1_750_000_000_000
QUERY: Final = EventQuery(kind="executions", notification_id=156, sort="asc")
LATE: Final = Live(rate=5, late=0.4, delay=20, start=START)

moments = st.integers(START - 10_000, START + 120_000)
some = settings(max_examples=examples(100), deadline=None, derandomize=True)


class Clock:
    """A clock that stands still until a test sets it."""

    def __init__(self, milliseconds: int = START) -> None:
        self.milliseconds = milliseconds

    def __call__(self) -> float:
        return self.milliseconds / 1000


def after(seconds: float) -> int:
    """Return the moment so many seconds after the start."""
    return START + round(seconds * 1000)


def sandbox_of(live: Live, **more: Any) -> Sandbox:
    """Return a sandbox of few notifications that has live events only."""
    return Sandbox(**{"notifications": 2, "events": 0, "live": live, **more})


def live_events(live: Live, seconds: float = 100, **more: Any) -> Found:
    """Return what is visible after so many seconds."""
    return sandbox_of(live, **more).truth(QUERY, after(seconds))


def ids(events: Found) -> list[str]:
    return [str(event.id) for event in events]


def timestamps(events: Found) -> list[int]:
    return [event.timestamp or 0 for event in events]


def delay(sandbox: Sandbox, event: Event | UnknownEvent) -> int:
    """Return how many milliseconds after its timestamp an event becomes visible."""
    moment = event.timestamp or 0
    query = EventQuery(kind="executions", notification_id=156, start=moment, end=moment + 1)

    def is_visible(milliseconds: int) -> bool:
        return event in sandbox.truth(query, moment + milliseconds)

    return bisect_left(range(100_000), True, key=is_visible)


def test_the_first_event_of_each_kind_and_id_is_at_the_start() -> None:
    sandbox = sandbox_of(Live(rate=0.01, start=START))

    for query in queries(sandbox):
        assert sandbox.truth(query, START - 1) == []
        assert timestamps(sandbox.truth(query, START)) == [START]


def test_live_events_start_when_the_sandbox_is_made_unless_a_start_is_given() -> None:
    clock = Clock(after(0.123))
    sandbox = sandbox_of(Live(clock=clock))
    clock.milliseconds = after(60)

    assert timestamps(sandbox.truth(QUERY))[0] == after(0.123)


def test_a_start_may_be_an_aware_datetime() -> None:
    assert Live(start=datetime.fromtimestamp(START / 1000, UTC)).start == START


@pytest.mark.parametrize("rate", [0.01, 1, 50])
def test_the_rate_is_that_of_each_kind_and_id_on_average(rate: float) -> None:
    sandbox = sandbox_of(Live(rate=rate, start=START))
    counts = [len(sandbox.truth(query, after(2000 / rate))) for query in queries(sandbox)]

    assert counts == pytest.approx([2000] * 6, rel=0.1)
    assert mean(counts) == pytest.approx(2000, rel=0.03)
    assert len(set(counts)) > 1


def test_an_event_on_time_is_visible_from_its_timestamp_on() -> None:
    clock = Clock()
    sandbox = sandbox_of(Live(rate=5, clock=clock))
    for moment in set(timestamps(sandbox.truth(QUERY, after(60)))):
        clock.milliseconds = moment - 1
        assert moment not in timestamps(sandbox.truth(QUERY))
        clock.milliseconds = moment
        assert timestamps(sandbox.truth(QUERY))[-1] == moment


def test_a_share_of_events_is_late_by_a_random_time_up_to_the_delay() -> None:
    sandbox = sandbox_of(LATE)
    delays = [delay(sandbox, event) for event in sandbox.truth(QUERY, after(200))[:300]]
    late = [each for each in delays if each]

    assert len(late) / len(delays) == pytest.approx(0.4, abs=0.07)
    assert 19_000 < max(late) <= 20_000
    assert min(late) < 1_000
    assert mean(late) == pytest.approx(10_000, rel=0.15)


def test_late_events_have_timestamps_and_content_as_if_they_were_on_time() -> None:
    late = sandbox_of(LATE).truth(QUERY, after(200))
    on_time = live_events(evolve(LATE, late=0.0), 180)

    assert late[: len(on_time)] == on_time
    assert late != live_events(LATE, 180)


def test_a_late_event_appears_among_events_that_are_visible_already() -> None:
    sandbox = sandbox_of(LATE)
    before, later = (sandbox.truth(QUERY, after(seconds)) for seconds in (60, 61))
    new = [event for event in later if event not in before]

    assert min(timestamps(new)) < after(50) < max(timestamps(before))
    assert timestamps(later) == sorted(timestamps(later))


@some
@given(st.lists(moments, min_size=2, max_size=8).map(sorted))
def test_what_is_visible_stays_visible_while_the_clock_goes_on(asked: list[int]) -> None:
    sandbox = sandbox_of(LATE)
    found = [sandbox.truth(QUERY, moment) for moment in asked]

    for moment, events in zip(asked, found, strict=True):
        assert max(timestamps(events), default=0) <= moment
    for before, later in pairwise(found):
        assert [event for event in later if event in before] == before


@some
@given(st.lists(st.tuples(st.integers(0, 5), moments), min_size=1, max_size=6), st.randoms())
def test_what_is_visible_does_not_depend_on_when_and_what_was_asked_before(
    asked: list[tuple[int, int]], random: Random
) -> None:
    one, other = sandbox_of(LATE), sandbox_of(LATE)
    wanted = [(queries(one)[number], moment) for number, moment in asked]
    found = {each: one.truth(*each) for each in wanted}
    random.shuffle(wanted)

    assert {each: other.truth(*each) for each in [*wanted, *wanted]} == found


@some
@given(moments, moments, moments)
def test_a_window_has_the_visible_events_between_its_bounds(at: int, one: int, other: int) -> None:
    sandbox = sandbox_of(LATE)
    start, end = sorted((one, other))
    window = EventQuery(kind="executions", notification_id=156, start=start, end=end)

    whole = sandbox.truth(QUERY, at)
    assert sandbox.truth(window, at) == [e for e in whole if start <= (e.timestamp or 0) < end]


def test_descending_is_the_reverse_of_ascending() -> None:
    descending = EventQuery(kind="executions", notification_id=156, sort="desc")

    sandbox = sandbox_of(LATE)
    assert sandbox.truth(descending, after(60)) == sandbox.truth(QUERY, after(60))[::-1]


def test_no_id_of_a_live_event_comes_twice() -> None:
    sandbox = Sandbox(notifications=4, live=LATE)
    found = [id_ for query in queries(sandbox) for id_ in ids(sandbox.truth(query, after(60)))]

    assert len(set(found)) == len(found) > 3000


def test_another_seed_publishes_other_events_at_other_times() -> None:
    one, other = live_events(LATE, seed=1), live_events(LATE, seed=2)

    assert not set(ids(one)) & set(ids(other))
    assert len(set(timestamps(one)) & set(timestamps(other))) < 10


def test_some_live_events_share_a_millisecond_with_the_one_before() -> None:
    moments = timestamps(live_events(Live(rate=0.5, start=START), 4000))
    ties = sum(one == other for one, other in pairwise(moments))

    assert ties / len(moments) == pytest.approx(0.05, abs=0.02)


def test_the_events_of_the_seed_stay_as_they_are_and_live_ones_are_added() -> None:
    plain = Sandbox(notifications=2)
    sandbox = Sandbox(notifications=2, live=LATE)
    for query in queries(plain):
        assert sandbox.truth(query, START - 1) == plain.truth(query)
        assert sandbox.truth(query, after(60))[: len(plain.truth(query))] == plain.truth(query)
        assert len(sandbox.truth(query, after(60))) > len(plain.truth(query)) + 200


def test_live_events_may_lie_among_those_of_the_seed() -> None:
    middle = 1_742_000_000_000
    live = Live(rate=0.001, start=middle)
    events = Sandbox(live=live).truth(QUERY, middle + 10**9)
    seeded = Sandbox().truth(QUERY)
    at = [events.index(event) for event in seeded]

    assert timestamps(events) == sorted(timestamps(events))
    assert at == sorted(at)
    assert len(events) > 900
    assert min(at) == 0
    assert max(at) > 500


def test_a_sandbox_without_live_events_is_the_same_at_every_moment() -> None:
    sandbox = Sandbox()

    assert sandbox.truth(QUERY, 0) == sandbox.truth(QUERY, after(60)) == sandbox.truth(QUERY)


def test_faults_of_events_spoil_live_events_and_nothing_else_in_them() -> None:
    sound, spoiled = live_events(LATE), live_events(LATE, faults=Faults(unknown_types=0.3))
    unknown = [isinstance(event, UnknownEvent) for event in spoiled]

    assert mean(unknown) == pytest.approx(0.3, abs=0.07)
    assert ids(spoiled) == ids(sound)
    assert [e for e in spoiled if not isinstance(e, UnknownEvent)] == [
        event for event, is_unknown in zip(sound, unknown, strict=True) if not is_unknown
    ]


async def test_a_client_gets_the_truth_of_each_moment_however_the_clock_jumps() -> None:
    clock = Clock()
    faults = Faults(unknown_types=0.1, missing_types=0.1, invalid=0.1, extra_fields=0.3)
    sandbox = sandbox_of(evolve(LATE, clock=clock), faults=faults)
    counts = []
    async with sandbox, NP6Client(sandbox.api_key, base_url=sandbox.url) as np6:
        for seconds in (0, 0.3, 5, 90, 20, 120, -1, 60):
            clock.milliseconds = after(seconds)
            found = await np6.fan_out(sandbox.notification_ids, sort="asc")
            asked = queries(sandbox, sort="asc")
            assert found.events == {query: sandbox.truth(query) for query in asked}
            assert found.events == {query: sandbox.truth(query, after(seconds)) for query in asked}
            counts.append(found.events[QUERY])

    lengths = list(map(len, counts))
    assert lengths[6] == 0 < lengths[1] < lengths[2] < lengths[4] < lengths[7] < lengths[3]


async def test_an_unsorted_response_has_the_visible_events_in_any_order(browse: Browse) -> None:
    clock = Clock(after(60))
    async with sandbox_of(evolve(LATE, clock=clock)) as sandbox:
        one, other = [await browse(sandbox).events() for _ in range(2)]

    assert one.ids != other.ids
    assert sorted(one.ids) == sorted(other.ids) == sorted(ids(sandbox.truth(QUERY)))


async def test_polls_without_an_overlap_get_every_event_that_is_on_time_once() -> None:
    clock = Clock()
    sandbox = sandbox_of(Live(rate=5, clock=clock))
    polled: Found = []
    async with sandbox, NP6Client(sandbox.api_key, base_url=sandbox.url) as np6:
        for end in range(START + 700, START + 60_000, 700):
            clock.milliseconds = end
            polled += await np6.executions(156, start=end - 700, end=end, sort="asc")

    assert polled == sandbox.truth(QUERY, clock.milliseconds - 1)
    assert len(polled) > 200


async def test_live_events_are_published_by_the_real_clock_unless_another_is_given() -> None:
    sandbox = sandbox_of(Live(rate=0.001))
    async with sandbox, NP6Client(sandbox.api_key, base_url=sandbox.url) as np6:
        [event] = await np6.executions(156)

    assert abs(datetime.now(UTC).timestamp() * 1000 - (event.timestamp or 0)) < 60_000


@pytest.mark.parametrize("skew", [0, 90, -90.5, 0.999])
async def test_the_date_of_every_response_is_that_of_the_clock_and_the_skew(
    browse: Browse, skew: float
) -> None:
    clock = Clock()
    async with sandbox_of(Live(clock=clock, skew=skew), rate=2) as sandbox:
        browser = browse(sandbox)
        clock.milliseconds = START + 1_400
        replies = [await browser.get("/nowhere"), *[await browser.events() for _ in range(3)]]
        wrong = await browser.request("GET", "/", headers={"X-Key": "wrong"})
        replies += [await browser.events(sort="up"), wrong]

    assert {reply.status for reply in replies} >= {200, 404, 429, 401}
    dates = {reply.headers["Date"] for reply in replies}
    assert dates == {_http_date((START + 1_400 + skew * 1000) // 1000)}


def _http_date(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")


async def test_the_date_without_live_events_is_that_of_the_system(browse: Browse) -> None:
    async with Sandbox() as sandbox:
        reply = await browse(sandbox).events()

    date = parsedate_to_datetime(reply.headers["Date"])
    assert abs((datetime.now(UTC) - date).total_seconds()) < 60


async def test_live_events_of_all_ids_are_those_of_each_id_and_go_on_growing() -> None:
    clock = Clock()
    log = make_log(live=evolve(LATE, clock=clock))
    path = "/actions/events/bounces"
    counts = []
    async with serve(log) as get:
        for seconds in (0, 30, 60, 10):
            clock.milliseconds = after(seconds)
            whole = await get(path, ("sort", "asc"))
            each = [
                await get(f"/actions/{id_}/events/bounces") for id_ in log.ids["action_bounces"]
            ]
            assert in_order(whole) == in_order([event for events in each for event in events])
            moments = [event["timestamp"] for event in whole]
            assert moments == sorted(moments)
            counts.append(len(whole))

    assert counts[0] < counts[3] < counts[1] < counts[2]


@pytest.mark.parametrize("kind", ["reactivities", "contact"])
def test_a_kind_without_any_id_has_live_events_of_its_own(kind: str) -> None:
    log = make_log(live=LATE, events=0)

    assert len(log.select(kind, None, Selection(), after(100))) > 300


@pytest.mark.parametrize(("kind", "id_"), [("unused", "00009C"), ("all_unused", None)])
def test_a_kind_without_examples_has_no_live_events(kind: str, id_: str | None) -> None:
    assert make_log(live=LATE).select(kind, id_, Selection(), after(100)) == []


def test_an_unknown_id_is_an_error() -> None:
    with pytest.raises(LookupError, match="no notification 1"):
        sandbox_of(LATE).truth(EventQuery(kind="bounces", notification_id=1))


def test_the_events_of_an_id_are_not_generated_again_for_another_request() -> None:
    made: list[int] = []

    def make(timestamp: int) -> bytes:
        made.append(timestamp)
        return b"{}"

    log = LiveLog(LATE, seed=1, maker=lambda *_: make)
    found = [log.visible(("bounces", 156), Selection(), after(60)) for _ in range(2)]

    assert found[0] == found[1]
    assert len(made) < 400


def test_each_live_event_is_generated_once_and_not_before_its_timestamp() -> None:
    made: list[int] = []

    def make(timestamp: int) -> bytes:
        made.append(timestamp)
        return str(len(made)).encode()

    timeline = LiveTimeline(LATE, start=START, random=Random(1), make=make)
    counts = []
    for seconds in (-1, 50, 0, 100, 99, 100):
        timeline.visible(Selection(), after(seconds))
        counts.append(len(made))

    assert counts == [0, counts[1], counts[1], len(made), len(made), len(made)]
    assert made == sorted(made)
    assert made[counts[1] - 1] <= after(50) < made[counts[1]] < made[-1] <= after(100)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("rate", 0, "live rate must be positive"),
        ("rate", -1.0, "live rate must be positive"),
        ("rate", float("nan"), "live rate must be positive"),
        ("rate", "5", "live rate must be a number, not str"),
        ("late", 1.1, "late must be a share from 0 to 1"),
        ("late", True, "late must be a share from 0 to 1"),
        ("delay", 0, "delay must be positive"),
        ("delay", None, "delay must be a number, not NoneType"),
        ("start", 1_750_000_000, "looks like seconds: start"),
        ("start", datetime(2025, 6, 1), "start: instants need a time zone"),  # noqa: DTZ001
        ("start", "2025-06-01", "start: instants are aware datetimes or int milliseconds"),
        ("skew", float("nan"), "skew must be within"),
        ("skew", 10**400, "skew must be within"),
        ("skew", True, "skew must be a number, not bool"),
        ("skew", "5", "skew must be a number, not str"),
        ("clock", 5, "clock must be a function such as time.time, not int"),
    ],
)
def test_a_setting_that_is_not_usable_is_refused_with_its_name(
    name: str, value: Any, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        Live(**{name: value})
