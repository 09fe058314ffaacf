"""The headers of an answer: whatever they hold, what is read from them can be used."""

import math
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from email.utils import format_datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy

from np6_async._policy.headers import Quota, quota, request_id, reset_in, retry_after

NOW = datetime(2025, 3, 10, 12, 0, 0, 250_000, tzinfo=UTC)

date_words = st.sampled_from(
    [
        *(
            "Mon,",
            "Mon",
            ",",
            "10",
            "0",
            "-1",
            "99",
            "٣",
            "Mar",
            "Mar-2025",
            "2025",
            "9999",
            "(x",
            ")",
        ),
        *("12:00:00", "12.00", "12:", ":", "24:61:61", "GMT", "EST"),
        *("+0000", "-0000", "+9999", "-99999999", "+1_0"),
    ]
)
almost_dates = st.lists(date_words, max_size=8).map(" ".join)
numbers = st.integers(-(10**20), 10**20).map(str) | st.floats().map(str)
texts = (
    st.text() | almost_dates | numbers | st.datetimes(timezones=st.just(UTC)).map(format_datetime)
)


def http_date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def headers(**values: str) -> CIMultiDict[str]:
    return CIMultiDict({name.replace("_", "-"): value for name, value in values.items()})


def wait(value: str, **others: str) -> float | None:
    return retry_after(headers(retry_after=value, **others), now=NOW)


def limits(remaining: str, reset: str, **others: str) -> Quota | None:
    found = headers(x_ratelimit_remaining=remaining, x_ratelimit_reset=reset, **others)
    return quota(found, now=NOW)


# Request id


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("8f14e45f-ceea", "8f14e45f-ceea"),
        (" spaced ", "spaced"),
        ("", None),
        (" \t ", None),
        ("é\u2028x", "\\xe9\\u2028x"),
        ("a\r\nb\x1b[31m\0", "a\\r\\nb\\x1b[31m\\x00"),
        ("caf\udce9", "caf\\udce9"),
    ],
)
def test_H12_a_request_id_is_made_fit_to_be_shown(value: str, shown: str | None) -> None:
    assert request_id(headers(X_Request_Id=value)) == shown


def test_H12_a_request_id_may_be_missing_or_repeated() -> None:
    assert request_id({}) is None
    assert (
        request_id(CIMultiDict([("X-Request-Id", "first"), ("x-request-id", "second")])) == "first"
    )


@given(st.text() | st.text(st.characters(categories=["Cs", "Cc", "Zl"])))
def test_any_request_id_comes_out_as_one_short_printable_line(value: str) -> None:
    shown = request_id(headers(x_request_id=value * 100))
    assert shown is None or (shown.isascii() and shown.isprintable() and len(shown) <= 200 * 10)


def test_H12_a_long_request_id_is_cut() -> None:
    assert request_id(headers(x_request_id="x" * 10_000)) == "x" * 200


