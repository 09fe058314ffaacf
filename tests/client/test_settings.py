"""The settings of a client: bad ones are refused before any I/O, and the key is not shown."""

import copy
import pickle
import traceback
from typing import Any

import pytest

from np6_async import NP6Client, RetryPolicy, Timeouts
from tests.leaks import places

DEFAULT_URL = "https://api-cm.np6.com"
NUMBERS = [0, -1, float("nan"), float("inf"), "5", None, True]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NP6_API_KEY", "NP6_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    "url",
    [
        DEFAULT_URL,
        "https://np6.example.org:8443/v8",
        "http://localhost:8080",
        "http://127.0.0.1",
        "http://127.8.9.1:80/",
        "http://[::1]:8080",
    ],
)
def test_S9_the_url_is_https_or_of_this_machine(key: str, url: str) -> None:
    assert repr(NP6Client(key, base_url=url)) == f"<NP6Client: {url.replace(':80/', '/')}>"


@pytest.mark.parametrize(
    "url",
    [
        "http://api-cm.np6.com",
        "http://localhost.example.org",
        "http://127.0.0.1.example.org",
        "http://0.0.0.0",
        "http://10.0.0.1",
        "http://[::ffff:10.0.0.1]",
        "api-cm.np6.com",
        "//api-cm.np6.com",
        "https://",
        "https://user:{key}@np6.example.org",
        "https://{key}@np6.example.org",
        "https://np6.example.org/?key={key}",
        "https://np6.example.org/#{key}",
        "https://np6.example.org:99999",
        "https://[{key}",
        "file:///{key}",
        "ftp://np6.example.org",
        "",
        None,
        5,
        b"https://np6.example.org",
    ],
)
def test_S9_S10_another_url_is_refused_without_showing_it(key: str, url: Any) -> None:
    if isinstance(url, str):
        url = url.replace("{key}", key)
    with pytest.raises(ValueError, match="base_url") as caught:
        NP6Client(key, base_url=url)
    assert key not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda key: f"{key}\r\nX-Evil: 1",
        lambda key: f"{key}\n",
        lambda key: f" {key}",
        lambda key: f"{key} ",
        lambda key: f"{key}\0",
        lambda key: f"{key}é",
        lambda key: f"{key}\ud800",
        lambda key: key * 1000,
        lambda key: key.encode(),
        lambda key: [key],
        lambda key: "",
        lambda key: None,
    ],
)
def test_S6_a_bad_key_is_refused_without_showing_it(key: str, spoil: Any) -> None:
    with pytest.raises(ValueError, match="the API key ") as caught:
        NP6Client(spoil(key))
    assert places(key, caught.value) == []


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        *(("concurrency", value) for value in (0, -1, 1.5, "5", None, True, float("nan"))),
        *(("max_rate", value) for value in NUMBERS if value is not None),
    ],
)
def test_a_bad_number_is_refused_by_name(key: str, name: str, bad: Any) -> None:
    with pytest.raises(ValueError, match=f"{name} must be") as caught:
        NP6Client(key, **{name: bad})
    assert places(key, caught.value) == []


@pytest.mark.parametrize(
    ("name", "bad"),
    [("timeouts", 30), ("timeouts", None), ("retry", 3), ("retry", None)],
)
def test_a_setting_of_the_wrong_type_is_refused_by_name(key: str, name: str, bad: Any) -> None:
    with pytest.raises(ValueError, match=f"{name} must be") as caught:
        NP6Client(key, **{name: bad})
    assert places(key, caught.value) == []


@pytest.mark.parametrize("name", ["connect", "idle", "total"])
@pytest.mark.parametrize("bad", NUMBERS)
def test_U5_a_bad_timeout_is_refused_by_name(name: str, bad: Any) -> None:
    if name == "total" and bad is None:
        assert Timeouts(total=None).total is None
        return
    with pytest.raises(ValueError, match=f"{name} must be"):
        Timeouts(**{name: bad})


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        *(("attempts", value) for value in (0, -1, 1.5, "5", None, True)),
        *((name, value) for name in ("base", "cap") for value in NUMBERS),
    ],
)
def test_a_bad_retry_policy_is_refused_by_name(name: str, bad: Any) -> None:
    with pytest.raises(ValueError, match=f"{name} must be"):
        RetryPolicy(**{name: bad})


def test_the_environment_gives_key_and_url(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NP6_API_KEY", key)
    assert repr(NP6Client.from_env()) == f"<NP6Client: {DEFAULT_URL}>"
    monkeypatch.setenv("NP6_BASE_URL", "https://np6.example.org")
    assert repr(NP6Client.from_env()) == "<NP6Client: https://np6.example.org>"


def test_an_argument_counts_more_than_the_environment(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NP6_API_KEY", "")
    monkeypatch.setenv("NP6_BASE_URL", "http://np6.example.org")
    client = NP6Client.from_env(api_key=key, base_url="https://np6.example.org", concurrency=1)
    assert repr(client) == "<NP6Client: https://np6.example.org>"


def test_a_missing_key_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="set NP6_API_KEY"):
        NP6Client.from_env()


@pytest.mark.parametrize(
    ("environment", "overrides"),
    [
        ({"NP6_API_KEY": "{key}", "NP6_BASE_URL": "http://np6.example.org"}, {}),
        ({"NP6_API_KEY": "{key}"}, {"base_url": "nowhere"}),
        ({"NP6_API_KEY": "{key}\n"}, {}),
        ({"NP6_API_KEY": "{key}"}, {"concurrency": 0}),
        ({}, {"api_key": "{key}", "concurrency": 0}),
        ({}, {"api_key": "{key}\n"}),
    ],
)
def test_S4_what_is_wrong_in_the_environment_does_not_show_the_key(
    key: str,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    overrides: dict[str, Any],
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value.replace("{key}", key))
    if "api_key" in overrides:
        overrides = {**overrides, "api_key": overrides["api_key"].replace("{key}", key)}
    with pytest.raises(ValueError, match=r"must be|key") as caught:
        NP6Client.from_env(**overrides)
    assert places(key, caught.value) == []


@pytest.mark.parametrize("take", [pickle.dumps, copy.copy, copy.deepcopy])
def test_S2_a_client_is_neither_copied_nor_pickled(key: str, take: Any) -> None:
    with pytest.raises(TypeError, match="a client cannot be copied or pickled: share it"):
        take(NP6Client(key))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"notification_id": -1}, "notification_id must be from 0 to 2147483647"),
        ({"notification_id": "1/../x"}, "notification_id must be an int"),
        ({"start": 1614089582}, "looks like seconds"),
        ({"start": 10**12, "end": 10**11}, "lies before start"),
        ({"sort": "up"}, "sort must be 'asc', 'desc' or None"),
    ],
)
def test_U1_U3_U4_a_bad_query_is_refused_at_the_call(
    key: str, arguments: dict[str, Any], message: str
) -> None:
    client = NP6Client(key)
    arguments = {"notification_id": 1, **arguments}
    for ask in (client.executions, client.cancellations, client.bounces):
        with pytest.raises(ValueError, match=message):
            _ = ask(**arguments)
    with pytest.raises(ValueError, match=message):
        _ = client.events("bounces", **arguments)


def test_U4_an_unknown_kind_is_refused_at_the_call(key: str) -> None:
    with pytest.raises(ValueError, match="kind must be one of 'executions', 'cancellations'"):
        _ = NP6Client(key).events("opens", 1)
