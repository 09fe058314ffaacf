"""What is asked for after an answer broke off, and what of the next one is left out."""

from collections.abc import Iterable
from uuid import UUID

import pytest
from attrs import evolve

from np6_async import EventQuery, UnknownEvent
from np6_async._engine.resume import EVENT_KEYS, MAX_IDS, RAW_KEYS, Progress
from np6_async._parameters import Sort
from np6_async.errors import (
    EventDecodeError,
    NotFoundError,
    RequestTimeoutError,
    StreamInterruptedError,
)
from tests.support import FIRST_MOMENT, event

BROKEN = StreamInterruptedError("the body broke off", status=200, request_id="req-1")
WHOLE = EventQuery(kind="bounces", notification_id=156)


def made(number: int, timestamp: int | None = None) -> UnknownEvent:
    moment = FIRST_MOMENT + number if timestamp is None else timestamp
    return UnknownEvent(type=None, id=UUID(int=number), timestamp=moment, reason="", raw=b"")


def undated(number: int) -> UnknownEvent:
    return evolve(made(number), timestamp=None)


def progress(sort: Sort | None, *pages: Iterable[UnknownEvent]) -> "Progress[UnknownEvent]":
    """Return how far a caller is that was given these pages by the first answer."""
    progress = Progress(evolve(WHOLE, sort=sort), EVENT_KEYS)
    for page in map(list, pages):
        assert progress.take(page) == page
    return progress


def test_nothing_is_left_out_of_a_first_answer() -> None:
    twice = [made(1), made(2), made(1)]
    begun = progress(None, twice, twice)
    assert begun.given == 6
    assert begun.query == WHOLE


@pytest.mark.parametrize(
    "failure", [NotFoundError("404", status=404), EventDecodeError("misfit", path="$")]
)
def test_a_failure_that_is_no_break_changes_nothing(failure: NotFoundError) -> None:
    begun = progress("asc", map(made, range(3)))
    assert begun.resume(failure) is None
    assert begun.query.start is None
    assert failure.stopped_by is None


def test_before_anything_was_given_the_whole_is_asked_for_again_and_again() -> None:
    begun = progress("asc", [])
    for _ in range(9):
        assert begun.resume(BROKEN) is None
    assert begun.query == evolve(WHOLE, sort="asc")
    assert begun.take([made(1)]) == [made(1)]


def test_an_unsorted_answer_is_replayed_without_what_was_given() -> None:
    begun = progress(None, [made(1), made(2)], [made(2), made(3)])
    assert begun.resume(BROKEN) is None
    assert begun.query == WHOLE
    again = [made(4), made(3), made(2), made(2), made(2), made(1), made(1)]
    assert begun.take(again[:4]) == [made(4)]
    assert begun.take(again[4:]) == [made(2), made(1)]
    assert begun.given == 7


def test_what_came_after_a_replay_is_left_out_of_the_next_one_as_well() -> None:
    begun = progress(None, [made(1)])
    begun.resume(BROKEN)
    assert begun.take([made(2), made(1)]) == [made(2)]
    begun.resume(BROKEN)
    assert begun.take([made(1), made(2), made(3)]) == [made(3)]


@pytest.mark.parametrize(
    ("sort", "numbers", "window"),
    [
        ("asc", [1, 2, 3], {"start": FIRST_MOMENT + 3}),
        ("desc", [3, 2, 1], {"end": FIRST_MOMENT + 2}),
    ],
)
def test_a_sorted_answer_is_taken_up_at_its_last_timestamp(
    sort: Sort, numbers: list[int], window: dict[str, int]
) -> None:
    begun = progress(sort, map(made, numbers[:2]), map(made, numbers[2:]))
    assert begun.resume(BROKEN) is None
    assert begun.query == evolve(WHOLE, sort=sort, **window)  # type: ignore[arg-type]
    last = made(9, FIRST_MOMENT + numbers[-1])
    assert begun.take([made(numbers[-1]), last]) == [last]


