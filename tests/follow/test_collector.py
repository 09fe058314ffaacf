"""The new events of a window: each once, in order, in batches."""

from uuid import UUID

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from np6_async._feed.collector import Collector, Found
from np6_async._feed.position import Position, Segment
from np6_async._feed.schedule import Window
from tests.follow.api import event_json
from tests.follow.test_schedule import SETTINGS

START, END = 1_750_000_000_000, 1_750_000_100_000


def key(number: int) -> bytes:
    return UUID(int=number).bytes


def collector(*segments: Segment, batch_events: int = 100) -> Collector:
    position = Position(START, START + 1000, segments=segments)
    return Collector(position, Window(START, END), evolve(SETTINGS, batch_events=batch_events))


def collected(each: Collector, events: list[bytes]) -> list[Found]:
    return [*each.take(events), *each.finish()]


def test_what_was_delivered_before_is_left_out() -> None:
    each = collector(Segment(START + 5, key(1)), Segment(START, key(2)))
    events = [event_json(number, START + number) for number in (1, 2, 3)]
    (found,) = collected(each, events)
    # A segment that ends where the window starts can hold no event of the window.
    assert [element.raw for element in found.elements] == events[1:]
    assert found.segment.ids == key(2) + key(3)
    assert (each.arrived, each.known) == (3, 1)


def test_an_odd_event_has_the_same_key_among_others() -> None:
    values = [b'"\xff"', b"9" * 5000, b"[" * 900 + b"]" * 900, b"NaN"]
    odd = [
        b'{"id":"%s","timestamp":%d,"x":%s}' % (str(UUID(int=number)).encode(), START, value)
        for number, value in enumerate(values)
    ]
    (among,) = collected(collector(), [*odd, event_json(9, None, has_id=False)])
    for number, raw in enumerate(odd):
        (alone,) = collected(collector(), [raw])
        assert alone.elements == [among.elements[number]]


@given(
    st.lists(st.tuples(st.integers(1, 30), st.booleans(), st.integers(0, 99_999))),
    st.integers(1, 7),
    st.integers(1, 9),
)
def test_each_event_comes_once_in_whatever_pieces_it_arrives(
    drawn: list[tuple[int, bool, int]], batch_events: int, piece: int
) -> None:
    moments = {number: (is_dated, offset) for number, is_dated, offset in drawn}
    numbers = sorted((number for number, _, _ in drawn), key=lambda n: moments[n][1])
    events = [event_json(n, START + moments[n][1] if moments[n][0] else None) for n in numbers]
    each = collector(batch_events=batch_events)
    found: list[Found] = []
    for start in range(0, len(events), piece):
        found += each.take(events[start : start + piece])
    found += each.finish()
    elements = [element for one in found for element in one.elements]
    assert sorted(element.raw for element in elements) == sorted(set(events))
    stamps = [element.timestamp for element in elements]
    dated = [stamp for stamp in stamps if stamp is not None]
    assert stamps == sorted(dated) + [None] * (len(stamps) - len(dated))
    assert all(1 <= len(one.elements) <= batch_events for one in found)
    assert all(len(one.elements) == batch_events for one in found[:-1])
    assert b"".join(one.segment.ids for one in found) == b"".join(e.key for e in elements)


def test_events_older_than_the_cursor_are_late() -> None:
    events = [event_json(number, START + 400 * number) for number in range(6)]
    (found,) = collected(collector(), events)
    assert found.late == 3
    (found,) = collected(collector(), events[:2])
    assert found.late == 2
    (found,) = collected(collector(), [event_json(9, None)])
    assert found.late == 0


def test_the_end_may_come_earlier_and_what_is_after_it_comes_with_the_next_window() -> None:
    each = collector()
    each.end_at(START + 500)
    each.end_at(START + 700)
    events = [event_json(1, START + 499), event_json(2, START + 500), event_json(3, None)]
    (found,) = collected(each, events)
    assert [element.raw for element in found.elements] == [events[0], events[2]]
    assert each.outside == 0
    assert each.window == (START, START + 500)
    # The one without timestamp may come again with the next window, and is remembered for that.
    position = Position(START, START + 500, segments=(found.segment,))
    later = Collector(position, Window(START + 500, END), SETTINGS)
    (found,) = collected(later, events[1:])
    assert [element.raw for element in found.elements] == [events[1]]


def test_the_end_never_comes_before_the_start() -> None:
    each = collector()
    each.end_at(START - 500)
    assert collected(each, [event_json(1, START)]) == []
    assert each.window == (START, START)


def test_events_outside_the_window_are_counted() -> None:
    each = collector()
    events = [event_json(1, START - 1), event_json(2, END), event_json(3, START)]
    (found,) = collected(each, events)
    assert [element.raw for element in found.elements] == events[2:]
    assert each.outside == 2


def test_a_large_event_has_a_batch_of_its_own() -> None:
    each = collector()
    each.settings = evolve(SETTINGS, batch_bytes=300)
    large = event_json(2, START + 2)[:-1] + b" " * 400 + b"}"
    events = [event_json(1, START + 1), large, event_json(3, START + 3)]
    assert [len(found.elements) for found in collected(each, events)] == [1, 1, 1]


def test_an_id_counts_in_any_spelling_and_other_ids_do_not() -> None:
    upper = event_json(0xABC, START).replace(b"abc", b"ABC")
    odd = [b'{"id":"x"}', b'{"id":5,"timestamp":"1"}', b"[1]", b'{"id":"\\ud800"}', b"\xff"]
    each = collector(Segment(END, key(0xABC)))
    found = collected(each, [upper, *odd])
    assert [element.raw for one in found for element in one.elements] == odd
