"""Jobs to export: one of every kind, and a film whose names are those that strangers give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from coordinator.lineage.exports.material import Material
from coordinator.records import Deliverable, FileRecord
from services.runtime.store import blobs, keys
from services.runtime.store.memory import MemoryStore
from tests import jobs_of_every_kind
from tests.jobs_in_memory import STAGES, JobWriter

HOSTILE = (
    'a "quoted" \\ name; with %22 & <b>html</b> #frag?query',
    "first line\nsecond\r\n\ttabbed",
    "</script><script>alert(1)</script>",
    "\u2028\u2029\u202eltr\u0007\u001b[31m",
    "मौसम 🌧️ ذ",
    "x" * 300,
)
"""Names that strangers give."""


def film_called(name: str) -> Material:
    """A film of that title and file name, with subtitles that were asked for, a glossary, models and documents."""
    writer = JobWriter(MemoryStore(), title=name, file_name=name)
    glossary = FileRecord("job_glossary", blobs.add_bytes(writer.store, b"term\n", "text/plain"), name)
    wanted = (Deliverable("subtitles", "subtitles_srt", ".srt"), Deliverable("mux", "film", ".mkv"))
    record = replace(writer.record(STAGES), deliverables=wanted, files=(glossary,))
    writer.store.create(keys.job("film"), record.to_json())
    for number, stage in enumerate(STAGES, 1):
        writer.step(number, stage)
    writer.seal()
    return Material.of(writer.store, "film")


def _film(folder: Path) -> Material:
    return film_called("A Bright Day")


def _of_kind(kind: str, folder: Path) -> Material:
    store = MemoryStore()
    jobs_of_every_kind.KINDS[kind](store, folder)
    return Material.of(store, "job1")


KINDS: Mapping[str, Callable[[Path], Material]] = {
    **{kind: partial(_of_kind, kind) for kind in jobs_of_every_kind.KINDS},
    "film": _film,
}
"""What makes a job of each kind, in a folder for its scratch files."""
