"""Copy what a document references in other files into the document."""

from copy import deepcopy
from pathlib import Path
from typing import Any

from ._errors import CodegenError
from ._read import read
from ._tree import Node, target, walk

__all__ = ["bundle_files"]


def bundle_files(path: Path, document: Node) -> None:
    """Replace every reference to another file with one to a component of the document.

    `other.yaml#/components/schemas/Name` becomes the component `Name`. A whole file becomes a
    component with the name of the file. A path item replaces the reference to it.

    Raises:
        CodegenError: A reference leads to a file outside the folder of the document, to another
            machine, or to nothing; or two files define components of the same name.
    """
    _Collector(path, document).run()


class _Collector:
    def __init__(self, path: Path, document: Node) -> None:
        self._root = path.resolve()
        self._document = document
        self._files: dict[Path, object] = {self._root: document}
        self._names: dict[tuple[Path, str], str] = {}
        self._taken: dict[str, tuple[Path, str]] = {}

    def run(self) -> None:
        paths: Any = self._document.get("paths")
        for name, item in paths.items() if isinstance(paths, dict) else ():
            if isinstance(item, dict) and _is_external(item.get("$ref")):
                file, place = self._locate(self._root, item["$ref"])
                paths[name] = self._copy(file, place)
                self._rewrite(paths[name], file)
        self._rewrite(self._document, self._root)

    def _rewrite(self, tree: object, file: Path) -> None:
        for where, node in list(walk(tree)):
            if isinstance(node.get("$ref"), str):
                node["$ref"] = self._local(file, node["$ref"])
            mapping = node.get("mapping")
            if where and where[-1] == "discriminator" and isinstance(mapping, dict):
                for tag, ref in mapping.items():
                    if isinstance(ref, str) and ("/" in ref or Path(ref).suffix):
                        mapping[tag] = self._local(file, ref)

    def _local(self, file: Path, ref: str) -> str:
        """Return the reference within the document; copy its target into the document first."""
        if file == self._root and not _is_external(ref):
            return ref
        file, place = self._locate(file, ref)
        if file == self._root:
            return f"#{place}"
        if (file, place) not in self._names:
            self._names[file, place] = self._add(file, place)
        return self._names[file, place]

    def _add(self, file: Path, place: str) -> str:
        node = self._copy(file, place)
        steps = place.split("/")
        section = steps[2] if len(steps) == 4 and steps[1] == "components" else "schemas"
        name = steps[-1] or "".join(part.capitalize() for part in file.stem.split("-"))
        ref = f"#/components/{section}/{name}"
        components = self._document.setdefault("components", {}).setdefault(section, {})
        if name in components:
            other = self._taken.get(ref, (self._root, ""))[0]
            raise CodegenError(f"{file}: {other} also defines {name}; rename one of them")
        self._names[file, place] = ref  # before its content, which may refer to it
        self._taken[ref] = (file, place)
        components[name] = node
        self._rewrite(node, file)
        return ref

    def _locate(self, file: Path, ref: str) -> tuple[Path, str]:
        name, _, place = ref.partition("#")
        found = (file.parent / name).resolve() if name else file
        if ":" in name or "\\" in name or "%" in name or name.startswith("/"):
            raise _error(file, ref, "only files in the folder of the document are read")
        if not found.is_relative_to(self._root.parent):
            raise _error(file, ref, "the file is outside the folder of the document")
        return found, place

    def _copy(self, file: Path, place: str) -> Any:  # noqa: ANN401 - JSON
        if file not in self._files:
            self._files[file] = read(file)
        try:
            node = target(self._files[file], place)
        except LookupError:
            node = None
        if not isinstance(node, dict):
            raise _error(file, f"#{place}", "it does not exist")
        return deepcopy(node)


def _is_external(ref: object) -> bool:
    return isinstance(ref, str) and not ref.startswith("#")


def _error(file: Path, ref: str, reason: str) -> CodegenError:
    return CodegenError(f"{file} refers to {ref!r}: {reason}")
