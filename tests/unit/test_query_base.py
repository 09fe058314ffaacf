"""Queries of kinds that the shipped spec does not have: no id, an id that is a string, and more."""

from typing import Any

import pytest
from attrs import evolve

from np6_async import EventKind, errors
from np6_async._query_base import id_of, id_parameter
from tests.families import HASH, Query, add_families

from .support import duplicates


@pytest.fixture(autouse=True)
def families(monkeypatch: pytest.MonkeyPatch) -> None:
    add_families(monkeypatch)


def action(action_id: str = "000PE4", **changes: Any) -> Query:
    return Query(kind=EventKind.BOUNCES, action_id=action_id, **changes)


def contact(**changes: Any) -> Query:
    return Query(kind=EventKind.EXECUTIONS, **{"hash": HASH, **changes})


@pytest.mark.parametrize(
    ("action_id", "quoted"),
    [
        ("000PE4", "000PE4"),
        ("a/b", "a%2Fb"),
        ("a%2Fb", "a%252Fb"),
        ("%41", "%2541"),
        ("é ?#&;=+", "%C3%A9%20%3F%23%26%3B%3D%2B"),
        ("...", "..."),
        ("~-_.x", "~-_.x"),
        ("{}", "%7B%7D"),
    ],
)
def test_an_id_is_quoted_exactly_once(action_id: str, quoted: str) -> None:
    assert action(action_id).path == f"/a/{quoted}/b"
    assert action(action_id).id == action_id


def test_a_kind_without_an_id_has_its_path_as_it_is() -> None:
    assert contact().path == "/a/b"
    assert contact().id is None
    assert contact().subject == "executions"
    assert id_parameter(EventKind.EXECUTIONS) is None


def test_a_parameter_of_another_kind_is_refused_and_the_right_ones_are_listed() -> None:
    message = "hash is not a parameter of bounces, whose parameters are: action_id, start, end"
    with pytest.raises(ValueError, match=message):
        action(hash=HASH)
    with pytest.raises(ValueError, match="sort is not a parameter of bounces"):
        action(sort="asc")
    with pytest.raises(TypeError, match="unknown"):
        action(unknown=1)


def test_a_required_parameter_must_be_given() -> None:
    with pytest.raises(ValueError, match="hash must be given: executions needs it"):
        contact(hash=None)
    with pytest.raises(ValueError, match="action_id must be given: bounces needs it"):
        Query(kind="bounces")
    with pytest.raises(ValueError, match="start: instants are aware"):
        Query(kind="bounces", start="x")
    with pytest.raises(ValueError, match="hash is not a parameter of bounces"):
        Query(kind="bounces", start=0, hash=HASH)


def test_every_pair_of_moments_is_a_window() -> None:
    with pytest.raises(ValueError, match=r"end_a 1970-01-01T00:00:00\.000Z lies before start_a"):
        contact(start_a=10**12, end_a=0)
    assert contact(start_a=0, end_a=0).is_empty
    assert not contact(start_a=0).is_empty
    assert contact(start_a=0).params["startA"] == "1970-01-01T00:00:00.000Z"


def test_personal_data_is_sent_and_never_shown() -> None:
    query: Any = contact(tags=["me@example.com", "+33 1"])
    assert query.params == {"hash": HASH, "tags": ["me@example.com", "+33 1"]}
    error = errors.NotFoundError("not found", query=query)
    for text in (repr(query), str(query), str(error), repr(error)):
        assert HASH not in text
        assert "me@" not in text
    assert str(query) == "executions (hash=***, tags=***)"
    hidden = Query(kind="cancellations", action_id="me")
    assert hidden.subject == "cancellations of action ***"


def test_personal_data_is_taken_out_of_what_a_server_repeats() -> None:
    query = contact(tags=["me@example.com", 'josé o"x', "qz", "qzwxyv"])
    text = f"no {HASH}, no 0441619ab463%2f1d18%2B548aa, me%40example.com; {HASH[:9]}"
    assert query.redacted(text) == "no ***, no ***, ***; ***"
    for form in ("jos%C3%A9+o%22x", "jos%c3%a9%20o%22x", r"jos\u00E9 o\"x", r"josé o\"x", "qzwxyv"):
        assert query.redacted(f"<{form}>") == "<***>"
    assert action().redacted("000PE4") == "000PE4"


def test_a_value_cannot_forge_a_line_of_a_log() -> None:
    query = action("a\nERROR forged")
    assert str(query) == "bounces of action 'a\\nERROR forged'"
    assert "\n" not in str(contact(tags=["x"])) + query.subject


def test_a_secret_is_removed_in_any_case_also_where_it_is_cut_short() -> None:
    query = contact(hash="abcdef123456")
    assert query.redacted("error for ABCDEF1234") == "error for ***"


def test_a_text_is_not_shredded_by_an_empty_value() -> None:
    assert contact(hash="").redacted("bad request") == "bad request"


def test_queries_are_equal_when_they_ask_the_same() -> None:
    query = contact(tags=["a"])
    assert query == contact(tags=("a",)) == evolve(query)
    assert hash(query) == hash(contact(tags=iter(["a"])))
    assert query != contact(tags=["b"])
    assert duplicates(query) == [query, query, query]


def test_an_id_may_be_given_by_position_or_by_its_name() -> None:
    assert id_of("bounces", "action_id", "x", None) == "x"
    assert id_of("bounces", "action_id", None, "y") == "y"
    assert id_of("bounces", "notification_id", "x", None) is None
    with pytest.raises(ValueError, match="action_id was given twice: by its name and by position"):
        id_of("bounces", "action_id", "x", "y")
    with pytest.raises(ValueError, match="executions has no id in its path, but one was given"):
        id_of("executions", "action_id", "x", None)
