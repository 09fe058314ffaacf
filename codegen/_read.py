"""Read one YAML or JSON file into values of JSON types."""

import json
import re
from pathlib import Path
from typing import Any, ClassVar, Final, cast

import yaml

from ._errors import CodegenError

__all__ = ["read"]

_MOST_NODES = 2_000_000  # nested YAML aliases can expand to more than fits in memory


def read(path: Path, *, lenient: bool = False) -> object:
    """Read a file, YAML by the core schema of YAML 1.2. Aliases become copies.

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
    """YAML 1.2, as OpenAPI asks for: its core schema, and keys that are strings."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}  # without PyYAML's, which are YAML 1.1

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                key.tag = f"{_TAG}str"
        return cast("dict[Any, Any]", super().construct_mapping(node, deep))


_TAG: Final = "tag:yaml.org,2002:"
_CORE_SCHEMA: Final = {  # section 10.3.2 of the specification, with the characters each begins with
    "null": (r"null|Null|NULL|~|", ["n", "N", "~", ""]),
    "bool": (r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    "int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    "float": (
        r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
}
for _name, (_pattern, _first) in _CORE_SCHEMA.items():
    _Loader.add_implicit_resolver(
        f"{_TAG}{_name}", re.compile(rf"(?:{_pattern})\Z", re.ASCII), _first
    )


def _construct_int(_: object, node: yaml.ScalarNode) -> int:
    base = {"0o": 8, "0x": 16}.get(node.value[:2], 10)
    return int(node.value[2:] if base != 10 else node.value, base)


_Loader.add_constructor(f"{_TAG}int", _construct_int)


class _StrictLoader(_Loader):
    """The same, but a repeated key is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for index, key in enumerate(keys):
            if key in keys[:index]:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} is repeated", node.start_mark
                )
        return super().construct_mapping(node, deep)
