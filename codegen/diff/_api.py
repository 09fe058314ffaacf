"""The second level: what changed in the generated Python code, by griffe."""

import ast
from collections.abc import Iterator
from pathlib import Path

import griffe

from ._change import Change, Level

__all__ = ["api_changes"]

_MODULES = ("_generated/models.py", "_generated/kinds.py", "_endpoints.py", "_query.py")
_NOT_COMPARED = {
    "__all__",
    "OPERATIONS",
    "Operation",
    "Parameter",
    "SOURCE_TYPES",
    "_EPOCH",
}  # their content is compared elsewhere


def api_changes(old: Path, new: Path) -> list[Change]:
    """Return what changed in the generated modules from one package to another."""
    changes: list[Change] = []
    for name in _MODULES:
        if not (old / name).read_text("utf-8").startswith("# Generated"):
            continue  # written by hand in older revisions
        before, after = _load(old / name), _load(new / name)
        changes += map(_breakage, griffe.find_breaking_changes(before, after))
        changes += _other_changes(before, after)
    return changes


def _load(path: Path) -> griffe.Module:
    name = path.stem.removeprefix("_")
    module = griffe.visit(name, filepath=path, code=path.read_text("utf-8"))
    for unused in _NOT_COMPARED & module.members.keys():
        module.del_member(unused)
    return module


def _breakage(breakage: griffe.Breakage) -> Change:
    found = breakage.as_dict()
    text = breakage.kind.value.lower()
    if name := getattr(found["old_value"] or found["new_value"], "name", None):
        text = text if breakage.obj.name == name else f"`{name}`: {text}"
    return Change(Level.BREAKING, breakage.obj.path, text)


def _other_changes(old: griffe.Object, new: griffe.Object) -> Iterator[Change]:
    """Yield what griffe does not report: additions, and changed types, values and docstrings."""
    for name, member in new.members.items():
        before = old.members.get(name)
        if member.is_alias or not member.is_public:
            continue
        if before is None:
            yield Change(Level.ADDITIVE, member.path, f"{member.kind.value} added")
            continue
        if isinstance(before, griffe.Attribute) and isinstance(member, griffe.Attribute):
            yield from _attribute(before, member)
        if isinstance(before, griffe.Function) and isinstance(member, griffe.Function):
            yield from _retyped(member, str(before.returns), str(member.returns))
        if _doc(before) != _doc(member):
            yield Change(Level.COSMETIC, member.path, "docstring changed")
        if isinstance(before, griffe.Class) and isinstance(member, griffe.Class):
            yield from _other_changes(before, member)


def _doc(member: griffe.Object | griffe.Alias) -> str:
    return member.docstring.value if member.docstring else ""


def _attribute(old: griffe.Attribute, new: griffe.Attribute) -> Iterator[Change]:
    if str(old.annotation) != str(new.annotation):
        yield from _retyped(new, str(old.annotation), str(new.annotation))
    elif str(old.value) != str(new.value):
        gained = _forms(str(old.value)) < _forms(str(new.value))
        level = Level.ADDITIVE if gained and "TypeAlias" in str(new.annotation) else Level.BREAKING
        yield Change(level, new.path, f"changed from `{old.value}` to `{new.value}`")


def _retyped(member: griffe.Object, old: str, new: str) -> Iterator[Change]:
    if old != new:
        yield Change(Level.BREAKING, member.path, f"type changed from `{old}` to `{new}`")


def _forms(expression: str) -> frozenset[str]:
    """Return the members of a union or a Literal."""
    match ast.parse(expression, mode="eval").body:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _forms(ast.unparse(left)) | _forms(ast.unparse(right))
        case ast.Subscript(value=ast.Name(id="Literal"), slice=ast.Tuple(elts=values)):
            return frozenset(f"Literal[{ast.unparse(value)}]" for value in values)
        case other:
            return frozenset({ast.unparse(other)})
