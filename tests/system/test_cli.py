"""The command line keeps its promises: JSON objects, exit codes, signals."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from coordinator import heartbeat
from coordinator.jobs import Jobs, JobState
from services.runtime.store import keys
from services.runtime.store.file import FileStore
from tests.cuegraph import COMMAND, cuegraph
from tests.film import sample_film
from tests.jobs_in_memory import write_job
from tests.small_jobs import small_job

DEADLINE_SECONDS = 120.0


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "a film -  it's “ours”.mkv"
    sample_film(path)
    return path


def wait_for(path: Path, pattern: str) -> None:
    """Until a file of that pattern is there; fails at the deadline."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not list(path.glob(pattern)):
        assert time.monotonic() < deadline, f"{pattern} never came"
        time.sleep(0.02)


def jobs_in(store: Path) -> list[str]:
    return [folder.name for folder in (store / "jobs").iterdir()]


def test_help_names_every_command() -> None:
    told = cuegraph("--help").stdout
    for command in ("run", "jobs", "lineage", "models", "stage", "serve", "doctor"):
        assert command in told


def test_times_may_be_seconds_or_clock(tmp_path: Path) -> None:
    from coordinator.cli.options import parse_time

    given = [parse_time("--start", text) for text in ("90", "90.5", "01:30", "00:01:30.500", None)]
    assert given == [90.0, 90.5, 90.0, 90.5, None]


