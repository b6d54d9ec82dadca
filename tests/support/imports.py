"""Every import of a package, read from its source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Import:
    """One import, wherever in a file it stands.

    Attributes:
        file: path below the root, with slashes.
        line: line number.
        module: full name of what is imported.
        lazy: whether it runs only when a function is called, or never (for types only).
    """

    file: str
    line: int
    module: str
    lazy: bool

    @property
    def top(self) -> str:
        """The imported package."""
        return self.module.partition(".")[0]

    def __str__(self) -> str:
        """Where it stands, as an editor can jump to."""
        return f"{self.file}:{self.line} imports {self.module}"


def list_files(*folders: str) -> list[Path]:
    """Every Python file below ``folders`` of the repository, sorted."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


@lru_cache
def find_imports(package: str) -> tuple[Import, ...]:
    """Every import in ``package``, those inside functions and for types only included."""
    found: list[Import] = []
    for path in list_files(package):
        file = path.relative_to(ROOT).as_posix()
        tree = ast.parse(path.read_text("utf-8"), filename=file)
        found += [
            Import(file, line, name, lazy) for line, name, lazy in _walk(tree, file, lazy=False)
        ]
    return tuple(found)


def _walk(node: ast.AST, file: str, *, lazy: bool) -> Iterator[tuple[int, str, bool]]:
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.Import():
                for alias in child.names:
                    yield child.lineno, alias.name, lazy
            case ast.ImportFrom():
                assert child.level == 0, f"{file}:{child.lineno} imports relatively"
                yield child.lineno, str(child.module), lazy
                # `from device.cameras import folder` names a module too.
                for alias in child.names:
                    yield child.lineno, f"{child.module}.{alias.name}", lazy
            case ast.Call(args=[ast.Constant(value=str(name)), *_]) if "import_module" in (
                ast.unparse(child.func)
            ):
                yield child.lineno, name, lazy
        deferred = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) or (
            isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
        )
        yield from _walk(child, file, lazy=lazy or deferred)
