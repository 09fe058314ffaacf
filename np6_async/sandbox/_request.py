"""The query string of a request, checked as the API does."""

from collections.abc import Mapping
from typing import Any

from multidict import MultiMapping

from np6_async._generated.kinds import Operation, Parameter
from np6_async._parameters import checker

from ._values import read_value

__all__ = ["read_query"]


def read_query(operation: Operation, query: MultiMapping[str]) -> dict[str, Any]:
    """Return what was given, by the names in `EventQuery`, and as that holds it.

    Parameters that the operation does not have are ignored.

    Raises:
        ValueError: A value is malformed, not allowed, missing or given twice, or a window ends
            before it starts.
    """
    given: dict[str, Any] = {}
    for parameter in operation.parameters:
        if parameter.location == "query":
            if texts := query.getall(parameter.wire_name, []):
                given[parameter.name] = _read(texts, parameter)
            elif parameter.required:
                raise ValueError(f"{parameter.wire_name} is missing")
    _check_windows(operation, given)
    return given


def _read(texts: list[str], parameter: Parameter) -> Any:  # noqa: ANN401 - by its type
    if len(texts) > 1 and not (parameter.is_array and parameter.is_exploded):
        raise ValueError(f"{parameter.wire_name} is given twice")
    if parameter.is_array and not parameter.is_exploded:
        texts = texts[0].split(",")
    values = tuple(read_value(text, parameter.type) for text in texts)
    value = values if parameter.is_array else values[0]
    # Any moment will do here, unlike in a query, where a small number may be one in seconds.
    return value if parameter.type == "date-time" else checker(parameter)(value)


def _check_windows(operation: Operation, given: Mapping[str, Any]) -> None:
    """Check each pair of moments such as `start` and `end`, or `hit_start` and `hit_end`."""
    moments = {each.name for each in operation.parameters if each.type == "date-time"}
    for name in moments & given.keys():
        end = "end".join(name.rsplit("start", 1))
        if end in moments & given.keys() and given[end] < given[name]:
            raise ValueError(f"{end} lies before {name}")