def test_the_last_timestamp_may_span_pages() -> None:
    same = [made(number, FIRST_MOMENT) for number in range(4)]
    begun = progress("asc", [made(9, FIRST_MOMENT - 1), same[0]], [same[1]], [same[2]])
    assert begun.resume(BROKEN) is None
    assert begun.query.start == FIRST_MOMENT
    assert begun.take([same[2], same[0], same[3], same[1]]) == [same[3]]


def test_the_window_that_was_asked_for_stays_at_its_other_end() -> None:
    begun = Progress(
        evolve(WHOLE, sort="asc", start=FIRST_MOMENT, end=FIRST_MOMENT + 9), EVENT_KEYS
    )
    begun.take([made(1)])
    begun.resume(BROKEN)
    assert (begun.query.start, begun.query.end) == (FIRST_MOMENT + 1, FIRST_MOMENT + 9)


def test_an_event_without_a_timestamp_is_never_next_to_where_a_rest_begins() -> None:
    """It may be of the timestamp before or of the one after: nobody can tell if it comes again."""
    begun = progress("asc", [made(1), made(2), undated(3)], [made(4), made(5, FIRST_MOMENT + 4)])
    begun.resume(BROKEN)
    assert begun.query.start == FIRST_MOMENT + 2
    again = [made(2), undated(3), made(4), undated(3), made(5, FIRST_MOMENT + 4), made(6)]
    assert begun.take(again) == [undated(3), made(6)]


def test_an_id_that_comes_again_at_a_later_moment_is_another_event() -> None:
    begun = progress("asc", [made(1), undated(9), made(2)], [undated(9), made(3), made(4)])
    begun.resume(BROKEN)
    assert begun.query.start == FIRST_MOMENT + 4
    again = [made(1, FIRST_MOMENT + 5), undated(9), made(2, FIRST_MOMENT + 6)]
    assert begun.take([made(4), *again]) == again


def test_without_any_timestamp_the_whole_is_replayed() -> None:
    begun = progress("asc", [undated(1), undated(2)])
    begun.resume(BROKEN)
    assert begun.query == evolve(WHOLE, sort="asc")
    assert begun.take([undated(1), undated(2), undated(3)]) == [undated(3)]


@pytest.mark.parametrize(
    "pages", [[[3, 1, 2]], [[1, 3], [2]], [[3], [2], [4]]], ids=["in a page", "after", "before"]
)
def test_V11_a_broken_order_is_noticed_and_the_whole_replayed(pages: list[list[int]]) -> None:
    begun = progress("asc", *(map(made, page) for page in pages))
    assert not begun.in_order
    begun.resume(BROKEN)
    assert begun.query == evolve(WHOLE, sort="asc")
    given = {number for page in pages for number in page}
    expected = [made(number) for number in range(6) if number not in given]
    assert begun.take([*map(made, range(6))]) == expected


def test_an_answer_without_an_order_is_never_out_of_it() -> None:
    assert progress(None, [made(3), made(1)]).in_order


@pytest.mark.parametrize("timestamp", [5, -5, 10**18], ids=["seconds", "negative", "far off"])
@pytest.mark.parametrize("sort", ["asc", "desc"])
def test_a_timestamp_that_no_window_can_begin_with_leads_to_a_replay(
    sort: Sort, timestamp: int
) -> None:
    begun = progress(sort, [made(1, timestamp)])
    assert begun.resume(BROKEN) is None
    assert begun.query == evolve(WHOLE, sort=sort)
    assert begun.take([made(1, timestamp), made(2, timestamp)]) == [made(2, timestamp)]


@pytest.mark.parametrize("sort", ["asc", "desc"])
def test_an_api_that_does_not_keep_to_the_window_brings_nothing_twice(sort: Sort) -> None:
    events = sorted(
        map(made, range(9)), key=lambda each: each.timestamp or 0, reverse=sort == "desc"
    )
    begun = progress(sort, events[:6])
    begun.resume(BROKEN)
    assert begun.query != evolve(WHOLE, sort=sort)
    assert begun.take(events) == events[6:]


