"""docs/documents.md lists every document, with its schema, its media type and what it promises."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/documents.md").read_text("utf-8")
CODE = "\n".join(path.read_text("utf-8") for path in (ROOT / "services/documents").glob("*.py"))


def test_every_document_is_listed_with_its_schema_and_media_type() -> None:
    rows = re.findall(r"^\| [a-z ]+ \| `(cuegraph\.[a-z-]+/\d+)` \| `(application/[^`]+)`", PAGE, re.MULTILINE)
    assert {schema for schema, _ in rows} == set(re.findall(r'schema: str = "([^"]+)"', CODE))
    assert {media_type for _, media_type in rows} == set(re.findall(r'MEDIA_TYPE = "([^"]+)"', CODE))


def test_every_document_says_what_it_promises() -> None:
    named = set(re.findall(r"^\| ([a-z ]+) \| `cuegraph", PAGE, re.MULTILINE))
    _, promises = PAGE.split("## What is promised beyond types")
    assert named <= set(re.findall(r"^\| ([a-z ]+) \|", promises, re.MULTILINE))
