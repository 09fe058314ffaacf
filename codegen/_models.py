"""Generate attrs classes from schemas, by datamodel-code-generator with our template."""

import ast
import warnings
from collections.abc import Container
from pathlib import Path

from attrs import frozen
from datamodel_code_generator import Error, generate
from datamodel_code_generator.enums import DataModelType, InputFileType
from datamodel_code_generator.format import DatetimeClassType, PythonVersion
from datamodel_code_generator.parser import LiteralType

from ._document import Document
from ._errors import CodegenError
from ._schemas import ALIASES, STAND_IN, model_schemas
from ._tree import Node

__all__ = ["TEMPLATES", "Models", "generate_models"]

TEMPLATES = Path(__file__).parent / "templates"

_REPLACED = {STAND_IN, "dataclasses", "__future__"}


@frozen(kw_only=True)
class Models:
    """The models as Python.

    Attributes:
        imports: The import statements they need.
        classes: The source of the classes.
        aliases: The type of each component that is no object, and its description.
        names: The names of classes and aliases.
    """

    imports: list[str]
    classes: str
    aliases: dict[str, tuple[str, str]]
    names: list[str]


def generate_models(document: Document, events: Container[str] = ()) -> Models:
    """Return the models of a document, of which some are those of events.

    Raises:
        CodegenError: A schema is not supported, or datamodel-code-generator cannot use it.
    """
    schemas = model_schemas(document, events)
    source = _run(document, schemas)
    module = ast.parse(source)
    lines = source.splitlines()
    imports, texts, aliases, names = [], [], {}, []
    for node in module.body:
        match node:
            case ast.ImportFrom(module=name) if name in _REPLACED:
                pass
            case ast.Import() | ast.ImportFrom():
                imports.append(ast.unparse(node))
            case ast.ClassDef(name=name) if name == ALIASES:
                aliases = dict(_aliases(node, schemas[ALIASES]["properties"]))
            case ast.ClassDef(name=name, decorator_list=[decorator, *_]):
                texts.append("\n".join(lines[decorator.lineno - 1 : node.end_lineno]))
                names.append(name)
    if set(names) != schemas.keys() - {ALIASES}:
        missing = ", ".join(sorted(schemas.keys() ^ set(names)))
        raise CodegenError(f"{document.path}: datamodel-code-generator renamed {missing}")
    return Models(
        imports=imports,
        classes="\n\n\n".join(texts),
        aliases=aliases,
        names=sorted([*names, *aliases]),
    )


def _aliases(node: ast.ClassDef, properties: Node) -> Node:
    return {
        ast.unparse(each.target): (
            ast.unparse(each.annotation),
            properties[ast.unparse(each.target)].get("description", ""),
        )
        for each in node.body
        if isinstance(each, ast.AnnAssign)
    }


def _run(document: Document, schemas: Node) -> str:
    """Generate all classes. If that fails, find the class that it fails for."""
    try:
        return _generate(schemas)
    except (Error, Warning, ValueError, SyntaxError, TypeError, LookupError) as error:
        for name, schema in schemas.items():
            stubs = {other: {"type": "object"} for other in schemas}
            try:
                _generate({**stubs, name: schema})
            except Exception as cause:  # noqa: BLE001 - whatever it is, this is the place
                raise CodegenError(
                    f"{document.path}: datamodel-code-generator cannot use {name}: {cause!r}"
                ) from error
        raise CodegenError(
            f"{document.path}: datamodel-code-generator cannot use the schemas: {error!r}"
        ) from error


def _generate(schemas: Node) -> str:
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Models", "version": "1"},
        "paths": {},
        "components": {"schemas": schemas},
    }
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        source = generate(
            document,
            input_file_type=InputFileType.OpenAPI,
            output_model_type=DataModelType.DataclassesDataclass,
            target_python_version=PythonVersion.PY_311,
            output_datetime_class=DatetimeClassType.Datetime,
            use_standard_primitive_types=True,
            use_standard_collections=True,
            use_union_operator=True,
            enum_field_as_literal=LiteralType.All,
            keyword_only=True,
            use_schema_description=True,
            use_field_description=True,
            field_extra_keys={"x-python-datetime", "x-python-order", "x-python-wire"},
            custom_template_dir=TEMPLATES,
            additional_imports=["attrs"],
            allow_remote_refs=False,
            disable_timestamp=True,
            custom_class_name_generator=str,
            formatters=[],
        )
    if not isinstance(source, str):
        raise TypeError("several modules")
    ast.parse(source)
    return source
