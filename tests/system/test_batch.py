"""Several films in one command: each is a job of its own, and one that goes wrong does not stop the others."""

from __future__ import annotations

import json
import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from coordinator.app import App
from coordinator.cli.batch import run_batch
from coordinator.cli.run import Asked
from coordinator.jobs import JobState
from services.runtime.errors import InvalidDocument
from services.runtime.stage import Run
from tests.cuegraph import cuegraph
from tests.small_coordinator import FILM, nothing, small_app
from tests.small_requests import asked_for


def films(folder: Path, *names: str) -> list[Path]:
    """Recordings of these names, each of other bytes, so that none is taken for another; `bad` ones are empty."""
    paths = [folder / name for name in names]
    for number, path in enumerate(paths):
        shutil.copy(FILM, path)
        with path.open("ab") as file:
            file.write(bytes(number))
        if path.stem.startswith("bad"):
            path.write_bytes(b"")
    return paths


def batch(app: App, paths: list[Path], out: Path) -> tuple[int, list[dict[str, Any]]]:
    """The exit code and the list that programs get."""
    stream = StringIO()
    code = run_batch(app, paths, Asked(app, asked_for("transcribe"), (), is_all_anew=False).submit, out, stream)
    return code, json.loads(stream.getvalue())


def test_every_film_is_a_job_of_its_own(tmp_path: Path) -> None:
    code, told = batch(small_app(tmp_path, {}), films(tmp_path, "a.flac", "b.flac"), tmp_path / "out")
    assert (code, [one["state"] for one in told]) == (0, ["SUCCEEDED", "SUCCEEDED"])
    assert len({one["job"] for one in told}) == 2
    assert all((Path(one["out"]) / "job.json").is_file() for one in told)


def test_a_film_that_cannot_be_used_does_not_stop_the_others(tmp_path: Path) -> None:
    paths = films(tmp_path, "a.flac", "bad.flac", "c.flac")
    code, told = batch(small_app(tmp_path, {}), paths, tmp_path / "out")
    assert (code, [one["state"] for one in told]) == (1, ["SUCCEEDED", "REFUSED", "SUCCEEDED"])
    assert told[1]["error"]["code"] == "MEDIA_EMPTY"
    assert [one["media"] for one in told] == [str(path) for path in paths]


def test_a_job_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    begun: list[str] = []

    def fail_first(run: Run[Any]) -> None:
        begun.append("vad")
        if len(begun) == 1:
            raise InvalidDocument("this one is broken")

    code, told = batch(small_app(tmp_path, {"vad": fail_first}), films(tmp_path, "a.flac", "b.flac"), tmp_path / "out")
    assert (code, [one["state"] for one in told]) == (1, ["FAILED", "SUCCEEDED"])
    assert [error["code"] for error in told[0]["errors"]] == ["DOCUMENT_INVALID"]


def test_a_batch_that_is_called_off_begins_no_more(tmp_path: Path) -> None:
    def call_off(run: Run[Any]) -> None:
        (job,) = app.jobs.names()
        app.jobs.cancel(job)
        while True:
            run.progress(1.0, 2.0)

    app = small_app(tmp_path, {"vad": call_off})
    code, told = batch(app, films(tmp_path, "a.flac", "b.flac"), tmp_path / "out")
    assert (code, [one["state"] for one in told]) == (130, ["CANCELLED", "NOT BEGUN"])
    assert len(app.jobs.names()) == 1


def test_people_get_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app = small_app(tmp_path, {"vad": nothing})
    submit = Asked(app, asked_for("transcribe"), (), is_all_anew=False).submit
    assert run_batch(app, films(tmp_path, "a.flac", "bad.flac"), submit, tmp_path / "out", None) == 1
    title, first, second = capsys.readouterr().out.splitlines()
    assert title == "1 of 2 films done"
    assert first.split()[:2] == ["SUCCEEDED", str(tmp_path / "a.flac")]
    assert second.split()[:3] == ["REFUSED", str(tmp_path / "bad.flac"), "MEDIA_EMPTY:"]
    assert [app.jobs.state(name) for name in app.jobs.names()] == [JobState.SUCCEEDED]


def test_the_command_takes_a_folder_and_answers_with_a_list(tmp_path: Path) -> None:
    folder = tmp_path / "films"
    folder.mkdir()
    films(folder, "a.flac", "bad.flac")
    places = ("--store", tmp_path / "store", "--out", tmp_path / "out")
    ran = cuegraph("run", folder, "--workflow", "transcribe", "--end", "2", *places, "--json")
    assert (ran.code, [one["state"] for one in ran.json]) == (1, ["SUCCEEDED", "REFUSED"])


def test_what_is_wrong_with_the_request_is_said_once_before_anything_is_begun(tmp_path: Path) -> None:
    films(tmp_path, "a.flac", "b.flac")
    ran = cuegraph("run", tmp_path, "--from", "nowhere", "--store", tmp_path / "store", "--json")
    assert (ran.code, ran.json["error"]["code"]) == (2, "NAME_UNKNOWN")
    assert not list((tmp_path / "store").glob("jobs/*"))
