"""Read one YAML or JSON file into values of JSON types."""

import json
from pathlib import Path
from typing import Any, cast

import yaml

from ._errors import CodegenError

__all__ = ["read"]

_MOST_NODES = 2_000_000  # nested YAML aliases can expand to more than fits in memory


def read(path: Path, *, lenient: bool = False) -> object:
    """Read a file. Keys become strings, aliases become copies, dates stay strings.

    Args:
        path: The file.
        lenient: Whether a repeated key replaces the earlier one. Otherwise it is an error.

    Raises:
        CodegenError: It cannot be read.
    """
    if path.parts[:1] in {("http:",), ("https:",)}:
        raise CodegenError(f"{path}: only local files are read; download it first")
    try:
        text = path.read_text("utf-8")
        value = _parse(text, _Loader if lenient else _StrictLoader)
        if _count(value, {}) > _MOST_NODES:
            raise ValueError(f"its aliases expand to over {_MOST_NODES:,} values")  # noqa: TRY301
        return json.loads(json.dumps(value))
    except (OSError, TypeError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise CodegenError(f"{path}: cannot be read as YAML or JSON: {error}") from error


def _parse(text: str, loader: type[yaml.SafeLoader]) -> object:
    """Parse JSON, or else YAML. The JSON parser is many times faster."""
    pairs = dict if loader is _Loader else _reject_repeated
    try:
        return json.loads(text, object_pairs_hook=pairs)
    except json.JSONDecodeError:
        return yaml.load(text, Loader=loader)  # noqa: S506 - a SafeLoader


def _reject_repeated(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} is repeated")
        found[key] = value
    return found


def _count(value: object, known: dict[int, int]) -> int:
    """Count the values after every alias is replaced by a copy."""
    if not isinstance(value, dict | list):
        return 1
    if id(value) not in known:
        known[id(value)] = _MOST_NODES  # in case it contains itself
        children = value.values() if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_count(child, known) for child in children)
    return known[id(value)]


_Fastest: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


class _Loader(_Fastest):  # type: ignore[misc]  # which of the two is known at run time only
    """YAML with the types of JSON."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - as PyYAML has it
        first: [(tag, regexp) for tag, regexp in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


class _StrictLoader(_Loader):
    """The same, but a repeated key is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for index, key in enumerate(keys):
            if key in keys[:index]:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} is repeated", node.start_mark
                )
        return cast("dict[Any, Any]", super().construct_mapping(node, deep))
