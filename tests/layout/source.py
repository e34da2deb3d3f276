"""What the layout tests read: the project's files, their syntax trees and the functions in them."""

from __future__ import annotations

import ast
import functools
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
NOT_STAGES = frozenset({"runtime", "documents"})

Function = ast.FunctionDef | ast.AsyncFunctionDef


@functools.cache
def files() -> tuple[Path, ...]:
    """Every file that is in the repository or would be with the next commit, relative to its root."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return tuple(sorted({Path(name) for name in names.split("\0") if name and (ROOT / name).is_file()}))


def texts() -> Iterator[tuple[Path, str]]:
    """Every file that is text, with its text."""
    for path in files():
        try:
            yield path, (ROOT / path).read_text("utf-8")
        except UnicodeDecodeError:
            continue


def modules(*folders: str) -> list[Path]:
    """The Python modules below these top-level folders, generated ones left out."""
    return [path for path in files() if path.suffix == ".py" and path.parts[0] in folders]


def pages() -> list[Path]:
    """The pages that people read."""
    return [path for path in files() if path.suffix == ".md"]


@functools.cache
def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text("utf-8"), str(path))


def functions(path: Path) -> list[Function]:
    return [node for node in ast.walk(tree(path)) if isinstance(node, Function)]


def stages() -> list[str]:
    """The stages, by folder."""
    folders = {path.parts[1] for path in modules("services") if len(path.parts) > 2}
    return sorted(folders - NOT_STAGES)


@functools.cache
def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def make_targets() -> dict[str, str]:
    """The targets of the Makefile, each with the text that `make help` shows, empty if it has none."""
    lines = (ROOT / "Makefile").read_text("utf-8").splitlines()
    rules = [line for line in lines if line[:1].islower() and ":" in line and ":=" not in line]
    return {rule.partition(":")[0]: rule.partition("## ")[2] for rule in rules}
