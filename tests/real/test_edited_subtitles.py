"""A track that a person edited is put back into the film, by the command line with real models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from services.documents import codec
from services.documents.cues import Cues
from services.runtime.ffprobe import read_facts
from services.runtime.progress import Progress
from tests.cuegraph import cuegraph
from tests.hard_job import Made

pytestmark = pytest.mark.timeout(900)

EDITOR = "Ana Lopes"


@pytest.fixture(scope="module")
def edited(made: Made, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The Portuguese track with its first cue reworded and its last taken out."""
    folder = tmp_path_factory.mktemp("edited")
    (track,) = [path for path in made.delivered(".srt") if ".pt." in path.name]
    blocks = track.read_text("utf-8").strip().split("\n\n")
    head = "\n".join(blocks[0].split("\n")[:2])
    file = folder / "mine.srt"
    file.write_text("\n\n".join([f"{head}\nIsto escrevi eu.", *blocks[1:-1]]) + "\n", "utf-8")
    ran = cuegraph(
        "jobs", "edit", made.told["job"], file, "--language", "pt", "--by", EDITOR,
        "--store", made.store, "--out", folder / "out", "--json", seconds=600,
    )  # fmt: skip
    assert ran.code == 0, ran.stderr
    told: dict[str, Any] = ran.json
    return told


def test_only_what_hangs_on_the_edit_is_done_again(edited: dict[str, Any]) -> None:
    done = {(it["name"], it["shard"]) for it in edited["stages"] if it["status"] == "SUCCEEDED"}
    assert done == {("subtitles", "pt"), ("mux", "_")}


def test_every_file_says_what_the_person_wrote(edited: dict[str, Any]) -> None:
    files = [Path(it["path"]) for it in edited["deliverables"]]
    tracks = [path for path in files if path.suffix in (".srt", ".vtt", ".ass") and ".pt." in path.name]
    assert len(tracks) == 3
    assert all("Isto escrevi eu." in path.read_text("utf-8") for path in tracks)
    (film,) = [path for path in files if path.suffix == ".mkv"]
    assert len(read_facts(film, Progress()).of_kind("subtitle")) == 3


def test_what_was_there_before_is_kept(edited: dict[str, Any], made: Made) -> None:
    before = made.cues("pt")
    after = codec.from_json(Cues, (Path(edited["out"]) / "12_subtitles/pt/cues.json").read_bytes())
    first = after.cues[0]
    assert first.edit is not None
    assert first.edit.former[0].lines == before[0].lines
    assert first.sources == before[0].sources
    assert [former.lines for former in after.dropped] == [before[-1].lines]
    assert all(cue.edit is None for cue in after.cues[1:])


def test_a_track_that_the_job_does_not_have_is_named(made: Made, tmp_path: Path) -> None:
    file = tmp_path / "mine.srt"
    file.write_text("1\n00:00:01,000 --> 00:00:02,000\nHallo.\n")
    ran = cuegraph("jobs", "edit", made.told["job"], file, "--language", "de", "--store", made.store, "--json")
    assert ran.code == 2
    assert ran.json["error"]["code"] == "NAME_UNKNOWN"


def test_a_trace_names_the_person_the_line_and_what_was_there_before(edited: dict[str, Any], made: Made) -> None:
    job, before = edited["job"], made.cues("pt")
    asked = ("--cue", "1", "--language", "pt", "--store", made.store)
    trace = cuegraph("lineage", "trace", job, *asked, "--json").json
    assert trace["edit"]["author"] == EDITOR
    assert trace["edit"]["file_name"] == "mine.srt"
    assert trace["edit"]["former"][0]["lines"] == list(before[0].lines)
    assert trace["words"]
    told = cuegraph("lineage", "trace", job, *asked).stdout
    assert f"of {EDITOR}" in told
    assert before[0].lines[0] in told
    assert cuegraph("lineage", "verify", job, "--store", made.store).code == 0
