"""Generate attrs classes from schemas, by datamodel-code-generator with our template."""

import ast
import unicodedata
import warnings
from pathlib import Path

from datamodel_code_generator import Error, generate
from datamodel_code_generator.enums import DataModelType, InputFileType
from datamodel_code_generator.format import DatetimeClassType, PythonVersion
from datamodel_code_generator.parser import LiteralType

from ._aliases import resolve_aliases
from ._errors import CodegenError
from ._schemas import STAND_IN, prepare
from ._tree import Node, walk

__all__ = ["TEMPLATES", "generate_models"]

TEMPLATES = Path(__file__).parent / "templates"

_ALIASES = {name: f"{name}_" for name in ("attrs", "dt", "property", "self")}  # names in use

_REPLACED = {STAND_IN, "dataclasses", "__future__"}


def generate_models(spec: Node) -> tuple[list[str], str]:
    """Return the import statements of the models, and the classes.

    Raises:
        CodegenError: datamodel-code-generator rejects the schemas, warns, or writes invalid Python.
    """
    document = prepare(spec)
    source = _run(document)
    try:
        module = ast.parse(source)
    except SyntaxError as error:
        raise _failure(error) from error
    imports = [node for node in module.body if isinstance(node, ast.Import | ast.ImportFrom)]
    start = max((node.end_lineno or 0 for node in imports), default=0)
    kept = [ast.unparse(node) for node in imports if getattr(node, "module", None) not in _REPLACED]
    body = "\n".join(source.splitlines()[start:])
    _reject_equal_names(ast.parse(body))
    return kept, resolve_aliases(body)


def _reject_equal_names(module: ast.Module) -> None:
    for node in module.body:
        names = [
            each.name if isinstance(each, ast.FunctionDef) else ast.unparse(each.target)
            for each in getattr(node, "body", ())
            if isinstance(each, ast.FunctionDef | ast.AnnAssign)
        ]
        if twice := next((name for name in names if names.count(name) > 1), None):
            name = getattr(node, "name", "")
            raise CodegenError(f"{name}: two members get the Python name {twice!r}; rename one")


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
                aliases={**_ascii_names(document), **_ALIASES},
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
        raise CodegenError("schema names with dots need several modules; remove the dots")
    return result


def _ascii_names(document: Node) -> dict[str, str]:
    """Map each name that Python normalizes to the normalized one, such as `ﬁ` to `fi`."""
    names = {name for _, node in walk(document) for name in node}
    plain = {name: unicodedata.normalize("NFKC", name) for name in names}
    return {name: plain[name] for name in sorted(names) if plain[name] != name}


def _failure(error: Exception) -> CodegenError:
    return CodegenError(f"datamodel-code-generator cannot use the schemas: {error!r}")
