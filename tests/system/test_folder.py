"""The job folder shows people what there is, under names that are safe."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.engines.local import LocalEngine
from coordinator.folder import deliverables, lay_out, safe_name
from coordinator.jobs import Jobs
from coordinator.records import Deliverable
from services.runtime import commits
from services.runtime.errors import StageError
from services.runtime.manifest import to_json
from services.runtime.stage import Run
from services.runtime.store.file import FileStore
from tests.small_jobs import StagesHere, Watched, Work, join, small_job
from tests.small_stages import UpperSettings, node_of


def driven(folder: Path, **work: Work) -> Jobs:
    store = FileStore(folder / "store")
    small_job(store)
    node = node_of(store, folder)
    stages = StagesHere(node, {n: work.get(n, join) for n in ("first", "left", "right", "last")})
    LocalEngine(Jobs(store), stages, node).drive("job1", Watched())
    return Jobs(store)


def test_every_stage_has_its_folder_and_what_was_asked_for_is_on_top(tmp_path: Path) -> None:
    jobs = driven(tmp_path)
    folder, delivered = lay_out(jobs, jobs.get("job1"), tmp_path / "out")
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {"job.json", "01_first/manifest.json", "01_first/stage.log", "04_last/text.txt", "A film.txt"} <= there
    assert any(name.startswith("logs/99_pipeline_") for name in there)
    assert delivered[0].path.read_bytes() == b"[[[film]]+[[film]]]"


def test_people_may_edit_what_they_get_without_touching_the_store(tmp_path: Path) -> None:
    jobs = driven(tmp_path)
    _, delivered = lay_out(jobs, jobs.get("job1"), tmp_path / "out")
    delivered[0].path.write_text("edited")
    _, again = lay_out(jobs, jobs.get("job1"), tmp_path / "out")
    assert again[0].path.read_bytes() == b"[[[film]]+[[film]]]"


def test_several_may_lay_out_one_job_at_once(tmp_path: Path) -> None:
    jobs = driven(tmp_path)
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: lay_out(jobs, jobs.get("job1"), tmp_path / "out"), range(16)))
    assert {file.path.read_bytes() for _, delivered in made for file in delivered} == {b"[[[film]]+[[film]]]"}
    assert not [path for path in (tmp_path / "out").rglob("*") if path.name.startswith(".")]


def test_a_failed_job_is_laid_out_as_far_as_it_came(tmp_path: Path) -> None:
    def fail(run: Run[UpperSettings]) -> None:
        raise StageError("no")

    jobs = driven(tmp_path, left=fail)
    folder, delivered = lay_out(jobs, jobs.get("job1"), tmp_path / "out")
    assert delivered == []
    assert "FAILED" in (folder / "02_left" / "manifest.json").read_text()
    assert "STAGE_FAILED" in (folder / "02_left" / "stage.log").read_text()
    assert not (folder / "04_last").exists()


def test_the_film_of_a_clip_is_not_named_like_the_subtitles_that_count_in_film_time(tmp_path: Path) -> None:
    jobs = driven(tmp_path)
    made = commits.latest(jobs.store, jobs.get("job1").plan[-1].of("job1"))
    assert made is not None
    film, subtitles = (
        replace(made[0].outputs[0], role=role, artifact=replace(made[0].outputs[0].artifact, media_type=media_type))
        for role, media_type in (("mkv", "video/x-matroska"), ("srt", "application/x-subrip"))
    )
    wanted = (Deliverable("last", "mkv", ".mkv"), Deliverable("last", "srt", ".srt"))
    whole = replace(jobs.get("job1"), deliverables=wanted)
    manifests = [replace(made[0], outputs=(film, subtitles))]
    assert [name for name, _ in deliverables(whole, manifests)] == ["A film.mkv", "A film.srt"]
    for clip in (replace(whole, clip_start=60.0), replace(whole, clip_end=90.0)):
        assert [name for name, _ in deliverables(clip, manifests)] == ["A film.clip.mkv", "A film.srt"]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("A film", "A film"),
        ("../../etc/passwd", "etc passwd"),
        ("-rf", "rf"),
        (".hidden", "hidden"),
        ("two\nlines", "two lines"),
        ("Emma\u202efdp.vkm", "Emma fdp.vkm"),
        ("red\x9b31m", "red 31m"),
        ("हिन्दी 🎬", "हिन्दी 🎬"),
        ("///", "film"),
    ],
)
def test_titles_become_safe_names(title: str, name: str) -> None:
    assert safe_name(title) == name


@given(st.text(max_size=300))
def test_any_title_becomes_one_visible_file_name(title: str) -> None:
    name = safe_name(title.encode(errors="ignore").decode())
    assert name
    assert not {"/", "\0", "\n"} & set(name)
    assert name[0] not in ".-"
    assert len(name.encode()) <= 200


def test_two_layouts_of_one_job_with_hostile_title_stay_in_their_folder(tmp_path: Path) -> None:
    jobs = driven(tmp_path)
    job = jobs.get("job1")
    hostile = replace(job, media=replace(job.media, title="../../../x"))
    folder, delivered = lay_out(jobs, hostile, tmp_path / "out")
    assert delivered[0].path.parent == folder


@pytest.mark.parametrize("forged", ["../../x", "..", "/x", ".", "a/b"])
def test_names_that_a_forged_record_gives_stay_in_the_folder(tmp_path: Path, forged: str) -> None:
    jobs = driven(tmp_path)
    step = jobs.get("job1").plan[-1].of("job1")
    made = commits.latest(jobs.store, step)
    assert made is not None
    output = replace(made[0].outputs[0], file_name=forged, attributes={"language": forged})
    jobs.store.put(step.commit, to_json(replace(made[0], outputs=(output,))))
    before = {path for path in tmp_path.rglob("*") if tmp_path / "out" not in path.parents}
    folder, delivered = lay_out(jobs, jobs.get("job1"), tmp_path / "out")
    after = {path for path in tmp_path.rglob("*") if folder not in path.parents}
    assert after - before <= {tmp_path / "out", folder}
    assert [file.path.parent for file in delivered] == [folder]
