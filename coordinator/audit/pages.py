"""The documentation pages of the stages that are installed, and the versions that each speaks of."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from pathlib import Path

_INSTALLED = Path(__file__).parent / "stages"
"""Where the wheel has them."""
_IN_TREE = Path(__file__).parents[2] / "docs/stages"
_VERSION = re.compile(r"^\| (\d+) \|", re.MULTILINE)
_VERSIONS = "## Versions"


@functools.cache
def documented_versions() -> Mapping[str, frozenset[str]]:
    """The versions in the table `Versions` of each page, by stage."""
    folder = _INSTALLED if _INSTALLED.is_dir() else _IN_TREE
    return {page.stem: versions_of(page.read_text("utf-8")) for page in sorted(folder.glob("*.md"))}


def versions_of(page: str) -> frozenset[str]:
    """The versions that a page tells of; none if it has no such table."""
    return frozenset(_VERSION.findall(page.partition(_VERSIONS)[2]))
