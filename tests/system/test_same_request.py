"""The same thing asked for by two processes at the same time is one job, done once."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.cuegraph import COMMAND, SECONDS
from tests.small_coordinator import FILM


def test_two_processes_that_ask_for_the_same_at_once_share_one_job(tmp_path: Path) -> None:
    places = ("--workflow", "transcribe", "--store", tmp_path / "store", "--out", tmp_path / "out", "--json")
    command = [str(COMMAND), "run", str(FILM), *map(str, places)]
    asking = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    told = [json.loads(process.communicate(timeout=SECONDS)[0]) for process in asking]
    assert [(process.returncode, one["state"]) for process, one in zip(asking, told, strict=True)] == [
        (0, "SUCCEEDED")
    ] * 2
    (job,) = (tmp_path / "store" / "jobs").iterdir()
    assert {one["job"] for one in told} == {job.name}
    assert told[0]["deliverables"] == told[1]["deliverables"]
