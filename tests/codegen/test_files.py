"""References to files: those in the document's folder are followed, all others are errors."""

import json
from pathlib import Path
from typing import Any

import pytest

from codegen._errors import CodegenError
from codegen._spec import load

COMMON = """
components:
  schemas:
    Pet:
      type: object
      properties:
        owner: { $ref: "#/components/schemas/Owner" }
        home: { $ref: "../main.json#/components/schemas/Home" }
        tree: { $ref: pet-tree.yaml }
    Owner:
      type: object
      properties: { pets: { type: array, items: { $ref: "#/components/schemas/Pet" } } }
    Unused: { type: string }
  parameters:
    Sort: { name: sort, in: query, schema: { type: string } }
"""
TREE = """
type: object
properties:
  child: { $ref: "#" }
  kind:
    oneOf: [{ $ref: "common.yaml#/components/schemas/Owner" }]
    discriminator:
      propertyName: type
      mapping: { owner: "common.yaml#/components/schemas/Owner" }
"""
PETS = """
parameters: [{ $ref: "common.yaml#/components/parameters/Sort" }]
get: { responses: { "200": { description: Pets. } } }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A document's folder, with a subfolder of files, and a file outside."""
    (tmp_path / "outside.yaml").write_text("type: string\n", "utf-8")
    below = tmp_path / "spec" / "parts"
    below.mkdir(parents=True)
    for name, text in (("common", COMMON), ("pet-tree", TREE), ("pets", PETS)):
        (below / f"{name}.yaml").write_text(text, "utf-8")
    (below / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    return tmp_path / "spec"


def write(folder: Path, ref: str) -> Path:
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "Pets", "version": "1"},
        "paths": {"/pets": {"$ref": "parts/pets.yaml"}},
        "components": {
            "schemas": {
                "Home": {"type": "object"},
                "Shop": {"type": "object", "properties": {"pet": {"$ref": ref}}},
            }
        },
    }
    path = folder / "main.json"
    path.write_text(json.dumps(document), "utf-8")
    return path


def test_what_a_document_references_in_other_files_is_copied_into_it(folder: Path) -> None:
    spec = load(write(folder, "parts/common.yaml#/components/schemas/Pet"))
    components = spec["components"]
    assert components["schemas"].keys() == {"Home", "Shop", "Pet", "Owner", "PetTree"}
    assert components["parameters"].keys() == {"Sort"}
    pet = components["schemas"]["Pet"]["properties"]
    assert pet["owner"] == {"$ref": "#/components/schemas/Owner"}
    assert pet["home"] == {"$ref": "#/components/schemas/Home"}
    assert pet["tree"] == {"$ref": "#/components/schemas/PetTree"}
    kind = components["schemas"]["PetTree"]["properties"]["kind"]
    assert kind["discriminator"]["mapping"] == {"owner": "#/components/schemas/Owner"}
    assert components["schemas"]["PetTree"]["properties"]["child"] == pet["tree"]
    assert spec["paths"]["/pets"]["parameters"] == [{"$ref": "#/components/parameters/Sort"}]


LOCAL_ONLY = "only files in the folder of the document are read"
OUTSIDE = "the file is outside the folder of the document"
MISSING = "it does not exist"
ERRORS = {
    "https": ("https://x.example/s.yaml#/Pet", LOCAL_ONLY),
    "host": ("//x.example/s.yaml", LOCAL_ONLY),
    "file URL": ("file:///etc/passwd", LOCAL_ONLY),
    "absolute": ("/etc/passwd", LOCAL_ONLY),
    "escaped": ("parts/%2e%2e/%2e%2e/outside.yaml", LOCAL_ONLY),
    "backslash": ("..\\outside.yaml", LOCAL_ONLY),
    "above": ("../outside.yaml", OUTSIDE),
    "up and down": ("parts/../../outside.yaml", OUTSIDE),
    "link": ("parts/link.yaml", OUTSIDE),
    "no file": ("parts/none.yaml", "none.yaml: cannot be read"),
    "no place": ("parts/common.yaml#/components/schemas/None", MISSING),
    "no object": ("parts/common.yaml#/components/schemas/Pet/type", MISSING),
    "own dangling": ("#/components/schemas/None", "which does not exist"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_S13_a_reference_to_another_machine_folder_or_to_nothing_is_an_error(
    folder: Path, name: str
) -> None:
    ref, reason = ERRORS[name]
    with pytest.raises(CodegenError) as caught:
        load(write(folder, ref))
    assert reason in str(caught.value)


def test_two_components_of_the_same_name_are_an_error(folder: Path) -> None:
    (folder / "other.yaml").write_text(COMMON.replace("../main", "main"), "utf-8")
    path = write(folder, "parts/common.yaml#/components/schemas/Pet")
    document = json.loads(path.read_text("utf-8"))
    document["components"]["schemas"]["Yard"] = {"$ref": "other.yaml#/components/schemas/Owner"}
    path.write_text(json.dumps(document), "utf-8")
    with pytest.raises(CodegenError, match=r"common\.yaml also defines Owner; rename one of them"):
        load(path)


def test_aliases_that_expand_to_too_many_values_are_an_error(folder: Path) -> None:
    path = folder / "aliases.yaml"
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 64))]
    path.write_text("\n".join(lines), "utf-8")
    with pytest.raises(CodegenError, match="its aliases expand to over 2,000,000 values"):
        load(path)


@pytest.mark.parametrize("text", ['{"openapi": "3.1.0", "openapi": "3.1.1"}', "a: 1\na: 2"])
def test_a_repeated_key_is_an_error_in_yaml_and_json(folder: Path, text: str) -> None:
    path = folder / "twice"
    path.write_text(text, "utf-8")
    with pytest.raises(CodegenError, match=r"the key '(openapi|a)' is repeated"):
        load(path)
