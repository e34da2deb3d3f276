"""What a stage wrote on the way is kept under a name of its own, and what cannot be kept costs no run."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from services.runtime.execute import execute
from services.runtime.manifest import Manifest, Status
from services.runtime.node import Node
from services.runtime.request import StageRequest
from services.runtime.stage import Run
from services.runtime.store import blobs
from services.runtime.store.memory import MemoryStore
from tests.small_stages import Doing, Heard, UpperSettings, manifest_at, node_of, step_of, text_input


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return node_of(MemoryStore(), tmp_path)


def debugged(node: Node, work: Callable[[Run[UpperSettings]], None]) -> Manifest:
    """What becomes of a step that is run for debugging."""
    request = StageRequest(step_of(), (text_input(node.store),), {}, debug=True)
    return manifest_at(node.store, execute(Doing(work), request, node, Heard(), threading.Event()).manifest)


def write(run: Run[UpperSettings], *names: str) -> None:
    for name in names:
        path = run.scratch(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


def kept(node: Node, manifest: Manifest) -> dict[str, str]:
    """The names of the intermediates with what is in them."""
    return {it.file_name: blobs.read(node.store, it.artifact).decode() for it in manifest.intermediates}


def test_scratch_files_whose_names_become_equal_are_all_kept(node: Node) -> None:
    def leave(run: Run[UpperSettings]) -> None:
        run.output("text", "upper.txt").write_text("a")
        run.intermediate("scratch2-a-b", "text/plain", "taken").write_text("taken")
        write(run, "a-b", "a/b")

    manifest = debugged(node, leave)
    assert (manifest.status, manifest.warnings) == (Status.SUCCEEDED, ())
    assert kept(node, manifest) == {"scratch-a-b": "a/b", "scratch2-a-b": "taken", "scratch3-a-b": "a-b"}


def test_scratch_files_do_not_hide_why_the_stage_failed(node: Node) -> None:
    def fail(run: Run[UpperSettings]) -> None:
        write(run, "a-b", "a/b")
        raise RuntimeError("the engine broke")

    manifest = debugged(node, fail)
    assert [error.code for error in manifest.errors] == ["STAGE_CRASHED"]
    assert "the engine broke" in manifest.errors[0].message
    assert len(manifest.intermediates) == 2


def test_a_scratch_file_deep_in_folders_keeps_the_end_of_its_path_as_its_name(node: Node) -> None:
    def leave(run: Run[UpperSettings]) -> None:
        run.output("text", "upper.txt").write_text("a")
        write(run, f"{'x' * 200}/{'y' * 200}/end")

    (name,) = kept(node, debugged(node, leave))
    assert name.startswith("scratch-y")
    assert name.endswith("y-end")


def test_a_scratch_file_that_cannot_be_moved_is_warned_of(node: Node) -> None:
    def leave(run: Run[UpperSettings]) -> None:
        path = run.output("text", "upper.txt")
        path.write_text("a")
        write(run, "notes")
        (path.parent / "scratch-notes").mkdir()

    manifest = debugged(node, leave)
    assert manifest.status is Status.SUCCEEDED
    assert [warning.code for warning in manifest.warnings] == ["EVIDENCE_LOST"]