# Retry-After


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        *(("0", 0.0), ("120", 120.0), (" 7 ", 7.0), ("007", 7.0), ("9" * 15, 10.0**15 - 1)),
        *(
            (value, None)
            for value in ("", " ", "-1", "+1", "-.5", "1e9", "1_000", "0x10", "nan", "inf", ".")
        ),
        *(
            (value, None)
            for value in (
                "٣",
                "²",
                "9" * 16,
                "9" * 5000,
                "5 s",
                "1.2.3",
                "soon",
                "Mon, 10",
                "-5, nan",
            )
        ),
    ],
)
def test_R5_a_wait_in_seconds_is_ascii_digits(value: str, seconds: float | None) -> None:
    assert wait(value) == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        *(("2.5", 2.5), ("3.0", 3.0), ("3.", 3.0), (".5", 0.5), ("0.000", 0.0), ("3, 3", 3.0)),
        *(("5, 6", 6.0), ("6,5", 6.0), (" 5 , soon", 5.0), ("nan, 5.5,", 5.5), ("5,, -7", 5.0)),
        ("5, Mon, 10 Mar 2025 12:01:00 GMT", 59.75),
        ("Mon, 10 Mar 2025 12:01:00 GMT,90", 90.0),
        ("Mon, 10 Mar 2025 12:01:00 GMT, Monday, 10-Mar-25 12:02:00 GMT", 119.75),
        ("Mon, 5", None),
        ("soon, 5", 5.0),
    ],
)
def test_R1_a_wait_may_have_a_fraction_and_of_several_the_longest_counts(
    value: str, seconds: float | None
) -> None:
    assert wait(value) == seconds
    repeated = CIMultiDict([("Retry-After", part) for part in value.split(",")])
    if "Mar" not in value and "Mon" not in value:
        assert retry_after(repeated, now=NOW) == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("Mon, 10 Mar 2025 12:01:00 GMT", 59.75),
        ("2025-03-10T12:01:00Z", 59.75),
        ("2025-03-10T12:01:00.500Z", 60.25),
        ("2025-03-10 13:01:00+01:00", 59.75),
        ("20250310T120100Z", 59.75),
        ("2025-03-10T12:01:00", 59.75),
        ("2025-03-10", None),
        ("100000-03-10T12:01:00Z", None),
        ("Monday, 10-Mar-25 12:01:00 GMT", 59.75),
        ("Mon Mar 10 12:01:00 2025", 59.75),
        ("Mon, 10 Mar 2025 13:01:00 +0100", 59.75),
        ("Mon, 10 Mar 2025 12:01:00 -0000", 59.75),
        ("Mon, 10 Mar 2025 12:01:00", 59.75),
        ("Mon, 10 Mar 2025 11:59:00 GMT", 0.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("Mon, 10 Mar 2025 25:00:00 GMT", None),
        ("Mon, 99 Mar 2025 12:00:00 GMT", None),
        ("Mon, 10 Mar 100000 12:00:00 GMT", None),
        ("Mon, 10 Mar 2025 12:00:00 +999999", None),
    ],
)
def test_R2_a_wait_until_a_date_is_measured_from_now(value: str, seconds: float | None) -> None:
    assert wait(value) == seconds


@given(st.integers(-(10**6), 10**6), st.integers(0, 300))
def test_R2_a_date_is_measured_by_the_server_s_own_clock(skew: int, seconds: int) -> None:
    there = NOW.replace(microsecond=0) + timedelta(seconds=skew)
    waited = wait(http_date(there + timedelta(seconds=seconds)), date=http_date(there))
    assert waited is not None
    assert abs(waited - seconds) <= 2.25


def test_a_date_that_agrees_but_for_its_fraction_leaves_our_clock_as_it_is() -> None:
    assert wait("Mon, 10 Mar 2025 12:01:00 GMT", date="Mon, 10 Mar 2025 12:00:00 GMT") == 59.75


@pytest.mark.parametrize(("second", "waited"), [("11:59:58", 62), ("12:00:02", 59.75)])
def test_r2_clocks_that_are_two_seconds_apart_disagree(second: str, waited: float) -> None:
    date = f"Mon, 10 Mar 2025 {second} GMT"
    assert wait("Mon, 10 Mar 2025 12:01:00 GMT", date=date) == waited


def test_clocks_that_are_two_seconds_apart_to_the_tick_agree() -> None:
    found = headers(
        retry_after="Mon, 10 Mar 2025 12:01:00 GMT", date="Mon, 10 Mar 2025 12:00:02 GMT"
    )
    assert retry_after(found, now=NOW.replace(microsecond=0)) == 60


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 99 Mar 2025 12:00:00 GMT"])
def test_a_date_that_cannot_be_read_is_not_counted(date: str) -> None:
    assert wait("Mon, 10 Mar 2025 12:01:00 GMT", date=date) == 59.75


@given(texts, texts)
@example("9" * 15, "")
@example(http_date(datetime.max.replace(tzinfo=UTC)), http_date(datetime.min.replace(tzinfo=UTC)))
def test_R5_any_text_gives_a_finite_wait_or_none(value: str, date: str) -> None:
    for waited in (
        retry_after({"Retry-After": value, "Date": date}, now=NOW),
        retry_after({}, now=NOW),
    ):
        assert waited is None or (math.isfinite(waited) and waited >= 0)


