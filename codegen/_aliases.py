"""Put type aliases after the names they use.

Python evaluates the value of an alias at import, so it cannot name a later class in quotes, as an
annotation can.
"""

import ast
from collections.abc import Iterator
from functools import reduce
from graphlib import TopologicalSorter

__all__ = ["resolve_aliases"]


def resolve_aliases(source: str) -> str:
    """Move each alias that has names in quotes to the end, and remove the quotes.

    Args:
        source: Classes, whose annotations are not evaluated, and aliases that form no cycle.
    """
    lines = source.splitlines()
    values = {name: value for name, value, _ in _aliases(source)}
    named = {name: _names(value) & values.keys() for name, value in values.items()}
    moved = {name for name, value in values.items() if any(_quoted(value))}
    while more := {name for name, others in named.items() if others & moved} - moved:
        moved |= more
    text = {}
    for name, value, place in _aliases(source):
        if name in moved:
            words = lines[value.end_lineno : place.stop]
            text[name] = "\n".join((f"{name}: TypeAlias = {_without_quotes(value)}", *words))
            lines[place] = [""] * len(lines[place])
    order = TopologicalSorter({name: sorted(named[name] & moved) for name in text}).static_order()
    return "\n".join((*lines, *("\n" + text[name] for name in order)))


def _aliases(source: str) -> Iterator[tuple[str, ast.expr, slice]]:
    """Yield the name, the value and the lines of each alias; its docstring is among the lines."""
    body = ast.parse(source).body
    for node, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign) and node.value:
            last = after if isinstance(after, ast.Expr) else node
            yield ast.unparse(node.target), node.value, slice(node.lineno - 1, last.end_lineno)


def _names(value: ast.expr) -> set[str]:
    """Return every name in an expression, in quotes or not."""
    tree = ast.parse(_without_quotes(value), mode="eval")
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _quoted(value: ast.AST) -> Iterator[ast.Constant]:
    """Yield the strings in a type that are names of types, so not those in a Literal."""
    if isinstance(value, ast.Subscript) and ast.unparse(value.value) == "Literal":
        return
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value
    for child in ast.iter_child_nodes(value):
        yield from _quoted(child)


def _without_quotes(value: ast.expr) -> str:
    copy = ast.parse(ast.unparse(value), mode="eval").body
    found = {id(node): str(node.value) for node in _quoted(copy)}

    class Unquote(ast.NodeTransformer):
        def visit_Constant(self, node: ast.Constant) -> ast.expr:
            return ast.Name(found[id(node)]) if id(node) in found else node

        def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
            self.generic_visit(node)
            forms = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            match ast.unparse(node.value):
                case "Optional":
                    return ast.BinOp(node.slice, ast.BitOr(), ast.Constant(None))
                case "Union":
                    return reduce(lambda one, other: ast.BinOp(one, ast.BitOr(), other), forms)
            return node

    return ast.unparse(Unquote().visit(copy))
