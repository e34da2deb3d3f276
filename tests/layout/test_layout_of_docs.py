"""The docs say all that they promise to say, and nothing they say leads nowhere."""

from __future__ import annotations

import ast
import dataclasses
import re
from pathlib import Path

import pytest

from services.runtime import manifest
from services.runtime.canonical import canonical_json
from tests.layout.source import ROOT, make_targets, pages, pyproject, tree

ERRORS = Path("services/runtime/errors.py")
LINK = re.compile(r"\]\(([^)\s]+)\)")


def text(path: str | Path) -> str:
    return (ROOT / path).read_text("utf-8")


def test_every_error_code_is_explained_with_a_remedy() -> None:
    rows = table_rows(text("docs/errors.md"))
    assert {code.strip("`") for code, meaning, remedy in rows if meaning and remedy} == error_codes()


def table_rows(page: str) -> list[list[str]]:
    lines = [line for line in page.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def error_codes() -> set[str]:
    """The codes in the error tree, read from the source: other tests may declare errors of their own."""
    classes = [node for node in tree(ERRORS).body if isinstance(node, ast.ClassDef)]
    return {ast.literal_eval(value) for kind in classes for name, value in assignments(kind) if name == "code"}


def assignments(kind: ast.ClassDef) -> list[tuple[str, ast.expr]]:
    plain = [(ast.unparse(node.targets[0]), node.value) for node in kind.body if isinstance(node, ast.Assign)]
    typed = [(ast.unparse(node.target), node.value) for node in kind.body if isinstance(node, ast.AnnAssign)]
    return plain + [(name, value) for name, value in typed if value is not None]


def test_every_error_is_in_the_drawing_of_the_tree() -> None:
    drawing = ast.get_docstring(tree(ERRORS)) or ""
    classes = [node.name for node in tree(ERRORS).body if isinstance(node, ast.ClassDef)]
    assert not [name for name in classes if not re.search(rf"\b{name}\b", drawing)]


def test_the_published_schema_of_the_manifest_is_fresh() -> None:
    assert text("docs/manifest.schema.json").encode() == canonical_json(manifest.json_schema()), "make schema"


def test_the_manifest_page_names_every_field() -> None:
    page = text("docs/manifest.md")
    fields = [field.name for field in dataclasses.fields(manifest.Manifest)]
    assert not [name for name in fields if f"`{name}`" not in page]


@pytest.mark.parametrize("page", pages(), ids=str)
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = [link for link in LINK.findall(text(page)) if not re.match(r"[a-z]+:", link)]
    assert not [link for link in targets if not resolves(page, link)]


def resolves(page: Path, link: str) -> bool:
    name, _, anchor = link.partition("#")
    target = ROOT / page.parent / name if name else ROOT / page
    return target.exists() and (not anchor or anchor in anchors(target.read_text("utf-8")))


def anchors(page: str) -> set[str]:
    """The anchors that the headings of a page get on the web."""
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_target_says_what_it_does() -> None:
    assert not [name for name, purpose in make_targets().items() if not purpose]


def test_the_readme_names_the_targets() -> None:
    assert {"setup", "demo", "test", "lint"} <= named_targets("README.md")


@pytest.mark.parametrize("page", pages(), ids=str)
def test_a_page_names_only_targets_that_exist(page: Path) -> None:
    assert named_targets(page) <= set(make_targets())


def named_targets(page: str | Path) -> set[str]:
    """The targets that a page gives as code, in a line or in a block."""
    return set(re.findall(r"(?:`|^|&& )make ([a-z][a-z-]*)", text(page), re.MULTILINE))


def test_the_changelog_has_an_entry_for_this_version() -> None:
    version = pyproject()["project"]["version"]
    heading = rf"^## {re.escape(version)}\b.*\n+- "
    assert re.search(heading, text("docs/changelog.md"), re.MULTILINE), f"no entry for {version}"


def test_decisions_are_numbered_without_gaps() -> None:
    records = [page for page in pages() if page.parts[:2] == ("docs", "decisions")]
    assert [int(page.name[:4]) for page in records] == list(range(1, len(records) + 1))