@pytest.mark.parametrize(
    "arguments", [("jobs", "show", "nobody"), ("lineage", "verify", "nobody"), ("run", "nothing.mkv")], ids=" ".join
)
def test_a_failure_is_an_object_too_where_json_was_asked_for(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ran = cuegraph(*arguments, "--store", tmp_path, "--json")
    assert ran.code == 2
    assert list(ran.json["error"]) == ["code", "message"]


def test_a_store_without_jobs_says_so(tmp_path: Path) -> None:
    ran = cuegraph("jobs", "list", "--store", tmp_path)
    assert (ran.code, ran.stdout) == (0, "")
    assert str(tmp_path) in ran.stderr


def test_a_broken_job_hides_none_of_the_others(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    write_job(store, job="sound")
    store.put(keys.job("broken"), b"{")
    listed = cuegraph("jobs", "list", "--store", tmp_path, "--json")
    assert (listed.code, [job["job"] for job in listed.json["jobs"]]) == (0, ["sound"])
    assert "job broken cannot be read" in listed.stderr


def test_a_job_that_is_over_is_watched_to_its_end_at_once(tmp_path: Path) -> None:
    write_job(FileStore(tmp_path), job="sound")
    watched = cuegraph("jobs", "watch", "sound", "--store", tmp_path)
    assert (watched.code, watched.stdout.splitlines()[-1]) == (0, "job sound: SUCCEEDED")
    assert cuegraph("jobs", "watch", "sound", "--store", tmp_path, "--json").json["state"] == "SUCCEEDED"


def test_a_job_that_nobody_drives_is_cancelled_at_once(tmp_path: Path) -> None:
    write_job(FileStore(tmp_path), job="left", stages=("demux",), seal=False)
    ran = cuegraph("jobs", "cancel", "left", "--store", tmp_path, "--json")
    assert (ran.code, ran.json) == (0, {"job": "left", "state": "CANCELLED"})
    assert cuegraph("jobs", "watch", "left", "--store", tmp_path).code == 130


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_cancels_the_run_in_good_order(tmp_path: Path, film: Path, number: signal.Signals) -> None:
    store = tmp_path / "store"
    process = subprocess.Popen(
        [str(COMMAND), "run", str(film), "--store", str(store), "--out", str(tmp_path / "out"), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    wait_for(store, "jobs/*/stages/*_vad/_/attempts/1/started.json")
    process.send_signal(number)
    told, _ = process.communicate(timeout=DEADLINE_SECONDS)
    assert process.returncode == 130
    assert json.loads(told)["state"] == "CANCELLED"
    (job,) = jobs_in(store)
    listed = cuegraph("jobs", "list", "--store", store, "--json").json
    assert [(j["job"], j["state"]) for j in listed["jobs"]] == [(job, "CANCELLED")]


def test_a_run_that_was_killed_is_gone_on_with_by_the_same_command(tmp_path: Path, film: Path) -> None:
    places = ("--workflow", "transcribe", "--store", tmp_path / "store", "--out", tmp_path / "out", "--json")
    process = subprocess.Popen(
        [str(COMMAND), "run", str(film), *map(str, places)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wait_for(tmp_path / "store", "jobs/*/stages/*_vad/_/attempts/1/started.json")
    process.kill()
    process.wait(DEADLINE_SECONDS)
    (job,) = jobs_in(tmp_path / "store")
    ran = cuegraph("run", film, *places)
    assert (ran.code, ran.json["job"], ran.json["state"]) == (0, job, "SUCCEEDED")
    demux = (tmp_path / "store" / "jobs" / job / "stages" / "01_demux" / "_" / "attempts").iterdir()
    assert [attempt.name for attempt in demux] == ["1"]
    assert cuegraph("lineage", "verify", job, "--store", tmp_path / "store").code == 0


def test_the_same_command_given_meanwhile_waits_for_who_is_at_work(tmp_path: Path, film: Path) -> None:
    places = ("--workflow", "transcribe", "--store", tmp_path / "store", "--out", tmp_path / "out", "--json")
    command = [str(COMMAND), "run", str(film), *map(str, places)]
    killed = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(tmp_path / "store", "jobs/*/stages/*_vad/_/attempts/1/started.json")
    killed.kill()
    killed.wait(DEADLINE_SECONDS)
    (job,) = jobs_in(tmp_path / "store")
    with (
        heartbeat.beating(FileStore(tmp_path / "store"), job),
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as waiting,
    ):
        assert waiting.stderr is not None
        assert any("waiting for it" in line for line in waiting.stderr)
        assert not list((tmp_path / "store").glob("jobs/*/stages/*_vad/_/attempts/2"))
        waiting.terminate()
        told, _ = waiting.communicate(timeout=DEADLINE_SECONDS)
    assert (waiting.returncode, json.loads(told)["error"]["code"]) == (130, "CANCELLED")
    assert Jobs(FileStore(tmp_path / "store")).state(job) is JobState.QUEUED


def test_a_job_whose_outcome_is_broken_does_not_hide_the_others(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "store")
    small_job(store, "job1")
    small_job(store, "job2")
    store.create(keys.round_file("job2", 1, "outcome"), b"{}")
    listed = cuegraph("jobs", "list", "--store", tmp_path / "store", "--json")
    assert [job["job"] for job in listed.json["jobs"]] == ["job1"]
    assert (listed.code, "job job2 cannot be read" in listed.stderr) == (0, True)


def test_a_secret_of_the_environment_is_written_nowhere(tmp_path: Path, film: Path) -> None:
    env = {"STUDIO_API_TOKEN": "sesame-open-up", "CUEGRAPH_ASR_INITIAL_PROMPT": "say sesame-open-up"}
    places = ("--store", tmp_path / "store", "--out", tmp_path / "out")
    ran = cuegraph("run", film, "--workflow", "transcribe", "--end", "5", *places, env=env)
    assert ran.code == 0
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) > 20
    assert [path for path in written if b"sesame-open-up" in path.read_bytes()] == []


def test_a_byte_that_was_changed_in_the_store_shows_unless_only_sizes_are_asked_for(tmp_path: Path, film: Path) -> None:
    store = tmp_path / "store"
    ran = cuegraph(
        "run", film, "--workflow", "transcribe", "--end", "4", "--store", store, "--out", tmp_path / "out", "--json"
    )
    digest = next(d["digest"] for d in ran.json["deliverables"] if d["role"] == "srt")
    blob = store / "blobs" / "sha256" / digest[:2] / digest
    altered = blob.read_bytes()[:-2] + b"!\n"
    blob.unlink()
    blob.write_bytes(altered)
    told = cuegraph("lineage", "verify", ran.json["job"], "--store", store, "--json")
    assert told.code == 1
    assert [finding["code"] for finding in told.json["findings"]] == ["BLOB_ALTERED"]
    assert cuegraph("lineage", "verify", ran.json["job"], "--quick", "--store", store).code == 0
