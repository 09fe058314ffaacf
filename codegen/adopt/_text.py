"""Insert paths and components into the text of a document, and change nothing else in it."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

import yaml

from codegen._errors import CodegenError
from codegen._read import CoreLoader
from codegen._tree import Node

__all__ = ["insert"]

_WIDTH: Final = 110


def insert(text: str, paths: Node, components: Mapping[str, Node]) -> str:
    """Return the text of a document with more paths and components, each at the end of its section.

    Raises:
        CodegenError: A section is written in braces, so that no line can be added to it.
    """
    is_dos = "\r\n" in text
    text = _insert(text, ("paths",), paths)
    for section, found in components.items():
        text = _insert(text, ("components", section), found)
    return re.sub("\r?\n", "\r\n", text) if is_dos else text


def _insert(text: str, place: tuple[str, ...], members: Node) -> str:
    """Insert members at the end of the mapping at a place, which is made if it is missing."""
    node: Any = yaml.compose(text, Loader=CoreLoader)
    for depth, step in enumerate(place):
        found = [value for key, value in node.value if key.value == step]
        if not found:
            for missing in reversed(place[depth:]):
                members = {missing: members}
            break
        node = found[-1]
    if not isinstance(node, yaml.MappingNode) or node.flow_style or not node.value:
        raise CodegenError(f"{' > '.join(place)}: write it with a line for each member, no braces")
    indent = " " * node.value[0][0].start_mark.column
    lines = re.findall(r".*\n|.+\Z", text)  # as YAML counts them
    end = _last_line(node) + 1
    if not lines[end - 1].endswith("\n"):
        lines[end - 1] += "\n"
    added = [indent + line if line.strip() else line for line in _dump(members)]
    return "".join((*lines[:end], *added, *lines[end:]))


def _last_line(node: Any) -> int:  # noqa: ANN401 - a node of PyYAML
    """Return the number of the last line of a node, without comments and blank lines after it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        key, value = last if isinstance(node, yaml.MappingNode) else (last, last)
        is_alias = value.start_mark.line < key.start_mark.line
        return int(key.end_mark.line) if is_alias else _last_line(value)
    line, column = node.end_mark.line, node.end_mark.column
    return int(line if column else line - 1)


class _Dumper(yaml.SafeDumper):
    """Quotes strings that YAML 1.1 or YAML 1.2 would read as something else."""

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True


_Dumper.yaml_implicit_resolvers = {
    first: [
        *yaml.SafeDumper.yaml_implicit_resolvers.get(first, ()),
        *CoreLoader.yaml_implicit_resolvers.get(first, ()),
    ]
    for first in {*yaml.SafeDumper.yaml_implicit_resolvers, *CoreLoader.yaml_implicit_resolvers}
}


def _dump(members: Node) -> list[str]:
    is_plain = not re.search("[\x85\u2028\u2029\ufeff]", json.dumps(members, ensure_ascii=False))
    text = yaml.dump(members, Dumper=_Dumper, sort_keys=False, allow_unicode=is_plain, width=_WIDTH)
    return text.splitlines(keepends=True)
