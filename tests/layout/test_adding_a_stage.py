"""The stage that docs/adding-a-stage.md walks through works, and so do its tests, exactly as they stand there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.layout.source import ROOT

BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks() -> tuple[str, str]:
    stage, test = BLOCK.findall((ROOT / "docs/adding-a-stage.md").read_text("utf-8"))
    return stage, test


def test_the_example_passes_its_own_tests(tmp_path: Path) -> None:
    stage, test = blocks()
    (tmp_path / "stage.py").write_text(stage)
    (tmp_path / "test_loudness.py").write_text(test.replace("services.loudness.stage", "stage"))
    command = [sys.executable, "-m", "pytest", "-q", "--rootdir", str(tmp_path), "-c", str(ROOT / "pyproject.toml")]
    result = subprocess.run(
        [*command, "--override-ini", f"pythonpath={tmp_path} {ROOT}", str(tmp_path)],
        check=False, capture_output=True, text=True, timeout=60, cwd=tmp_path,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_example_keeps_the_style_of_the_house(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    for path, code in zip((tmp_path / "stage.py", tmp_path / "tests/test_loudness.py"), blocks(), strict=True):
        path.write_text(code)
    ruff = [str(Path(sys.executable).with_name("ruff")), "--config", str(ROOT / "pyproject.toml")]
    for check in (["check", "--no-cache"], ["format", "--check", "--no-cache"]):
        subprocess.run([ruff[0], *check, *ruff[1:], str(tmp_path)], check=True, timeout=60)
