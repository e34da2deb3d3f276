"""Steps in a power cut: after every single operation on the disk, what was not synced is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from services.runtime import commits
from services.runtime.manifest import Manifest
from services.runtime.stage import Run
from services.runtime.store import blobs
from services.runtime.store.file import FileStore
from tests.forgetful_disk import ForgetfulDisk, keeps_all, keeps_some, loses_all
from tests.small_stages import (
    Doing,
    Upper,
    UpperSettings,
    assert_nothing_is_called_done_that_is_not,
    node_of,
    run_step,
    step_of,
)

STEPS = [step_of("job1", number) for number in (1, 2, 3)]
ALL_OPERATIONS = 1_000_000


def run_all(store_folder: Path, scratch: Path, ran: list[int]) -> list[Manifest]:
    """Runs the steps one after the other; `ran` gets the numbers of those whose stage really worked."""
    node = node_of(FileStore(store_folder), scratch)

    def working(number: int) -> Callable[[Run[UpperSettings]], None]:
        def work(run: Run[UpperSettings]) -> None:
            ran.append(number)
            Upper().run(run)

        return work

    return [
        run_step(Doing(working(step.number)), node, step=step, settings={"suffix": str(step.number)})[1]
        for step in STEPS
    ]


def operations_of_a_whole_run(folder: Path) -> int:
    disk = ForgetfulDisk(folder / "counted")
    (folder / "counted").mkdir()
    with disk.working(ALL_OPERATIONS):
        run_all(folder / "counted" / "store", folder / "scratch", [])
    return disk.operations


@pytest.mark.parametrize(("first", "keeps"), [(1, loses_all), (2, keeps_some(1)), (3, keeps_all), (4, keeps_some(2))])
def test_a_power_cut_at_any_moment_ends_in_the_same_result(
    tmp_path: Path, first: int, keeps: Callable[[], bool]
) -> None:
    total = operations_of_a_whole_run(tmp_path)
    assert total > 100
    for operations in range(first, total, 4):
        before, after = tmp_path / f"before{operations}", tmp_path / f"after{operations}"
        before.mkdir()
        disk = ForgetfulDisk(before)
        with disk.working(operations):
            run_all(before / "store", tmp_path / "scratch", [])
        disk.restart(after, keeps)

        store = FileStore(after / "store")
        assert_nothing_is_called_done_that_is_not(store)
        committed = {step.number for step in STEPS if commits.find(store, step)}
        ran: list[int] = []
        manifests = run_all(after / "store", tmp_path / "scratch", ran)
        assert not committed & set(ran)
        outputs = [blobs.read(store, manifest.outputs[0].artifact) for manifest in manifests]
        assert outputs == [b"TO BE 1", b"TO BE 2", b"TO BE 3"]