def test_answers_without_anything_new_are_left_out_again_and_again() -> None:
    begun = progress(None, [made(1)])
    for again in [[made(1)], [], [made(1)], [made(1)]]:
        assert begun.resume(BROKEN) is None
        assert begun.take(again) == []
    assert begun.resume(BROKEN) is None
    assert begun.take([made(1), made(2)]) == [made(2)]


def test_as_many_ids_as_are_remembered_can_be_left_out() -> None:
    events = [*map(made, range(MAX_IDS))]
    begun = progress(None, events[:5], events[5:])
    assert begun.resume(BROKEN) is None
    assert begun.take([*events, made(-1 % 2**128)]) == [made(-1 % 2**128)]
    assert begun.resume(BROKEN) is not None


def test_an_unsorted_answer_with_more_is_not_taken_up() -> None:
    begun = progress(None, map(made, range(MAX_IDS + 1)), [made(0)])
    final = begun.resume(RequestTimeoutError("silence", request_id="req-1"))
    assert type(final) is StreamInterruptedError
    assert str(final).startswith("silence, after too many events to resume")
    assert 'ask with sort="asc"' in str(final)
    assert final.request_id == "req-1"


def test_a_sorted_answer_with_more_is_taken_up() -> None:
    begun = progress("asc", map(made, range(MAX_IDS + 5)), [made(MAX_IDS + 5)])
    assert begun.resume(BROKEN) is None
    assert begun.query.start == FIRST_MOMENT + MAX_IDS + 5
    assert begun.take([made(MAX_IDS + 5), made(MAX_IDS + 6)]) == [made(MAX_IDS + 6)]


@pytest.mark.parametrize(
    "rest", [[0], [MAX_IDS] * 100_001], ids=["out of order", "all at one moment"]
)
def test_a_sorted_answer_with_more_of_which_too_little_is_known_is_not_taken_up(
    rest: list[int],
) -> None:
    begun = progress("asc", map(made, range(MAX_IDS)), map(made, rest))
    final = begun.resume(BROKEN)
    assert final is not None
    assert str(final).endswith("ask for less at once [request id req-1]")


def test_elements_left_as_json_are_recognised_by_their_ids() -> None:
    begun = Progress(evolve(WHOLE, sort="asc"), RAW_KEYS)
    begun.take([event(1), event(2)])
    begun.resume(BROKEN)
    assert begun.query.start == FIRST_MOMENT + 2
    assert begun.take([event(2, note="changed"), event(3)]) == [event(3)]


@pytest.mark.parametrize("size", [10, 1_000, 10_000])
def test_so_much_json_that_looking_at_it_cannot_wait_is_recognised_as_well(size: int) -> None:
    begun = Progress(evolve(WHOLE, sort="asc"), RAW_KEYS)
    elements = [event(number, note="x" * size) for number in range(2_500)]
    for first in range(0, 2_500, 100):
        begun.take(elements[first : first + 100])
    begun.resume(BROKEN)
    assert begun.query.start == FIRST_MOMENT + 2_499
    assert begun.take([elements[-1], event(2_500)]) == [event(2_500)]


@pytest.mark.parametrize(
    "odd",
    [
        b"5",
        b'"\\ud800"',
        b'"\xff"',
        b"[" * 10_000 + b"]" * 10_000,
        event(1, id=None),
        event(1, id="no uuid"),
        event(1, timestamp=None),
        event(1, timestamp=5.5),
    ],
)
def test_json_without_an_id_or_timestamp_is_recognised_as_a_whole(odd: bytes) -> None:
    begun = Progress(evolve(WHOLE, sort="asc"), RAW_KEYS)
    begun.take([odd, odd, event(7)])
    begun.resume(BROKEN)
    assert begun.query == evolve(WHOLE, sort="asc")
    assert begun.take([odd, event(7), odd + b" ", odd, odd]) == [odd + b" ", odd]
