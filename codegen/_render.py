"""Render the generated files: their text, by their path in the package."""

import ast

import jinja2
from attrs import evolve

from ._document import Document
from ._models import TEMPLATES, Models, generate_models
from ._schemas import INTEGERS
from ._service import Service, read_service

__all__ = ["render"]

_HEADER = "# Generated from openapi/np6-events.yaml by `make codegen`; do not edit."
_FILES = ("_endpoints.py", "_query.py", "examples.py", "kinds.py", "reference.md")


def render(document: Document) -> dict[str, str]:
    """Return the text of each generated file by its path in the package, not yet formatted.

    Raises:
        CodegenError: The document needs something that the generator does not support.
    """
    environment = _environment()
    service = read_service(document)
    models = _with_event(generate_models(document, service.models), service)
    values = {"service": service, "models": _summaries(models)}
    files = {"_generated/__init__.py": f'{_HEADER}\n"""Code made from the OpenAPI document."""\n'}
    files["_generated/models.py"] = environment.get_template("models.py.jinja2").render(
        models=models,
        integers={name: bits for name, bits in INTEGERS.items() if name in _names(models)},
    )
    for name in _FILES:
        place = name if name.startswith("_") else f"_generated/{name}"
        files[place] = environment.get_template(f"{name}.jinja2").render(values)
    return files


def _with_event(models: Models, service: Service) -> Models:
    """Make the union `Event` that of all events, whatever the document says of it."""
    _, words = models.aliases.get("Event", ("", "Any event that has a model."))
    every = dict.fromkeys(model for endpoint in service.endpoints for model in endpoint.models)
    aliases = models.aliases | {"Event": (" | ".join(every), words)}
    return evolve(models, names=sorted({*models.names, "Event"}), aliases=aliases)


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - the output is Python, not HTML
    )
    environment.globals["header"] = _HEADER
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


def _names(models: Models) -> set[str]:
    """Return every name that the models use."""
    sources = [models.classes, *(type_ for type_, _ in models.aliases.values())]
    trees = map(ast.parse, sources)
    return {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _summaries(models: Models) -> dict[str, str]:
    """Return the first paragraph of each class's docstring, by the class's name."""
    classes = [node for node in ast.parse(models.classes).body if isinstance(node, ast.ClassDef)]
    return {node.name: (ast.get_docstring(node) or "").partition("\n\n")[0] for node in classes}
