"""The examples of the spec that events are made from."""

from collections.abc import Iterable
from typing import Any, get_args

import attrs

from np6_async._generated.kinds import Operation
from np6_async._parameters import path_parameter

from ._template import Template

__all__ = ["templates", "types_of"]


def types_of(models: Iterable[type[Any]]) -> set[str]:
    """Return the values of `type` that events of these models have."""
    fields = (attrs.fields_dict(attrs.resolve_types(model)) for model in models)
    return {value for each in fields for value in get_args(each["type"].type)}


def templates(
    operation: Operation, examples: Iterable[dict[str, Any]], models: Iterable[type[Any]]
) -> list[Template]:
    """Return a template for each example of a type that the operation has.

    What a required parameter must equal stays as in the example, so that a query can ask for it.
    """
    types = types_of(models)
    owner = path_parameter(operation.parameters)
    return [
        Template(
            example,
            is_named=owner is not None and owner.type == "string",
            kept={
                parameter.filters[0]
                for parameter in operation.parameters
                if parameter.required and parameter.filters and parameter.filters[1] == "const"
            },
        )
        for example in ({"type": operation.event_type, **example} for example in examples)
        if example["type"] in types
    ]