# X-RateLimit-*


@given(st.integers(0, 10**6), st.integers(0, 3600))
def test_R3_the_unit_of_a_reset_is_told_by_its_size(remaining: int, seconds: int) -> None:
    moment = NOW + timedelta(seconds=seconds)
    milliseconds = round(moment.timestamp() * 1000)
    found = [
        limits(str(remaining), reset)
        for reset in (str(seconds), str(milliseconds), str(milliseconds // 1000))
    ]
    assert found == [
        (remaining, seconds, None),
        (remaining, pytest.approx(seconds, abs=0.001), None),
        (remaining, pytest.approx(max(0, seconds - 0.25), abs=0.001), None),
    ]


@pytest.mark.parametrize(
    ("reset", "reset_in"),
    [
        ("3600", 3600),
        ("3601", None),
        ("999999999", None),
        ("1000000000", 0),
        (str(int(NOW.timestamp()) + 3600), 3599.75),
        (str(int(NOW.timestamp()) + 3601), None),
        (str(int(NOW.timestamp()) - 60), 0),
        ("999999999999", None),
        ("1000000000000", 0),
        (str(int(NOW.timestamp()) * 1000 + 1500), 1.25),
        ("999999999999999", None),
    ],
)
def test_a_reset_counts_within_an_hour(reset: str, reset_in: float | None) -> None:
    found = limits("7", reset)
    assert (found and found.reset_in) == (None if reset_in is None else pytest.approx(reset_in))


@given(st.integers(-(10**6), 10**6), st.integers(0, 3000), st.sampled_from([1, 1000]))
def test_a_moment_of_reset_is_measured_by_the_server_s_own_clock(
    skew: int, seconds: int, unit: int
) -> None:
    there = NOW.replace(microsecond=0) + timedelta(seconds=skew)
    reset = str((int(there.timestamp()) + seconds) * unit)
    found = limits("7", reset, date=http_date(there))
    assert found is not None
    assert abs(found.reset_in - seconds) <= 2.25


@pytest.mark.parametrize(
    ("remaining", "reset"),
    [
        ("", "5"),
        ("5", ""),
        ("-1", "5"),
        ("5", "-1"),
        ("5", "1e1"),
        ("5", "tomorrow"),
        ("nan", "5"),
        ("5", "inf"),
        ("²", "5"),
    ],
)
def test_limits_that_make_no_sense_are_not_counted(remaining: str, reset: str) -> None:
    assert limits(remaining, reset) is None


@pytest.mark.parametrize(
    ("reset", "seconds"),
    [
        *(("1.5", 1.5), ("2.0", 2), ("5, 7", 7), ("7,5", 7), ("5, 99999", 5), ("5, x", 5)),
        (f"{NOW.timestamp() + 60:.3f}", 60),
        (f"{NOW.timestamp() * 1000 + 1500:.2f}", 1.5),
        ("2025-03-10T12:01:00Z", 59.75),
        ("2025-03-10T14:01:00Z", None),
        ("Mon, 10 Mar 2025 12:01:00 GMT", 59.75),
    ],
)
def test_R3_a_reset_may_have_a_fraction_or_be_a_date(reset: str, seconds: float | None) -> None:
    found = reset_in(headers(x_ratelimit_reset=reset), now=NOW)
    assert found == (None if seconds is None else pytest.approx(seconds, abs=0.001))


@pytest.mark.parametrize(
    ("value", "count"),
    [
        *(("99.0", 99), ("2.5", 2), ("0.9", 0), ("7, 5", 5), ("5,7.0", 5), ("x, 5", 5)),
        *(("1_000", None), ("-1", None), ("1e3", None)),
    ],
)
def test_of_two_quotas_the_smaller_counts_without_its_fraction(
    value: str, count: int | None
) -> None:
    found = limits(value, "5", x_ratelimit_limit=value)
    assert found == (None if count is None else (count, 5, count or None))


@given(
    st.lists(st.decimals(0, 3000, places=2), min_size=1, max_size=3),
    st.sampled_from(["plain", "zeros", "epoch", "milliseconds", "http", "iso"]),
    st.booleans(),
)
def test_R1_R3_a_wait_is_the_same_however_it_is_spelt(
    waits: list[Decimal], spelling: str, is_joined: bool
) -> None:
    now = NOW.replace(microsecond=0)
    spelt = [spell(now, wait, spelling) for wait in waits]
    name = "Retry-After" if spelling in ("plain", "zeros", "http", "iso") else "X-RateLimit-Reset"
    found = CIMultiDict([(name, ", ".join(spelt))] if is_joined else [(name, one) for one in spelt])
    read = retry_after if name == "Retry-After" else reset_in
    longest = float(max(waits))
    assert read(found, now=now) == pytest.approx(longest, abs=1 if spelling == "http" else 0.001)
    assert read(CIMultiDictProxy(found), now=now) == read(found, now=now)


def spell(now: datetime, wait: Decimal, spelling: str) -> str:
    """Write a wait in one of the ways that servers do."""
    moment = now + timedelta(milliseconds=int(wait * 1000))
    return {
        "plain": str(wait),
        "zeros": f"00{wait}000",
        "epoch": f"{moment.timestamp():.2f}",
        "milliseconds": f"{moment.timestamp() * 1000:.1f}",
        "http": http_date(moment),
        "iso": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }[spelling]


@pytest.mark.parametrize("missing", ["X-RateLimit-Remaining", "X-RateLimit-Reset"])
def test_what_is_left_and_its_reset_count_only_together(missing: str) -> None:
    found = CIMultiDict({"X-RateLimit-Remaining": "5", "X-RateLimit-Reset": "5"})
    assert quota(found, now=NOW) == Quota(remaining=5, reset_in=5)
    del found[missing]
    assert quota(found, now=NOW) is None


@pytest.mark.parametrize(
    ("value", "limit"), [("100", 100), ("0", None), ("", None), ("-1", None), ("100;w=1", None)]
)
def test_a_limit_is_known_if_it_can_be_one(value: str, limit: int | None) -> None:
    found = headers(x_ratelimit_limit=value, x_ratelimit_remaining="5", x_ratelimit_reset="5")
    assert quota(found, now=NOW) == Quota(remaining=5, reset_in=5, limit=limit)


def test_R3_a_reset_can_be_read_alone() -> None:
    assert reset_in(headers(x_ratelimit_reset="5"), now=NOW) == 5
    assert reset_in({}, now=NOW) is None


@given(texts, texts, texts)
@example("5", "5", "Mon, 10 Mar 2025 12:01:00 -2359")
def test_any_text_gives_finite_limits_or_none(remaining: str, reset: str, date: str) -> None:
    found = quota(
        {"X-RateLimit-Remaining": remaining, "X-RateLimit-Reset": reset, "Date": date}, now=NOW
    )
    assert found is None or (found.remaining >= 0 and 0 <= found.reset_in <= 3600)


def test_our_own_clock_may_be_in_any_zone() -> None:
    now = NOW.astimezone(timezone(timedelta(hours=5)))
    found = headers(x_ratelimit_remaining="1", x_ratelimit_reset=str(int(NOW.timestamp()) + 60))
    assert quota(found, now=now) == (1, 59.75, None)
    assert retry_after(headers(retry_after="Mon, 10 Mar 2025 12:01:00 GMT"), now=now) == 59.75


def test_a_plain_dict_in_the_vendor_s_spelling_is_read_as_well() -> None:
    plain = {
        "Date": "Mon, 10 Mar 2025 11:00:00 GMT",
        "Retry-After": "Mon, 10 Mar 2025 11:00:07 GMT",
        "X-RateLimit-Limit": "9",
        "X-RateLimit-Remaining": "3",
        "X-RateLimit-Reset": "5",
    }
    assert retry_after(plain, now=NOW) == 7
    assert quota(plain, now=NOW) == (3, 5, 9)
