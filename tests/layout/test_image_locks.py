"""Each image has a lock of its own, with all that its stage imports and nothing else."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from deploy.lock_images import LOCKS, PYANNOTE, SERVERS, images, stale
from services.runtime.registry import STAGES
from tests.layout.source import ROOT, modules, tree
from tests.locked_imports import locked

WITHOUT_TORCH = sorted(set(STAGES) - {"separation", *PYANNOTE})
"""Whose libraries can be imported in a second or two; the others are imported in their images."""


def test_the_locks_are_what_they_are_made_from() -> None:
    assert stale() == [], "make locks"


def test_every_stage_has_a_lock() -> None:
    assert {*STAGES, "coordinator"} <= images().keys()


@pytest.mark.parametrize("image", [*WITHOUT_TORCH, "coordinator"])
def test_an_image_that_does_not_compute_with_torch_is_spared_it(image: str) -> None:
    assert not {"torch", "whisperx", "pyannote-audio"} & locked(LOCKS / f"{image}.txt")


@pytest.mark.parametrize("image", [*STAGES, "coordinator"])
def test_servers_and_what_is_only_there_to_build_are_in_no_other_image(image: str) -> None:
    assert not {"hatchling", *SERVERS.values()} & locked(LOCKS / f"{image}.txt")


def test_whoever_only_reads_declarations_is_spared_what_stages_compute_with() -> None:
    assert "scipy" not in locked(LOCKS / "coordinator.txt")


@pytest.mark.parametrize(("layer", "sharing"), [("base", (*STAGES, "coordinator")), ("pyannote", PYANNOTE)])
def test_a_shared_layer_holds_nothing_that_one_of_its_images_has_no_use_for(layer: str, sharing: Sequence[str]) -> None:
    shared = set((LOCKS / f"{layer}.txt").read_text().splitlines()[1:])
    for image in sharing:
        assert shared <= set((LOCKS / f"{image}.txt").read_text().splitlines())


@pytest.mark.parametrize("stage", WITHOUT_TORCH)
def test_everything_that_a_stage_imports_is_in_its_lock(stage: str) -> None:
    assert_importable(stage, [f"services.{stage}.stage", "coordinator.cli.main", *foreign_imports(stage)])


def test_the_coordinator_can_read_every_declaration_with_its_lock() -> None:
    stages = [f"services.{stage}.stage" for stage in STAGES]
    assert_importable("coordinator", ["coordinator.cli.main", "coordinator.service.server", *stages])


def assert_importable(image: str, names: list[str]) -> None:
    command = [sys.executable, "-m", "tests.locked_imports", str(LOCKS / f"{image}.txt"), *names]
    done = subprocess.run(
        command, cwd=ROOT, env={"PYTHONPATH": "proto"}, check=False, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


def foreign_imports(stage: str) -> list[str]:
    """The modules that a stage's own modules import, wherever in them, its own and the runtime's left out."""
    own = [path for path in modules("services") if path.parts[1] == stage]
    return sorted({name for path in own for name in imports(path) if not name.startswith("services")})


def imports(path: Path) -> set[str]:
    nodes = list(ast.walk(tree(path)))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
