"""The libraries of the lineage page are npm's own, byte for byte, and come with the wheel."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from coordinator.lineage.page.html import LIBRARIES
from tests.layout.source import ROOT

PAGE = ROOT / "coordinator/lineage/page"
NPM = ROOT / ".cache/page-libraries/node_modules"
PINS = tomllib.loads((PAGE / "vendor/versions.toml").read_text("utf-8"))


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_library_and_its_licence_are_npms_own(name: str) -> None:
    package = NPM / PINS[name]["package"]
    assert (package / PINS[name]["file"]).read_bytes() == (PAGE / f"vendor/{name}.min.js").read_bytes()
    assert (package / "LICENSE").read_bytes() == (PAGE / f"vendor/{name}.LICENSE").read_bytes()


def test_the_wheel_has_all_that_the_page_is_made_of(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (wheel,) = tmp_path.glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    files = [path for path in PAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert {str(path.relative_to(ROOT)) for path in files} <= packed
