"""Jobs whose subtitles a person edited, as lineage reads them."""

from __future__ import annotations

from dataclasses import replace

from coordinator.lineage.edits import EDITED
from coordinator.lineage.facts import FoundManifest, JobFacts
from coordinator.records import FileRecord
from services.documents.cues import Cue, Cues, Edit, FormerCue
from services.runtime.artifact import Artifact
from services.runtime.manifest import InputRecord

FILE = Artifact("blobs/sha256/ed/" + "ed" * 32, "ed" * 32, 100, "application/x-subrip")


def with_first_cue_edited(facts: JobFacts, text: str, author: str) -> JobFacts:
    """As if the person had put `mine.srt` back with another text in the first cue."""
    assert facts.record is not None
    assert facts.record.content is not None
    file = FileRecord(EDITED, FILE, "mine.srt", author=author)
    record = replace(facts.record, content=replace(facts.record.content, files=(file,)))
    documents = {
        digest: replace(document, cues=(_edited(document.cues[0], text), *document.cues[1:]))
        if isinstance(document, Cues)
        else document
        for digest, document in facts.documents.items()
    }
    return replace(facts, record=record, documents=documents, manifests=tuple(map(_taking_it, facts.manifests)))


def _edited(cue: Cue, text: str) -> Cue:
    former = FormerCue(cue.id, cue.start, cue.end, cue.lines, cue.sources)
    return replace(cue, lines=(text,), edit=Edit(2, (former,)))


def _taking_it(found: FoundManifest) -> FoundManifest:
    manifest = found.content
    if manifest is None or manifest.stage != "subtitles":
        return found
    taken = InputRecord(EDITED, FILE, None)
    return replace(found, content=replace(manifest, inputs=(*manifest.inputs, taken)))
