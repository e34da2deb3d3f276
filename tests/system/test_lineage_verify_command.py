"""`cuegraph lineage verify` as people and scripts use it: depths, places, exit codes, and killed in its midst."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from coordinator.folder import lay_out
from coordinator.jobs import Jobs
from services.runtime.store import keys
from services.runtime.store.file import FileStore
from services.runtime.store.memory import MemoryStore
from tests.cuegraph import COMMAND, Ran, cuegraph
from tests.jobs_in_memory import STAGES, JobWriter, write_job

JOBS = 60


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Many jobs, one of them with a file that was altered."""
    memory, folder = MemoryStore(), tmp_path_factory.mktemp("verified") / "store"
    for number in range(JOBS):
        writer = JobWriter(memory, f"job-{number:03d}", title=f"Film {number}")
        writer.write(STAGES, {})
        writer.seal()
    film = Jobs(memory).get("job-050").media.artifact.uri
    memory.put(film, memory.get(film)[:-1] + b"!")
    for key in memory.list(""):
        (folder / key).parent.mkdir(parents=True, exist_ok=True)
        (folder / key).write_bytes(memory.get(key))
    return folder


def verified(*arguments: str | Path, store: Path) -> Ran:
    return cuegraph("lineage", "verify", *arguments, "--store", store)


def test_one_job_is_read_whole_unless_less_is_asked_for(store: Path) -> None:
    told = verified("job-050", "--json", store=store)
    assert (told.code, [finding["code"] for finding in told.json["findings"]]) == (1, ["BLOB_ALTERED"])
    assert told.json["read_bytes"] == told.json["total_bytes"]
    quick = verified("job-050", "--quick", "--json", store=store)
    assert (quick.code, quick.json["depth"], quick.json["read_bytes"]) == (0, "quick", 0)


@pytest.mark.parametrize(("record", "code"), [(b"{", "JOB_ALTERED"), (None, "JOB_MISSING")])
def test_a_job_whose_record_is_of_no_use_is_verified_by_name(tmp_path: Path, record: bytes | None, code: str) -> None:
    store = FileStore(tmp_path / "store")
    write_job(store)
    store.delete(keys.job("film"))
    if record is not None:
        store.create(keys.job("film"), record)
    told = verified("film", "--json", store=tmp_path / "store")
    assert (told.code, code in {finding["code"] for finding in told.json["findings"]}) == (1, True)


def test_a_sample_prints_its_seed_and_draws_the_same_again(store: Path) -> None:
    first = verified("job-001", "--sample", "0.2", "--json", store=store)
    again = verified("job-001", "--sample", "0.2", "--seed", str(first.json["seed"]), "--json", store=store)
    assert first.code == again.code == 0
    assert first.json == again.json
    assert 0 < first.json["read_bytes"] < first.json["total_bytes"]
    assert (
        f"seed {first.json['seed']}"
        in verified("job-001", "--sample", "0.2", "--seed", str(first.json["seed"]), store=store).stdout
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("job-001", "--quick", "--full"),
        ("job-001", "--quick", "--sample", "0.1"),
        ("job-001", "--sample", "0"),
        ("job-001", "--sample", "1.5"),
        ("job-001", "--seed", "1"),
        ("job-001", "--resume", "state"),
        ("job-001", "--all"),
        (),
        ("--all", "--at", "."),
    ],
    ids=" ".join,
)
def test_what_cannot_be_understood_is_refused(store: Path, arguments: tuple[str, ...]) -> None:
    assert verified(*arguments, store=store).code == 2


def test_all_jobs_are_one_object_of_json_with_a_verdict(store: Path) -> None:
    told = verified("--all", "--json", store=store)
    assert (told.code, told.json["ok"], len(told.json["jobs"])) == (1, False, JOBS)
    assert [job["job"] for job in told.json["jobs"] if not job["ok"]] == ["job-050"]
    assert told.json["read_bytes"] == sum(job["read_bytes"] for job in told.json["jobs"])


@pytest.mark.parametrize("depth", [("--full",), ("--sample", "0.3", "--seed", "5"), ("--quick",)], ids=" ".join)
def test_a_run_that_is_killed_goes_on_and_ends_with_the_same_report(
    store: Path, depth: tuple[str, ...], tmp_path: Path
) -> None:
    whole = verified("--all", *depth, store=store)
    kept: tuple[str | Path, ...] = ("--all", *depth, "--resume", tmp_path / "state.db")
    assert killed_after(10, *kept, store=store) < JOBS
    resumed = verified(*kept, store=store)
    assert (resumed.code, resumed.stdout) == (whole.code, whole.stdout)
    assert "going on after it" in resumed.stderr
    as_json = verified(*kept, "--json", store=store)
    assert as_json.json == verified("--all", *depth, "--json", store=store).json


def killed_after(reports: int, *arguments: str | Path, store: Path) -> int:
    """Kills the command once it has told of so many jobs; says of how many it told in all."""
    command = [str(COMMAND), "lineage", "verify", *map(str, arguments), "--store", str(store)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        told = 0
        for line in process.stdout:
            told += line.startswith("job-")
            if told == reports:
                process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    return told


def test_a_state_file_is_for_one_store_and_one_depth(store: Path, tmp_path: Path) -> None:
    sampled = ("--all", "--sample", "0.1", "--resume", tmp_path / "state")
    first, again = (verified(*sampled, store=store) for _ in range(2))
    assert first.stdout == again.stdout, "the seed is that of the file"
    refused = verified("--all", "--quick", "--resume", tmp_path / "state", "--json", store=store)
    assert (refused.code, refused.json["error"]["code"]) == (2, "REQUEST_INVALID")


def test_a_job_folder_is_verified_by_its_path_alone(store: Path, tmp_path: Path) -> None:
    opened = FileStore(store)
    folder, _ = lay_out(Jobs(opened), Jobs(opened).get("job-003"), tmp_path)
    told = cuegraph("lineage", "verify", "--at", folder, "--json")
    assert (told.code, told.json["job"], told.json["findings"]) == (0, "job-003", [])
    assert "the seal" in told.json["not_shown"]
    assert cuegraph("lineage", "verify", "job-004", "--at", folder).code == 2
    assert cuegraph("lineage", "verify", "--all", "--at", folder).code == 2
    assert "not shown here: the film" in cuegraph("lineage", "verify", "--at", folder).stdout
    assert json.loads((folder / "job.json").read_bytes())["job"] == "job-003"
