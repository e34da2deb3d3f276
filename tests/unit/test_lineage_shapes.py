"""Lineage of jobs of shapes that recursion or counting of ways would not survive."""

from __future__ import annotations

from pathlib import Path

import pytest

from coordinator.lineage.depth import QUICK
from coordinator.lineage.exports.formats import FORMATS
from coordinator.lineage.exports.material import Material
from coordinator.lineage.graph import build
from coordinator.lineage.index.index import Index
from coordinator.lineage.reading import read_job
from coordinator.lineage.text import show_text
from coordinator.lineage.verify import verify
from coordinator.lineage.where_used import where_used
from coordinator.lineage.who_made import who_made
from services.runtime.artifact import digest_bytes
from services.runtime.store.base import Store
from services.runtime.store.memory import MemoryStore
from tests.drawn_jobs import Drawn, write_drawn

DIAMONDS = 20
STAGES = 5_000


def ladder() -> list[Drawn]:
    """Diamonds one behind the other: from one end to the other there are 2 to the power of `DIAMONDS` ways."""
    steps = [Drawn("start")]
    for number in range(DIAMONDS):
        before = steps[-1].stage
        left, right = Drawn(f"left{number}", (before,)), Drawn(f"right{number}", (before,))
        steps += [left, right, Drawn(f"join{number}", (left.stage, right.stage))]
    return steps


def chain() -> list[Drawn]:
    return [Drawn("s0"), *(Drawn(f"s{number}", (f"s{number - 1}",)) for number in range(1, STAGES))]


@pytest.fixture(scope="module", params=[ladder, chain])
def written(request: pytest.FixtureRequest) -> tuple[Store, list[Drawn]]:
    store, steps = MemoryStore(), request.param()
    write_drawn(store, "a", steps, sealed=False)
    return store, steps


def test_every_step_is_behind_the_last_one_and_made_of_the_first(written: tuple[Store, list[Drawn]]) -> None:
    store, steps = written
    graph = build(read_job(store, "a"))
    (last,) = [node.id for node in graph.nodes if node.label.endswith(f"_{steps[-1].stage}")]
    assert len([node for node in graph.before(last) if node.startswith("step:")]) == len(steps) - 1
    assert len([node for node in graph.after("film") if node.startswith("step:")]) == len(steps)
    assert len(graph.layers()) == len(graph.nodes)


def test_it_is_shown_and_verified(written: tuple[Store, list[Drawn]]) -> None:
    store, steps = written
    assert steps[-1].stage in show_text(read_job(store, "a"))
    found = {finding.code for finding in verify(store, "a", QUICK).findings}
    assert found <= {"SEAL_MISSING"} | {"STEP_UNPLANNED", "ATTEMPT_UNFINISHED", "TIMES_OUT_OF_ORDER"}


@pytest.mark.parametrize("name", ["json", "dot"])
def test_it_is_exported(written: tuple[Store, list[Drawn]], name: str, tmp_path: Path) -> None:
    FORMATS[name].write(Material.of(written[0], "a"), tmp_path / "out")
    assert (tmp_path / "out").stat().st_size > 0


def test_the_index_follows_it_from_end_to_end(written: tuple[Store, list[Drawn]], tmp_path: Path) -> None:
    store, steps = written
    index = Index(store, None)
    index.refresh()
    (used,) = where_used(index, digest_bytes(b"the film")).deliverables
    assert used.stage == steps[-1].stage
    file = tmp_path / "file"
    file.write_bytes(f"a {steps[-1].stage} _".encode())
    (maker,) = who_made(index, store, file).makers
    assert len(maker.chain) == len(steps)
