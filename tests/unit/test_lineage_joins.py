"""Every document whose elements say what they were made from is followed and verified."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from collections.abc import Iterator

import services.documents
from coordinator.lineage.joins import KINDS, MADE_FROM, element_ids, references
from services.documents.lyrics import Evidence, Lyrics, Span
from services.documents.removals import Removal, Removals
from tests.jobs_in_memory import LINES, transcript_document

WITHOUT_IDS_OF_DOCUMENTS = {"coverage", "film", "glossary"}
"""Their elements name what came from outside: a catalogue, a line of a file."""


def modules_with_sources() -> Iterator[str]:
    for found in pkgutil.iter_modules(services.documents.__path__):
        module = importlib.import_module(f"services.documents.{found.name}")
        kinds = [it for it in vars(module).values() if isinstance(it, type) and it.__module__ == module.__name__]
        if any("sources" in (f.name for f in dataclasses.fields(it)) for it in kinds if dataclasses.is_dataclass(it)):
            yield found.name


def test_no_document_with_sources_is_left_out() -> None:
    verified = {kind.__module__.rpartition(".")[2] for kind, sources in MADE_FROM.items() if sources}
    assert set(modules_with_sources()) - WITHOUT_IDS_OF_DOCUMENTS == verified
    assert set(MADE_FROM) == set(KINDS.values())


def test_what_is_sung_what_plays_and_what_was_removed_lead_to_the_transcript() -> None:
    transcript = transcript_document(LINES, aligned=True)
    segment = transcript.segments[0]
    heard = (Evidence("music", 1.0, 0.0),)
    spans = (
        Span("lyric:0", 0.0, 1.0, "singing", 0.9, "stems", heard, (segment.id,)),
        Span("lyric:1", 1.0, 2.0, "music", 1.0, "stems", heard, (transcript.audio.stream,)),
    )
    removal = Removal("removal:0", 0.0, 1.0, "It", "loop", {"limit": 4.0}, 0.9, (segment.words[0].id,))
    for document in (Lyrics(spans), Removals((removal,))):
        for element, sources in references(document):
            assert element in element_ids(document)
            assert set(sources) <= element_ids(transcript)
