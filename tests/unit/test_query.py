"""Queries: what may be asked, when two questions are the same, and how they look on the wire."""

import math
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from enum import IntEnum
from fractions import Fraction
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs.exceptions import FrozenInstanceError
from hypothesis import example, given
from hypothesis import strategies as st

from np6_async import EventKind, EventQuery
from np6_async._generated.kinds import OPERATIONS
from np6_async._query_base import to_kind

from .support import duplicates

# Imported like this, for their stubs are missing or take long to check.
numpy, pendulum, pytz, dateutil_tz = (
    *(import_module("numpy"), import_module("pendulum")),
    *(import_module("pytz"), import_module("dateutil.tz")),
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST = datetime.min.replace(tzinfo=UTC)
LAST_MS = 253402300799999

zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(timezones=zones)
milliseconds = st.just(0) | st.integers(10**11, LAST_MS)
instants = moments | milliseconds


def query(**changes: Any) -> EventQuery:
    return EventQuery(**{"kind": EventKind.BOUNCES, "notification_id": 156, **changes})


def held(moment: datetime | int) -> int:
    """The start of a window that was given so."""
    start = query(start=moment).start
    assert type(start) is int
    return start


def moment_of(milliseconds: int) -> datetime:
    return EPOCH + timedelta(milliseconds=milliseconds)


# Kind


@pytest.mark.parametrize("kind", EventKind)
def test_a_kind_may_be_given_as_its_string(kind: EventKind) -> None:
    assert query(kind=kind.value) == query(kind=kind)
    assert query(kind=kind.value).kind is kind
    assert to_kind(kind.value) is kind


@pytest.mark.parametrize("kind", ["", "bounce", "BOUNCES", "bounces ", "../x", None, 3, b"x", []])
def test_U4_an_unknown_kind_is_refused_and_the_known_ones_are_named(kind: Any) -> None:
    with pytest.raises(ValueError, match="'executions', 'cancellations', 'bounces'"):
        query(kind=kind)


# Notification id


@given(st.integers(0, 2**31 - 1))
@example(0)
@example(2**31 - 1)
def test_an_id_is_any_int_of_31_bits(notification_id: int) -> None:
    assert query(notification_id=notification_id).notification_id == notification_id


@pytest.mark.parametrize("notification_id", [-1, 2**31, 2**63, -(10**300)])
def test_U1_an_id_out_of_range_is_refused(notification_id: int) -> None:
    with pytest.raises(ValueError, match="from 0 to 2147483647"):
        query(notification_id=notification_id)


@pytest.mark.parametrize(
    "notification_id",
    [
        *("", "156", "..", "1/../x", "1?x=", "%2e", "1\r\nX-Evil: 1", "1\0", "9" * 10_240),
        *(True, False, 156.0, float("nan"), b"156", [156]),
        *(numpy.bool_(True), numpy.float64(156), numpy.array([156, 157])),
    ],
)
def test_U1_an_id_that_is_no_int_is_refused(notification_id: Any) -> None:
    with pytest.raises(ValueError, match="notification_id must be an int, not"):
        query(notification_id=notification_id)


def test_U1_an_id_that_is_missing_is_refused() -> None:
    with pytest.raises(ValueError, match="notification_id must be given: bounces needs it"):
        query(notification_id=None)


@pytest.mark.parametrize("name", ["int32", "int64", "uint64"])
def test_an_id_or_an_instant_may_be_an_int_of_numpy(name: str) -> None:
    number = getattr(numpy, name)
    asked = query(notification_id=number(156))
    assert asked == query()
    assert type(asked.notification_id) is int
    if name != "int32":
        assert held(number(1_614_089_582_001)) == 1_614_089_582_001


def test_an_id_of_an_int_subclass_is_held_as_a_plain_int() -> None:
    class Ids(IntEnum):
        NEWSLETTER = 156

    assert type(query(notification_id=Ids.NEWSLETTER).notification_id) is int


@given(st.sampled_from(EventKind), st.integers(0, 2**31 - 1))
def test_U1_a_path_is_digits_in_the_path_of_the_operation(kind: EventKind, number: int) -> None:
    path = query(kind=kind, notification_id=number).path
    before, after = OPERATIONS[kind].path.split("{}")
    assert path == f"{before}{number}{after}" == f"/notifications/{number}/events/{kind}"


# Window


@given(moments)
@example(FIRST)
@example(FIRST.replace(tzinfo=timezone(timedelta(hours=14))))
def test_a_datetime_is_held_as_the_first_whole_millisecond_that_is_not_before_it(
    moment: datetime,
) -> None:
    exact = (moment - EPOCH) / timedelta(microseconds=1) / 1000  # exact enough to find neighbours
    candidates = [round(exact) + offset for offset in (-2, -1, 0, 1, 2)]
    first = min(ms for ms in candidates if timedelta(milliseconds=ms) >= moment - EPOCH)
    lowest, highest = held(FIRST), LAST_MS
    assert held(moment) == min(max(first, lowest), highest)


@pytest.mark.parametrize(
    ("microseconds", "expected"),
    [(0, 0), (1, 1), (999, 1), (1000, 1), (1001, 2), (-1, 0), (-1000, -1)],
)
def test_a_fraction_of_a_millisecond_rounds_up(microseconds: int, expected: int) -> None:
    assert held(EPOCH + timedelta(microseconds=microseconds)) == expected


# Zones with folds and gaps, and with offsets of seconds in the past
KEYS = ["UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Africa/Monrovia"]
local_times = st.datetimes().filter(lambda local: 1 < local.year < 9999) | st.builds(
    datetime.fromisoformat,
    st.sampled_from(
        [
            "2025-03-30T02:30:00.000001",  # in a gap in Paris
            "2025-10-26T02:30:00.999999",  # in a fold
            "2025-04-06T01:45:00.000000",  # in a fold on Lord Howe Island, of half an hour
        ]
    ),
)


class Moment(datetime):
    """A subclass whose arithmetic is its own, like that of some libraries."""

    def __sub__(self, _: object) -> Any:
        raise AttributeError

    __rsub__ = __add__ = __radd__ = __sub__


class Timestamp(datetime):
    """A moment with nanoseconds, like that of pandas."""

    nanosecond = 0


def of_class(cl: type[datetime], moment: datetime) -> Any:
    day, time = moment.date(), moment.time()
    parts = (day.year, day.month, day.day, time.hour, time.minute, time.second, time.microsecond)
    return cl(*parts, tzinfo=moment.tzinfo, fold=moment.fold)


def exactly(moment: datetime) -> int:
    """Return the milliseconds of a moment by its offset, rounded up."""
    offset = moment.utcoffset()
    assert offset is not None
    since = moment.replace(tzinfo=None, fold=0) - EPOCH.replace(tzinfo=None) - offset
    return math.ceil(Fraction(since // timedelta(microseconds=1), 1000))


@given(local_times, st.sampled_from(KEYS), st.integers(0, 1))
def test_a_moment_is_the_same_of_whatever_class_and_zone_it_is(
    local: datetime, key: str, fold: int
) -> None:
    local = local.replace(fold=fold)
    aware = local.replace(tzinfo=ZoneInfo(key))
    wanted = exactly(aware)
    assert (
        held(aware) == held(of_class(Moment, aware)) == held(of_class(Timestamp, aware)) == wanted
    )
    by_dateutil = local.replace(tzinfo=dateutil_tz.gettz(key))
    assert held(by_dateutil) == exactly(by_dateutil)
    by_pytz = pytz.timezone(key).localize(local.replace(fold=0), is_dst=not fold)
    assert held(by_pytz) == exactly(by_pytz)
    by_pendulum = pendulum.instance(aware.astimezone(UTC)).in_timezone(key)
    assert held(by_pendulum) == wanted


@given(st.integers(-(10**15), 10**15), st.integers(0, 999))
def test_nanoseconds_round_up_too(microseconds: int, nanosecond: int) -> None:
    moment = of_class(Timestamp, EPOCH + timedelta(microseconds=microseconds))
    moment.nanosecond = nanosecond
    exact = Fraction(microseconds * 1000 + nanosecond, 10**6)
    assert held(moment) == math.ceil(exact)


@given(milliseconds)
def test_an_int_is_held_as_it_is(value: int) -> None:
    assert held(value) == value


@given(milliseconds, zones)
def test_equal_windows_are_equal_keys_however_they_were_given(value: int, zone: tzinfo) -> None:
    by_int = query(start=value, end=value)
    moment = moment_of(value)
    local = moment.astimezone(zone) if FIRST.year < moment.year < 9999 else moment
    by_moment = query(start=local, end=local)
    assert by_int == by_moment
    assert hash(by_int) == hash(by_moment)
    assert {by_int: 1}[by_moment] == 1


@given(instants, instants)
def test_U3_a_window_that_ends_before_it_starts_is_refused_and_no_other(
    one: datetime | int, other: datetime | int
) -> None:
    early, late = sorted([one, other], key=held)
    assert query(start=early, end=late).start == held(early)
    if held(early) < held(late):
        with pytest.raises(ValueError, match="lies before start"):
            query(start=late, end=early)


def test_U3_a_window_without_length_is_empty_and_no_error() -> None:
    assert query(start=EPOCH, end=0).is_empty
    assert not query(start=0, end=10**11).is_empty
    assert not query().is_empty
    assert not query(start=0).is_empty
    assert not query(end=0).is_empty


def test_U3_the_far_past_and_the_future_are_asked_for() -> None:
    asked = query(start=FIRST, end=datetime.max.replace(tzinfo=UTC))
    assert asked.params == {"start": "0001-01-01T00:00:00.000Z", "end": "9999-12-31T23:59:59.999Z"}


@pytest.mark.parametrize("side", ["start", "end"])
@pytest.mark.parametrize("value", [1, 1_614_089_582, 10**11 - 1, -1, -(10**12)])
def test_an_int_that_looks_like_seconds_is_refused(side: str, value: int) -> None:
    with pytest.raises(ValueError, match=f"{value} looks like seconds"):
        query(**{side: value})


@pytest.mark.parametrize("value", [LAST_MS + 1, 2**63, 10**18])
def test_an_int_past_the_last_datetime_is_refused(value: int) -> None:
    with pytest.raises(ValueError, match="past the year 9999"):
        query(start=value)


class Nowhere(tzinfo):
    """A time zone that knows no offset, so that a datetime in it is naive."""

    def utcoffset(self, moment: datetime | None, /) -> timedelta | None:
        return None

    dst = utcoffset

    def tzname(self, moment: datetime | None, /) -> str | None:
        return None


@pytest.mark.parametrize("zone", [None, Nowhere()])
def test_U2_a_naive_datetime_is_refused(zone: tzinfo | None) -> None:
    with pytest.raises(ValueError, match="need a time zone"):
        query(start=datetime(2021, 2, 23, tzinfo=zone))


def test_U2_a_naive_datetime_of_any_class_is_refused() -> None:
    for moment in (pendulum.naive(2021, 2, 23), Moment(2021, 2, 23), Timestamp(2021, 2, 23)):
        with pytest.raises(ValueError, match="need a time zone"):
            query(start=moment)


@pytest.mark.parametrize(
    "value",
    [date(2021, 2, 23), numpy.datetime64("2021-02-23"), numpy.float64(1.6e12), numpy.bool_(True)],
)
def test_U2_what_other_libraries_have_instead_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="are aware datetimes or int milliseconds, not"):
        query(end=value)


@pytest.mark.parametrize(
    "value",
    [date(2021, 2, 23), "2021-02-23T00:00:00Z", 1.6e12, True, False, timedelta(1), b"0", []],
)
def test_U2_what_is_neither_datetime_nor_int_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="are aware datetimes or int milliseconds, not"):
        query(end=value)


# Sort


@pytest.mark.parametrize("sort", ["asc", "desc", None])
def test_the_known_orders_are_taken(sort: Any) -> None:
    assert query(sort=sort).sort == sort


@pytest.mark.parametrize("sort", ["", "ASC", "ascending", "timestamp", 1, True, b"asc", ["asc"]])
def test_U4_an_unknown_order_is_refused(sort: Any) -> None:
    with pytest.raises(ValueError, match="sort must be 'asc', 'desc' or None"):
        query(sort=sort)


# The whole


def test_a_query_says_nothing_of_what_was_not_given() -> None:
    assert query().params == {}
    assert (query().start, query().end, query().sort) == (None, None, None)


@given(instants)
@example(FIRST)
@example(datetime(999, 12, 31, tzinfo=UTC))
@example(EPOCH - timedelta(milliseconds=1))
def test_an_instant_on_the_wire_is_iso_8601_in_utc_and_exact(instant: datetime | int) -> None:
    wire = str(query(start=instant).params["start"])
    assert len(wire) == len("1970-01-01T00:00:00.000Z")
    assert wire.endswith("Z")
    assert datetime.fromisoformat(wire) == moment_of(held(instant))


def test_the_query_string_holds_what_was_given() -> None:
    asked = query(start=1_614_089_582_001, end=datetime(2021, 3, 1, tzinfo=UTC), sort="asc")
    assert asked.params == {
        "start": "2021-02-23T14:13:02.001Z",
        "end": "2021-03-01T00:00:00.000Z",
        "sort": "asc",
    }


def test_a_query_reads_as_a_phrase() -> None:
    assert str(query()) == "bounces of notification 156"
    asked = query(start=0, sort="desc")
    assert str(asked) == "bounces of notification 156 (start=1970-01-01T00:00:00.000Z, sort=desc)"


def test_a_query_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        query().start = 0  # type: ignore[misc]


def test_a_query_is_made_of_keywords_only() -> None:
    with pytest.raises(TypeError):
        EventQuery("bounces", 156)  # type: ignore[call-arg]


@given(instants)
def test_a_query_survives_pickle_and_copies(instant: datetime | int) -> None:
    asked = query(start=instant, sort="asc")
    again = duplicates(asked)
    assert again == [asked, asked, asked]
    assert {hash(one) for one in again} == {hash(asked)}


def test_queries_that_differ_are_different_keys() -> None:
    different: list[dict[str, Any]] = [
        {},
        {"kind": "executions"},
        {"notification_id": 157},
        {"start": 0},
        {"end": 0},
        {"sort": "asc"},
        {"sort": "desc"},
    ]
    assert len({query(**changes) for changes in different}) == len(different)
