"""The code keeps the forms of the house: sizes, docstrings, and who may import or read what."""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.layout.source import ROOT, Function, functions, modules, tree

CODE = modules("services", "coordinator")
Node = ast.stmt | ast.expr
HEAVY = frozenset(
    {
        "ctranslate2",
        "demucs",
        "faster_whisper",
        "pocketsphinx",
        "pyannote",
        "torch",
        "torchaudio",
        "transformers",
        "whisperx",
    }
)


def ids(path: Path) -> str:
    return str(path)


@pytest.mark.parametrize("path", modules("services", "coordinator", "tests"), ids=ids)
def test_a_module_says_in_one_sentence_what_it_is(path: Path) -> None:
    summary = (ast.get_docstring(tree(path)) or "").partition("\n\n")[0].strip()
    assert summary, f"{path} has no docstring"
    assert summary.endswith((".", "?")), f"{path} starts with something that is no sentence: {summary!r}"


@pytest.mark.parametrize("path", CODE, ids=ids)
def test_a_file_has_at_most_300_lines(path: Path) -> None:
    lines = (ROOT / path).read_text("utf-8").count("\n")
    assert lines <= 300, f"{path} has {lines} lines; find the second thing it does and move that out"


def test_functions_are_short() -> None:
    lengths = sorted(length(function) for path in CODE for function in functions(path))
    assert statistics.median(lengths) <= 8
    assert lengths[len(lengths) * 9 // 10] <= 30


def length(function: Function) -> int:
    """Lines from `def` to the end, the docstring left out: a contract may be as long as it needs."""
    assert function.end_lineno is not None
    return function.end_lineno - function.lineno + 1 - docstring_lines(function)


def docstring_lines(function: Function) -> int:
    first = function.body[0]
    if ast.get_docstring(function) is None or first.end_lineno is None:
        return 0
    return first.end_lineno - first.lineno + 1


@pytest.mark.parametrize("path", CODE, ids=ids)
def test_heavy_libraries_are_imported_only_inside_the_functions_of_an_engine(path: Path) -> None:
    heavy = [node for node in nodes(tree(path)) if imported(node) & HEAVY]
    if not is_engine(path):
        assert not heavy, f"{path}:{heavy[0].lineno} imports a heavy library; only an engine.py may"
    at_import = [node for node in run_at_import(tree(path)) if node in heavy]
    assert not at_import, f"{path}:{at_import[0].lineno} loads a heavy library when it is imported"


@pytest.mark.parametrize("path", CODE, ids=ids)
def test_only_settings_touches_the_environment(path: Path) -> None:
    if path == Path("services/runtime/settings.py"):
        return
    found = [node for node in nodes(tree(path)) if touches_environment(node)]
    assert not found, f"{path}:{found[0].lineno} touches the environment; only services/runtime/settings.py may"


@pytest.mark.parametrize("path", CODE, ids=ids)
def test_only_the_registry_imports_modules_by_name(path: Path) -> None:
    if path == Path("services/runtime/registry.py"):
        return
    found = [node for node in nodes(tree(path)) if imports_by_name(node)]
    assert not found, f"{path}:{found[0].lineno} imports by name; only services/runtime/registry.py may"


def is_engine(path: Path) -> bool:
    return path.name == "engine.py" or path.name.endswith("_engine.py")


def nodes(parent: ast.AST) -> list[Node]:
    return [node for node in ast.walk(parent) if isinstance(node, Node)]


def run_at_import(parent: ast.AST) -> Iterator[ast.AST]:
    """Every node below this one that runs when the module is imported."""
    for child in ast.iter_child_nodes(parent):
        if not isinstance(child, Function | ast.Lambda) and not is_for_types_only(child):
            yield child
            yield from run_at_import(child)


def is_for_types_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def imported(node: Node) -> frozenset[str]:
    """The top-level packages that this statement imports."""
    if isinstance(node, ast.Import):
        return frozenset(alias.name.partition(".")[0] for alias in node.names)
    if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
        return frozenset({node.module.partition(".")[0]})
    return frozenset()


def imports_from(node: Node, modules: set[str], names: set[str]) -> bool:
    """Whether this is `from <one of modules> import <one of names>`."""
    return (
        isinstance(node, ast.ImportFrom)
        and node.module in modules
        and not names.isdisjoint(alias.name for alias in node.names)
    )


def touches_environment(node: Node) -> bool:
    names = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"}
    if isinstance(node, ast.Attribute):
        return node.attr in names and ast.unparse(node.value) == "os"
    return imports_from(node, {"os"}, names)


def imports_by_name(node: Node) -> bool:
    if isinstance(node, ast.Attribute | ast.Name):
        return ast.unparse(node) in ("importlib.import_module", "importlib.util", "__import__")
    return imports_from(node, {"importlib", "importlib.util"}, {"import_module", "util"})
