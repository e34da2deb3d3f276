"""The drawings and the list of exports: within their languages' rules and limits, deaf to what strangers wrote."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from coordinator.lineage.exports.dot import as_dot
from coordinator.lineage.exports.formats import FORMATS, Format, format_named, write_whole
from coordinator.lineage.exports.graph_json import as_json
from coordinator.lineage.exports.material import Material
from coordinator.lineage.exports.mermaid import EDGES_AT_MOST, TEXT_AT_MOST, as_mermaid
from coordinator.lineage.facts import JobFacts
from coordinator.lineage.reading import read_job
from coordinator.lineage.text import show_text
from services.runtime.errors import InvalidRequest, OutNotWritable, UnknownName
from services.runtime.manifest import Status
from services.runtime.store.memory import MemoryStore
from tests.jobs_in_memory import STAGES, JobWriter

HOSTILE = (
    'a "quoted" \\ name',
    "first line\nsecond line\r\nthird",
    "</script><script>alert(1)</script>",
    "]]>&lt;b&gt; --> n0; end %% subgraph",
    "\u2028\u2029\u202e\x1b[31mred\x07",
    "`code` **bold** 1. list #quot; &quot;",
    "मौसम 🌧️ ذ",
    "x" * 300,
)
DRAWINGS = {"dot": as_dot, "mermaid": as_mermaid}


def facts_of(file_name: str = "film.mkv") -> JobFacts:
    store = MemoryStore()
    JobWriter(store, title=file_name, file_name=file_name).write(STAGES, {})
    return read_job(store, "film")


def sharded_facts(shards: int) -> JobFacts:
    """A film of that many speech tracks, each demuxed and heard alone."""
    writer = JobWriter(MemoryStore())
    writer.write((), {})
    for shard in range(shards):
        writer.step(1, "demux", shard=f"s{shard}")
        writer.step(2, "vad", shard=f"s{shard}", status=Status.SUCCEEDED)
    return read_job(writer.store, "film")


def edges_of(flowchart: str) -> int:
    return len(re.findall(r"^  n\d+ (?:-->|-\. reused \.->) n\d+$", flowchart, re.MULTILINE))


def test_json_holds_nodes_and_edges_that_fit() -> None:
    graph = json.loads(as_json(facts_of()))
    assert graph["schema"] == "cuegraph.lineage/1"
    known = {node["id"] for node in graph["nodes"]}
    assert all({edge["source"], edge["target"]} <= known for edge in graph["edges"])


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("name", DRAWINGS)
def test_hostile_names_add_no_line_and_end_no_label(name: str, hostile: str) -> None:
    harmless = DRAWINGS[name](facts_of("a")).splitlines()
    text = DRAWINGS[name](facts_of(hostile))
    assert len(text.splitlines()) == len(harmless)
    label = text.split("\n")[1 if name == "mermaid" else 3]
    assert re.sub(r"\\.", "", label).count('"') == 2
    assert "<script" not in text or name == "dot"


def test_a_graph_within_the_limits_is_drawn_whole_by_mermaid() -> None:
    text = as_mermaid(facts_of())
    assert edges_of(text) == len(json.loads(as_json(facts_of()))["edges"])
    assert "too large" not in text


@pytest.mark.parametrize(("shards", "told"), [(100, "step to step"), (400, "the shards of a stage are one")])
def test_a_larger_graph_is_collapsed_until_mermaid_draws_it_and_says_so(shards: int, told: str) -> None:
    text = as_mermaid(sharded_facts(shards))
    assert edges_of(text) <= EDGES_AT_MOST
    assert len(text) <= TEXT_AT_MOST
    assert told in text


def test_shards_drawn_as_one_tell_how_many_ended_how() -> None:
    text = as_mermaid(sharded_facts(400))
    assert "02_vad<br/>400 SUCCEEDED" in text


def test_a_graph_beyond_every_collapsing_is_refused_rather_than_cut() -> None:
    writer = JobWriter(MemoryStore())
    writer.write((), {})
    for number in range(1, EDGES_AT_MOST + 3):
        writer.step(number, "demux")
    with pytest.raises(InvalidRequest):
        as_mermaid(read_job(writer.store, "film"))


def test_an_unknown_format_is_named() -> None:
    with pytest.raises(UnknownName):
        format_named("htm")


def test_a_job_that_has_only_begun_can_be_shown() -> None:
    store = MemoryStore()
    store.create("jobs/film/job.json", JobWriter(store).record(STAGES).to_json())
    facts = read_job(store, "film")
    for text in (as_json(facts), as_dot(facts), as_mermaid(facts), show_text(facts)):
        assert "NOT_DONE" in text


def _write_half_a_folder(material: Material, path: Path) -> None:
    path.mkdir()
    (path / "half").write_text("half")
    raise OSError("no room")


def _write_a_folder(material: Material, path: Path) -> None:
    path.mkdir()
    (path / "whole").write_text("whole")


FOLDER = Format("folder", _write_a_folder, "text/plain", "", is_folder=True)


def material() -> Material:
    store = MemoryStore()
    JobWriter(store).write(STAGES, {})
    return Material.of(store, "film")


def test_an_export_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no room"):
        write_whole(replace(FOLDER, write=_write_half_a_folder), material(), tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_a_folder_is_written_into_a_new_or_an_empty_one_only(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("new", "empty"):
        write_whole(FOLDER, material(), tmp_path / name)
        assert (tmp_path / name / "whole").is_file()
        with pytest.raises(OutNotWritable):
            write_whole(FOLDER, material(), tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "new"]


def test_a_file_replaces_a_file_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "graph.json"
    for _ in range(2):
        write_whole(FORMATS["json"], material(), out)
    assert json.loads(out.read_text())["job"] == "film"
    with pytest.raises(OutNotWritable):
        write_whole(FORMATS["json"], material(), tmp_path)
