"""The project's own files, as the structural tests read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("app.py", "inthread", "miniapps", "integrations")
CODE = (*PRODUCT, "sandbox", "migrations", "bench", "tests")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def python_files(*parts: str) -> list[Path]:
    """Every Python file under these files and folders of the project, sorted."""
    found: set[Path] = set()
    for part in parts or CODE:
        path = ROOT / part
        if not path.exists():
            raise FileNotFoundError(f"the layout has no {part}")
        found |= {path} if path.is_file() else set(path.rglob("*.py"))
    return sorted(found)


def text_files() -> list[Path]:
    """What a reader of the project sees: code, pages, data and documents; not what was made."""
    made = {".git", ".venv", ".venv-peers", "node_modules", "var", "build", "__pycache__"}
    kinds = {".py", ".md", ".toml", ".html", ".css", ".js", ".sh", ".txt", ".po", ".json", ".svg"}
    return sorted(
        path
        for path in ROOT.rglob("*")
        if path.is_file()
        and (path.suffix in kinds or path.name in ("Makefile", "run", "LICENSE"))
        and not made & set(path.relative_to(ROOT).parts)
        and not any(p.endswith((".egg-info", "_cache")) for p in path.parts)
        and path.name != "package-lock.json"
    )


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, Function):
            yield node


def classes(path: Path) -> Iterator[ast.ClassDef]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ClassDef):
            yield node


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def is_empty_package(path: Path) -> bool:
    return path.name == "__init__.py" and not parsed(path).body
