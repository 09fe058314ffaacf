"""Read one YAML or JSON file into values of JSON types."""

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Final, cast

import yaml

from ._errors import CodegenError

__all__ = ["CoreLoader", "line_of", "read"]

_MOST_NODES = 2_000_000  # nested YAML aliases can expand to more than fits in memory
_HALVES = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")


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
        value = _parse(text, CoreLoader if lenient else _StrictLoader)
        if _count(value, {}) > _MOST_NODES:
            raise ValueError(f"its aliases expand to over {_MOST_NODES:,} values")  # noqa: TRY301
        return json.loads(json.dumps(value))
    except yaml.MarkedYAMLError as error:
        at = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise CodegenError(
            f"{path}{at}: cannot be read as YAML or JSON: {error.problem}"
        ) from error
    except (OSError, TypeError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise CodegenError(f"{path}: cannot be read as YAML or JSON: {error}") from error


def line_of(path: Path, place: Sequence[object]) -> int | None:
    """Return the line of a place in a file, or of as much of the place as is in the file."""
    try:
        node = _compose(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return None
    line = None
    for step in place:
        if isinstance(node, yaml.MappingNode):
            found = [(key, value) for key, value in node.value if key.value == str(step)]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            found = [(value, value) for value in node.value[step : step + 1]]
        else:
            found = []
        if not found:
            return line
        key, node = found[-1]
        line = key.start_mark.line + 1
    return line


@lru_cache(maxsize=1)
def _compose(text: str) -> yaml.Node | None:
    """Return the nodes of YAML or JSON, with their lines. JSON may escape a character in halves."""
    whole = _HALVES.sub(lambda found: str(json.loads(f'"{found[0]}"')), text)
    return yaml.compose(whole, Loader=CoreLoader)


def _parse(text: str, loader: type[yaml.SafeLoader]) -> object:
    """Parse JSON, or else YAML. The JSON parser is many times faster."""
    pairs = dict if loader is CoreLoader else _reject_repeated
    try:
        return json.loads(text, object_pairs_hook=pairs)
    except ValueError:  # no JSON; or a key is repeated, which the YAML parser says with its line
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


class CoreLoader(_Fastest):  # type: ignore[misc]  # which of the two is known at run time only
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
    CoreLoader.add_implicit_resolver(
        f"{_TAG}{_name}", re.compile(rf"(?:{_pattern})\Z", re.ASCII), _first
    )


def _construct_int(_: object, node: yaml.ScalarNode) -> int:
    base = {"0o": 8, "0x": 16}.get(node.value[:2], 10)
    return int(node.value[2:] if base != 10 else node.value, base)


CoreLoader.add_constructor(f"{_TAG}int", _construct_int)


class _StrictLoader(CoreLoader):
    """The same, but a repeated key is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in keys:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the key {key.value!r} is repeated", key.start_mark
                    )
                keys.add(key.value)
        return super().construct_mapping(node, deep)
