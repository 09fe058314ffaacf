"""Schemas to attrs classes, by datamodel-code-generator with our template."""

import ast
import warnings
from pathlib import Path

from datamodel_code_generator import Error, generate
from datamodel_code_generator.enums import DataModelType, InputFileType
from datamodel_code_generator.format import DatetimeClassType, PythonVersion
from datamodel_code_generator.parser import LiteralType

from ._errors import CodegenError
from ._schemas import STAND_IN, prepare
from ._tree import Node

__all__ = ["TEMPLATES", "generate_models"]

TEMPLATES = Path(__file__).parent / "templates"

_ALIASES = {name: f"{name}_" for name in ("attrs", "dt", "property", "self")}  # used in the classes

_REPLACED = {STAND_IN, "dataclasses", "__future__"}


def generate_models(spec: Node) -> tuple[list[str], str]:
    """Return the import statements of the models, and the classes.

    Raises:
        CodegenError: datamodel-code-generator refuses the schemas, warns, or writes no Python.
    """
    source = _run(prepare(spec))
    try:
        module = ast.parse(source)
    except SyntaxError as error:
        raise _failure(error) from error
    imports = [node for node in module.body if isinstance(node, ast.Import | ast.ImportFrom)]
    start = max((node.end_lineno or 0 for node in imports), default=0)
    kept = [ast.unparse(node) for node in imports if getattr(node, "module", None) not in _REPLACED]
    return kept, "\n".join(source.splitlines()[start:])


def _run(document: Node) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            result = generate(
                document,
                input_file_type=InputFileType.OpenAPI,
                output_model_type=DataModelType.DataclassesDataclass,
                target_python_version=PythonVersion.PY_311,
                output_datetime_class=DatetimeClassType.Datetime,
                use_standard_primitive_types=True,
                use_standard_collections=True,
                use_union_operator=True,
                enum_field_as_literal=LiteralType.All,
                snake_case_field=True,
                aliases=_ALIASES,
                keyword_only=True,
                use_schema_description=True,
                use_field_description=True,
                field_extra_keys={"x-python-datetime", "x-python-order"},
                custom_template_dir=TEMPLATES,
                additional_imports=["attrs"],
                allow_remote_refs=False,
                disable_timestamp=True,
                formatters=[],
            )
    except (Error, Warning, ValueError, SyntaxError) as error:
        raise _failure(error) from error
    if not isinstance(result, str):
        raise CodegenError("the schemas make more than one module; give them names without dots")
    return result


def _failure(error: Exception) -> CodegenError:
    return CodegenError(f"datamodel-code-generator made no models of the schemas: {error!r}")
