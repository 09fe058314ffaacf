"""Put the generated package together, as text by file name."""

import ast
from typing import Any

import jinja2

from ._models import TEMPLATES, generate_models
from ._operations import read_service
from ._schemas import INTEGERS
from ._tree import Node

__all__ = ["render"]

_SERVICE_FILES = ("kinds.py", "endpoints.py", "examples.py", "reference.md")


def render(spec: Node, source: str, command: str, *, client: bool) -> dict[str, str]:
    """Return the text of each generated file, not yet formatted.

    Args:
        spec: The validated document.
        source: What the header calls it.
        command: What the header says made the files.
        client: Whether the models are the client's own, which has endpoints besides; otherwise they
            are somebody else's, who needs a converter.

    Raises:
        CodegenError: The document has something the generator does not support.
    """
    environment = _environment()
    environment.globals["header"] = header = (
        f"# Generated from {source} by `{command}`: change that, not this."
    )
    files = {
        "__init__.py": f'{header}\n"""Code made from {source}."""\n',
        "models.py": _models(environment, spec),
    }
    if not client:
        files["converter.py"] = environment.get_template("converter.py.jinja2").render()
    elif (service := read_service(spec)) is not None:
        for name in _SERVICE_FILES:
            template = environment.get_template(f"{name}.jinja2")
            files[name] = template.render(service=service, models=_summaries(files["models.py"]))
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
    """Return text that can stand in a docstring."""
    return text.strip().replace("\\", "\\\\").replace('"""', r"\"\"\"")


def _cell(text: str) -> str:
    """Return text that can stand in a Markdown table."""
    return " ".join(text.replace("|", r"\|").replace("<", "&lt;").split())


def _summaries(source: str) -> dict[str, str]:
    """Return the first paragraph about each class, by its name."""
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
