"""The settings of a client: what is refused, and what is never shown."""

import copy
import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import import_module
from ipaddress import ip_address
from types import TracebackType
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from np6_async import RetryPolicy, Timeouts
from np6_async._options import ApiKey, to_base_url, to_count, to_seconds

from .support import duplicates

numpy: Any = import_module("numpy")  # whose stubs take long to check
SECRET = "s3cr3t-k3y"
NOT_SECONDS = [0, -1, 0.0, -0.5, float("nan"), float("inf"), -float("inf"), 10**400]
NOT_INTS = [numpy.bool_(True), numpy.float64(5), numpy.int64(0), numpy.array([5, 6])]
NOT_NUMBERS = ["5", "", None, True, False, b"5", [5], 5j]

printable = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1)


def refused(make: Callable[[Any], object], value: object) -> ValueError:
    """Return the error that a value is refused with."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - each caller looks at what it says
        make(value)
    return caught.value


def frames(traceback: TracebackType | None) -> Iterator[dict[str, Any]]:
    """Yield the local variables of every frame of this package that an error passed through."""
    while traceback is not None:
        if traceback.tb_frame.f_globals["__name__"].startswith("np6_async"):
            yield traceback.tb_frame.f_locals
        traceback = traceback.tb_next


# Numbers


@pytest.mark.parametrize("value", [5e-324, 0.1, 1, 10, 1e308])
def test_seconds_are_positive_numbers_and_come_out_as_floats(value: float) -> None:
    seconds = to_seconds(value, name="idle")
    assert (type(seconds), seconds) == (float, value)


@pytest.mark.parametrize("value", [*NOT_SECONDS, *NOT_NUMBERS])
def test_what_is_no_number_of_seconds_is_refused_by_its_name(value: Any) -> None:
    assert str(refused(lambda v: to_seconds(v, name="max_rate"), value)).startswith("max_rate must")


def test_what_is_no_number_is_refused_by_its_type() -> None:
    assert "a number, not str" in str(refused(lambda v: to_seconds(v, name="idle"), "5"))
    assert "an int, not str" in str(refused(lambda v: to_count(v, name="n"), "5"))
    assert "a str, not int" in str(refused(to_base_url, 5))


def test_seconds_may_be_as_long_as_a_float() -> None:
    assert to_seconds(sys.float_info.max, name="idle") == sys.float_info.max


def test_a_count_is_a_whole_number_from_1() -> None:
    assert [to_count(value, name="n") for value in (1, 16, 2**80)] == [1, 16, 2**80]


@pytest.mark.parametrize("name", ["int64", "int8", "uint32"])
def test_a_count_may_be_an_int_of_numpy(name: str) -> None:
    value = getattr(numpy, name)(5)
    assert type(to_count(value, name="n")) is int
    assert type(RetryPolicy(attempts=value).attempts) is int
    assert RetryPolicy(attempts=value) == RetryPolicy(attempts=5)


@pytest.mark.parametrize("value", [0, -1, 1.0, *NOT_NUMBERS, *NOT_INTS])
def test_what_is_no_count_is_refused_by_its_name(value: Any) -> None:
    message = str(refused(lambda v: to_count(v, name="concurrency"), value))
    assert message.startswith("concurrency must be")


@pytest.mark.parametrize("name", ["connect", "idle", "total"])
@pytest.mark.parametrize("value", [*NOT_SECONDS, *(v for v in NOT_NUMBERS if v is not None)])
def test_U5_a_timeout_that_is_no_number_of_seconds_is_refused(name: str, value: Any) -> None:
    assert str(refused(lambda v: Timeouts(**{name: v}), value)).startswith(f"{name} must")


def test_only_the_total_may_be_left_open() -> None:
    assert Timeouts(total=None).total is None
    refused(lambda v: Timeouts(connect=v), None)
    refused(lambda v: Timeouts(idle=v), None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("attempts", 0), ("attempts", 1.5), ("attempts", True), ("base", 0), ("base", "1")),
        *(("cap", -1), ("cap", float("inf")), ("cap", None)),
    ],
)
def test_a_retry_policy_that_cannot_be_followed_is_refused(name: str, value: Any) -> None:
    assert str(refused(lambda v: RetryPolicy(**{name: v}), value)).startswith(f"{name} must")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (Timeouts(), {"connect": 10, "idle": 60, "total": None}),
        (RetryPolicy(), {"attempts": 4, "base": 0.1, "cap": 20}),
    ],
)
def test_the_defaults_are_the_documented_ones(settings: Any, expected: dict[str, Any]) -> None:
    assert attrs.asdict(settings) == expected


@pytest.mark.parametrize("settings", [Timeouts(total=5), RetryPolicy(attempts=1)])
def test_settings_are_values(settings: Any) -> None:
    assert duplicates(settings) == [settings] * 3
    assert hash(copy.copy(settings)) == hash(settings)
    assert settings != type(settings)()
    name = attrs.fields(type(settings))[0].name
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(settings, name, 1)
    with pytest.raises(TypeError):
        type(settings)(1)


# The key


@given(printable.filter(lambda text: text.strip() == text))
def test_a_key_is_any_printable_ascii(text: str) -> None:
    assert ApiKey(text).reveal() == text


def test_a_key_has_a_longest_length() -> None:
    assert ApiKey("k" * 4096).reveal() == "k" * 4096
    assert "longer than 4096" in str(refused(ApiKey, "k" * 4097))


@pytest.mark.parametrize(
    "value",
    [
        *(
            SECRET + end
            for end in ("\r", "\n", "\r\nX-Evil: 1", "\0", " ", "\t", "\x7f", "é", "\u2028")
        ),
        *(" " + SECRET, "\ufeff" + SECRET, SECRET + "\udc80", SECRET * 1024, SECRET.encode()),
        *([SECRET], {SECRET: 1}),
    ],
)
def test_S6_a_key_that_no_header_can_carry_is_refused_and_not_shown(value: Any) -> None:
    error = refused(ApiKey, value)
    assert SECRET not in str(error)
    assert SECRET not in repr(error)
    assert SECRET not in repr(list(frames(error.__traceback__)))
    assert (error.__cause__, error.__context__) == (None, None)


@pytest.mark.parametrize("value", ["", None])
def test_S6_a_missing_key_is_refused(value: Any) -> None:
    assert str(refused(ApiKey, value)).startswith("the API key")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("", "the API key is empty: pass it to NP6Client or set NP6_API_KEY"),
        (None, "the API key must be a str"),
        (SECRET + "\n", "the API key must be printable ASCII with no space at its ends: check for"),
    ],
)
def test_a_refused_key_says_what_to_look_for(value: Any, message: str) -> None:
    assert str(refused(ApiKey, value)).startswith(message)


def test_S2_a_key_is_shown_by_nothing() -> None:
    key = ApiKey(SECRET)
    assert repr(key) == "ApiKey('***')"
    assert SECRET not in f"{key} {key!r} {[key]} {(key,)!r:>50}"
    with pytest.raises(TypeError):
        vars(key)


@pytest.mark.parametrize(
    "duplicate",
    [copy.copy, copy.deepcopy, *(lambda key, p=p: pickle.dumps(key, p) for p in range(6))],
)
def test_S2_a_key_is_neither_pickled_nor_copied(duplicate: Callable[[ApiKey], object]) -> None:
    with pytest.raises(TypeError, match="cannot be pickled") as caught:
        duplicate(ApiKey(SECRET))
    assert SECRET not in str(caught.value)


# The base URL


@pytest.mark.parametrize(
    "url",
    [
        *("https://api-cm.np6.com", "https://api-cm.np6.com/", "https://proxy.example/np6"),
        *(
            "HTTPS://API-CM.NP6.COM",
            "https://api-cm.np6.com:8443",
            "https://192.0.2.1",
            "https://[::1]",
        ),
        *(
            "http://127.0.0.1:8000",
            "http://127.8.9.10",
            "http://[::1]:8000",
            "http://localhost:80/x",
        ),
    ],
)
def test_S9_a_base_url_is_https_or_http_to_this_machine(url: str) -> None:
    assert to_base_url(url) == URL(url) == to_base_url(URL(url))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "host",
    [
        *("api-cm.np6.com", "localhost.example", "127.0.0.1.example", "0.0.0.1", "192.168.0.1"),
        *("128.0.0.1", "[::2]", "[::]", "127.0.0.1%00", "2130706433", "mylocalhost"),
    ],
)
def test_S9_plain_http_to_another_machine_is_refused(host: str) -> None:
    assert "must be https" in str(refused(to_base_url, f"http://{host}"))


@pytest.mark.parametrize(
    "url",
    [
        *("https://user:{}@example.com", "https://{}@example.com", "https://:{}@example.com"),
        *("http://user:{}@127.0.0.1", "https://user:{}@127.0.0.1:x", "https://user:{}@[::1"),
        *("https://user:{}@ho\u2100st", "https://user:{}\\@example.com", "https://user:{}@h:99999"),
        *("https://example.com/?key={}", "https://example.com/#{}", "https://example.com?{}#x"),
        *("file:///etc/{}", "ftp://{}.example.com", "ws://{}.example.com", "/{}", "{}", "//{}.com"),
        *("https:{}", "https://?{}", "https:///{}", "https://{}.xn--a", "https://{}\udc80.com"),
    ],
)
def test_S10_a_base_url_with_more_or_less_than_an_origin_and_a_path_is_refused(url: str) -> None:
    error = refused(to_base_url, url.format(SECRET))
    assert str(error).startswith("base_url must")
    assert SECRET not in repr(error)
    assert (error.__cause__, error.__context__) == (None, None)


@pytest.mark.parametrize("url", ["", None, 5, b"https://api-cm.np6.com", ["https://x.com"]])
def test_what_is_no_url_is_refused(url: Any) -> None:
    assert str(refused(to_base_url, url)).startswith("base_url must be")


@given(st.text(":/@?#[]\\%. \n\ud800\u2100httpslx-1").map("http".__add__) | st.text())
def test_any_text_is_a_url_without_secrets_or_a_value_error(text: str) -> None:
    with suppress(ValueError):
        url = to_base_url(text)
        assert url.host
        assert (url.user, url.password, url.query_string, url.fragment) == (None, None, "", "")
        assert url.scheme == "https" or ip_address(url.host).is_loopback
