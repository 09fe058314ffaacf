"""What is used once: awaited, driven like a coroutine, or put to another use."""

import gc
from collections.abc import Coroutine, Generator
from types import coroutine
from typing import Any

import pytest

from np6_async._single_use import SingleUse


@coroutine
def step(value: str) -> Generator[str, str, str]:
    """Stop once, as if to wait for something."""
    return (yield value)


class Question(SingleUse[str]):
    def __init__(self) -> None:
        super().__init__()
        self.ended = False

    async def _result(self) -> str:
        try:
            return f"got {await step('asked')}"
        finally:
            self.ended = True

    def other_use(self) -> str:
        self._claim()
        return "other"


async def wait_for(question: Question) -> str:
    return await question


def finish(running: Coroutine[Any, Any, str]) -> object:
    """Drive to the end what stops once."""
    assert running.send(None) == "asked"
    with pytest.raises(StopIteration) as stopped:
        running.send("it")
    return stopped.value.value


def test_it_is_awaited_like_a_coroutine() -> None:
    assert finish(wait_for(Question())) == "got it"


def test_it_is_driven_like_a_coroutine() -> None:
    assert isinstance(Question(), Coroutine)
    assert finish(Question()) == "got it"


def test_an_error_is_thrown_into_it() -> None:
    question = Question()
    assert question.send(None) == "asked"
    with pytest.raises(LookupError):
        question.throw(LookupError())
    assert question.ended


def test_an_error_may_come_before_it_has_begun() -> None:
    with pytest.raises(LookupError):
        Question().throw(LookupError())


@pytest.mark.parametrize("first", [lambda q: finish(wait_for(q)), finish, Question.other_use])
@pytest.mark.parametrize("again", [lambda q: wait_for(q).send(None), Question.other_use])
def test_U14_a_second_use_is_refused(first: Any, again: Any) -> None:
    question = Question()
    first(question)
    with pytest.raises(RuntimeError, match="this Question was used already"):
        again(question)


@pytest.mark.parametrize("first", [lambda q: finish(wait_for(q)), finish, Question.other_use])
def test_it_is_not_driven_after_another_use(first: Any) -> None:
    question = Question()
    first(question)
    with pytest.raises(RuntimeError, match="already"):
        question.send(None)


def test_closing_it_ends_what_it_is_doing() -> None:
    question = Question()
    question.send(None)
    question.close()
    assert question.ended


def test_closing_it_before_it_has_begun_uses_it_up() -> None:
    question = Question()
    question.close()
    question.close()
    assert not question.ended
    with pytest.raises(RuntimeError, match="used already"):
        question.other_use()


def test_one_that_is_never_used_says_nothing() -> None:
    _ = Question()
    gc.collect()
