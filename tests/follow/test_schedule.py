"""The windows of a query: few requests, and no event inside the look-back is lost."""

import pytest
from attrs import evolve

from np6_async._feed.position import Position
from np6_async._feed.schedule import Schedule, Settings, Window, after

MINUTE = 60_000
NOW = 1_750_000_000_000
SETTINGS = Settings(
    interval=MINUTE, max_interval=MINUTE, lag=10_000, lookback=60 * MINUTE, once=False
)


def answered(
    schedule: Schedule,
    position: Position,
    window: Window,
    *,
    now: int,
    events: int = 0,
    settings: Settings = SETTINGS,
) -> Position:
    """Return the position after a window was answered and committed."""
    is_deep = window.start == position.horizon
    schedule.answered(window, now=now, is_deep=is_deep, events=events)
    horizon, cursor = after(position, window, now=now, settings=settings)
    return evolve(position, horizon=horizon, cursor=cursor)


def caught_up(settings: Settings = SETTINGS) -> tuple[Schedule, Position, list[Window]]:
    """Return the windows of ten hours, one a minute, of a query that has caught up."""
    schedule, position = Schedule(), Position(NOW - settings.lookback, NOW - MINUTE)
    windows = []
    for number in range(600):
        now = NOW + number * MINUTE
        window = schedule.window(position, now, settings)
        assert window is not None
        windows.append(window)
        position = answered(schedule, position, window, now=now, settings=settings)
    return schedule, position, windows


def test_windows_follow_one_another_without_a_gap() -> None:
    _, _, windows = caught_up()
    for number, window in enumerate(windows):
        assert window.end == NOW + number * MINUTE - 10_000
        assert window.start <= (windows[number - 1].end if number else NOW)


def test_each_moment_is_asked_for_again_soon_and_at_the_end_of_the_lookback() -> None:
    _, _, windows = caught_up()
    reaches = [(window.end - window.start) // MINUTE for window in windows[60:]]
    assert 4.0 < sum(reaches) / len(reaches) < 7.0
    assert sum(reach >= 45 for reach in reaches) >= 2 * 540 // 60
    assert sum(reach == 2 for reach in reaches) >= 540 // 4 - 20


@pytest.mark.parametrize(("intervals", "most"), [(12, 5), (60, 7)])
def test_an_event_is_downloaded_a_few_times(intervals: int, most: int) -> None:
    settings = evolve(SETTINGS, lookback=intervals * MINUTE)
    _, _, windows = caught_up(settings)
    lengths = [window.end - window.start for window in windows[60:]]
    assert sum(lengths) / (len(lengths) * MINUTE) <= most


def test_the_horizon_follows_the_lookback_behind_now() -> None:
    _, position, windows = caught_up()
    assert windows[-1].end - 95 * MINUTE < position.horizon <= windows[-1].end - 60 * MINUTE


def test_the_horizon_moves_only_after_a_window_that_began_there() -> None:
    position = Position(NOW - 90 * MINUTE, NOW - MINUTE)
    assert after(position, Window(NOW - MINUTE, NOW), now=NOW, settings=SETTINGS) == (
        position.horizon,
        NOW,
    )
    window = Window(position.horizon, NOW)
    assert after(position, window, now=NOW, settings=SETTINGS) == (NOW - 60 * MINUTE, NOW)


def test_neither_horizon_nor_cursor_moves_back() -> None:
    position = Position(NOW - 10 * MINUTE, NOW)
    window = Window(position.horizon, NOW - MINUTE)
    assert after(position, window, now=NOW, settings=SETTINGS) == (position.horizon, NOW)


def test_the_first_window_begins_at_the_horizon() -> None:
    window = Schedule().window(Position(NOW - 90 * MINUTE, NOW - MINUTE), NOW, SETTINGS)
    assert window == (NOW - 90 * MINUTE, NOW - 10_000)


def test_there_is_no_window_before_the_cursor_is_older_than_the_lag() -> None:
    assert Schedule().window(Position(NOW, NOW - 10_000), NOW, SETTINGS) is None
    assert Schedule().window(Position(NOW, NOW - 10_001), NOW, SETTINGS) is not None


def test_slices_grow_while_they_bring_little_and_shrink_while_they_bring_much() -> None:
    year = 365 * 24 * 60 * MINUTE
    schedule, position = Schedule(), Position(NOW - year, NOW - year)
    lengths = []
    for events in [0, 0, 0, 20_000, 1_000_000, 1_000_000]:
        window = schedule.window(position, NOW, SETTINGS)
        assert window is not None
        lengths.append(window.end - window.start)
        position = answered(schedule, position, window, now=NOW, events=events)
    hours = [length / MINUTE / 60 for length in lengths]
    assert hours == [1, 4, 16, 64, 64, 16]


def test_a_slice_is_never_shorter_than_two_intervals() -> None:
    position = Position(NOW - 600 * MINUTE, NOW - 600 * MINUTE)
    window = Schedule(slice=1).window(position, NOW, SETTINGS)
    assert window is not None
    assert window.end - position.cursor == 2 * MINUTE


def test_a_window_ends_where_the_interval_grows_to_if_nothing_comes() -> None:
    schedule, settings = Schedule(), evolve(SETTINGS, max_interval=5 * MINUTE)
    intervals = []
    for _ in range(20):
        schedule.answered(Window(0, 1), now=NOW, is_deep=False, events=0)
        intervals.append(schedule.interval(settings) // MINUTE)
    assert intervals == [1] * 3 + [2] * 4 + [4] * 4 + [5] * 9
    schedule.answered(Window(0, 1), now=NOW, is_deep=False, events=1)
    assert schedule.interval(settings) == MINUTE
