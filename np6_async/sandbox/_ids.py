"""The ids that exist: made up, in the form that the parameter of a path asks for."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from np6_async._generated.kinds import Parameter
from np6_async._parameters import checker

__all__ = ["FIRST_ID", "is_owner", "make_ids"]

FIRST_ID: Final = 156  # the notification of the vendor's documentation
_DAY: Final = date(2020, 1, 1).toordinal()

_FORMS: Final[tuple[Callable[[int], str], ...]] = (
    lambda number: f"{number:06X}",
    lambda number: f"{number:06x}",
    lambda number: f"{number:06}",
    str,
    lambda number: str(UUID(int=number, version=4)),
    lambda number: date.fromordinal(_DAY + number).isoformat(),
)


def make_ids(parameter: Parameter, count: int, examples: Iterable[object]) -> list[int | str]:
    """Return ids that a parameter accepts.

    They are the values that it lists, or numbers in the first form that fits, or else those in the
    example events.

    Raises:
        ValueError: There are none.
    """
    accepts = _tester(parameter)
    found = dict.fromkeys(id_ for example in examples for id_ in _owners(example))
    known = list(filter(accepts, found))[:count]
    for ids in (parameter.values, *_made(parameter, count), known):
        if ids and all(map(accepts, ids)):
            return list(ids)
    raise ValueError(
        f"the sandbox has no ids for the parameter {parameter.name}: give example events whose"
        " `source.detail` has some"
    )


def _made(parameter: Parameter, count: int) -> Iterator[Sequence[int | str]]:
    numbers = range(FIRST_ID, FIRST_ID + count)
    if parameter.type == "string":
        yield from ([form(number) for number in numbers] for form in _FORMS)
    else:
        first = parameter.minimum or 0
        yield from (numbers, range(first, first + count))


def _tester(parameter: Parameter) -> Callable[[object], bool]:
    check = checker(parameter)

    def accepts(value: object) -> bool:
        try:
            check(value)
        except ValueError:
            return False
        return True

    return accepts


def is_owner(path: tuple[str, ...]) -> bool:
    """Say whether a string there is the id of what an event belongs to: `detail.activation.id`."""
    return path[-3:-2] == ("detail",) and path[-1] == "id"


def _owners(value: Any, path: tuple[str, ...] = ()) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Yield the strings in an example that are such ids."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _owners(member, (*path, name))
    elif isinstance(value, str) and is_owner(path):
        yield value
