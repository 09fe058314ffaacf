"""Render the generated files: their text, by their path in the package."""

import ast
from typing import Any

import jinja2

from ._models import TEMPLATES, generate_models
from ._operations import read_service
from ._schemas import INTEGERS
from ._tree import Node

__all__ = ["render"]


def render(spec: Node, source: str, command: str, *, client: bool) -> dict[str, str]:
    """Return the text of each generated file by its path in the package, not yet formatted.

    Args:
        spec: The validated document.
        source: The name of the document, for the header of each file.
        command: The command that generates the files, for the same.
        client: Whether to render np6_async's own code, models and endpoint methods, for the folder
            `np6_async/`. Otherwise render a package of models with a converter of its own.

    Raises:
        CodegenError: The document needs something that the generator does not support.
    """
    environment = _environment()
    header = f"# Generated from {source} by `{command}`; do not edit."
    environment.globals["header"] = header
    package = "_generated/" if client else ""
    models = _models(environment, spec)
    files = {
        f"{package}__init__.py": f'{header}\n"""Code made from {source}."""\n',
        f"{package}models.py": models,
    }
    if not client:
        files["converter.py"] = environment.get_template("converter.py.jinja2").render()
        return files
    values = {"service": read_service(spec), "models": _summaries(models)}
    for name in ("_endpoints.py", "examples.py", "kinds.py", "reference.md"):
        place = name if name.startswith("_") else f"_generated/{name}"
        files[place] = environment.get_template(f"{name}.jinja2").render(values)
    return files


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - the output is Python, not HTML
    )
    environment.filters["doc"] = _doc
    environment.filters["literal"] = repr
    environment.filters["cell"] = _cell
    return environment


def _doc(text: str) -> str:
    """Escape text for a docstring."""
    return text.strip().replace("\\", "\\\\").replace('"""', r"\"\"\"")


def _cell(text: str) -> str:
    """Escape text for a cell of a Markdown table."""
    return " ".join(text.replace("|", r"\|").replace("<", "&lt;").split())


def _summaries(source: str) -> dict[str, str]:
    """Return the first paragraph of each class's docstring, by the class's name."""
    classes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    return {node.name: (ast.get_docstring(node) or "").partition("\n\n")[0] for node in classes}


def _models(environment: jinja2.Environment, spec: Node) -> str:
    imports, body = generate_models(spec)
    statements = ast.parse(body).body
    used = {node.id for node in ast.walk(ast.parse(body)) if isinstance(node, ast.Name)}
    context: dict[str, Any] = {
        "imports": imports,
        "body": body,
        "names": sorted(filter(None, map(_defined_name, statements))),
        "integers": {name: bits for name, bits in INTEGERS.items() if name in used},
        "has_datetime_properties": "_EPOCH" in used,
    }
    return environment.get_template("models.py.jinja2").render(context)


def _defined_name(statement: ast.stmt) -> str | None:
    match statement:
        case ast.ClassDef(name=name) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
        case _:
            return None
