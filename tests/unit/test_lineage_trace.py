"""From a cue back to the film, and never by guessing."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import Any

import pytest

from coordinator.lineage.facts import JobFacts
from coordinator.lineage.reading import read_job
from coordinator.lineage.text import trace_text
from coordinator.lineage.trace import trace
from services.documents.cues import Cues, Edit, FormerCue
from services.documents.speech import Speech
from services.documents.transcript import Transcript
from services.runtime.errors import CuegraphError
from services.runtime.store.memory import MemoryStore
from tests.jobs_in_memory import LINES, SAMPLE_RATE, STAGES, START_TIMESTAMP, step_of, write_job


def facts_of(stages: tuple[str, ...] = STAGES) -> JobFacts:
    store = MemoryStore()
    write_job(store, stages=stages)
    return read_job(store, "film")


def changed(facts: JobFacts, kind: type, **changes: Any) -> JobFacts:
    """As if a stage had written something else into its documents of that kind."""
    documents = {
        digest: replace(document, **changes) if isinstance(document, kind) else document
        for digest, document in facts.documents.items()
    }
    return replace(facts, documents=documents)


def code_of(facts: JobFacts, cue: str = "1", language: str | None = None) -> str:
    with pytest.raises(CuegraphError) as caught:
        trace(facts, cue, language)
    return caught.value.code


def test_a_cue_leads_back_to_its_samples_and_its_span_of_the_film() -> None:
    found = trace(facts_of(), "2")
    assert found.cue.text == LINES[1]
    assert [word.word.text for word in found.words] == LINES[1].split()
    assert [word.recognised[0].id for word in found.words] == [f"recognised-word-2.{n}" for n in (1, 2, 3, 4)]
    assert [segment.text for segment in found.segments] == [LINES[1]]
    assert found.segments[0].decode is not None
    assert [region.id for region in found.regions] == ["region-2"]
    assert found.span.stream is not None
    assert found.span.stream.id == "audio:0"
    assert found.span.start == pytest.approx(found.words[0].word.start, abs=0.5 / SAMPLE_RATE)
    assert found.span.end == pytest.approx(found.words[-1].word.end, abs=0.5 / SAMPLE_RATE)
    assert found.span.container_start == pytest.approx(found.span.start + START_TIMESTAMP)


def test_the_samples_of_a_word_lie_in_its_speech_region() -> None:
    found = trace(facts_of(), "1")
    region = found.regions[0]
    assert region.start_sample <= found.span.first_sample < found.span.end_sample <= region.end_sample


def test_every_step_on_the_way_is_named_with_its_models() -> None:
    steps = trace(facts_of(), "1").steps
    assert [step.stage for step in steps] == ["subtitles", "alignment", "asr", "vad", "demux"]
    assert [[model.name for model in step.models] for step in steps[1:4]] == [
        ["pocketsphinx-en-us"],
        ["whisper-tiny-en"],
        ["pyannote-segmentation"],
    ]


def test_a_cue_is_found_by_id_and_by_number() -> None:
    assert trace(facts_of(), "cue-2") == trace(facts_of(), "2")


def test_without_alignment_the_recognised_words_are_the_shown_ones() -> None:
    found = trace(facts_of(("demux", "vad", "asr", "subtitles")), "1")
    assert [step.stage for step in found.steps] == ["subtitles", "asr", "vad", "demux"]
    assert all(word.recognised == () for word in found.words)
    assert [region.id for region in found.regions] == ["region-1"]


@pytest.mark.parametrize(("cue", "language"), [("3", None), ("cue-9", None), ("1", "hi")])
def test_an_unknown_cue_or_track_is_named(cue: str, language: str | None) -> None:
    assert code_of(facts_of(), cue, language) == "NAME_UNKNOWN"


def test_a_job_without_cues_cannot_be_traced() -> None:
    assert code_of(facts_of(("demux", "vad", "asr"))) == "REQUEST_INVALID"


@pytest.mark.parametrize("kind", [Speech, Transcript, Cues])
def test_an_id_that_is_not_there_breaks_the_lineage(kind: type) -> None:
    facts = facts_of()
    nothing: dict[type, dict[str, Any]] = {
        Speech: {"regions": ()},
        Transcript: {"segments": ()},
        Cues: {"cues": tuple(replace(cue, sources=()) for cue in _cues(facts).cues)},
    }
    assert code_of(changed(facts, kind, **nothing[kind])) == "LINEAGE_BROKEN"


def test_a_producer_that_is_gone_breaks_the_lineage_instead_of_shortening_it() -> None:
    store = MemoryStore()
    write_job(store)
    for key in list(store.list(step_of("asr").prefix)):
        store.delete(key)
    assert code_of(read_job(store, "film")) == "LINEAGE_BROKEN"


def test_the_commands_are_quoted_for_a_shell() -> None:
    facts = facts_of()
    record = facts.record
    assert record is not None
    assert record.content is not None
    hostile = replace(record.content.media, file_name="-rf $(touch x) 'it''s'\n.mkv")
    content = replace(record.content, media=hostile)
    found = trace(replace(facts, record=replace(record, content=content)), "1")
    for command in (found.listen.play, found.listen.extract):
        assert f"file:{hostile.file_name}" in shlex.split(command)


def test_a_trace_is_json_with_the_names_of_the_documents() -> None:
    document = trace(facts_of(), "1").to_json()
    assert document["schema"] == "cuegraph.trace/1"
    assert document["cue"]["from"][0] == "aligned-word-1.1"


def test_a_trace_is_text_that_names_every_link() -> None:
    text = trace_text(trace(facts_of(), "1"))
    for part in (
        LINES[0],
        "aligned-word-1.1",
        "recognised-segment-1",
        "region-1",
        "audio:0",
        "whisper-tiny-en",
        "ffplay",
    ):
        assert part in text


def _cues(facts: JobFacts) -> Cues:
    return next(document for document in facts.documents.values() if isinstance(document, Cues))


def with_first_cue(facts: JobFacts, **changes: Any) -> JobFacts:
    (cues,) = [document for document in facts.documents.values() if isinstance(document, Cues)]
    return changed(facts, Cues, cues=(replace(cues.cues[0], **changes), *cues.cues[1:]))


def test_a_cue_that_a_person_changed_names_the_line_and_what_stood_there_before() -> None:
    former = FormerCue("cue:1", 0.5, 3.5, (LINES[0],), ("word-1.1",))
    found = trace(with_first_cue(facts_of(), lines=("Mine.",), edit=Edit(2, (former,))), "1")
    assert found.edit is not None
    assert (found.edit.row, found.edit.former) == (2, (former,))
    assert [word.word.text for word in found.words] == LINES[0].split()
    assert LINES[0] in trace_text(found)


def test_a_cue_that_a_person_added_has_nothing_behind_it_but_their_file() -> None:
    found = trace(with_first_cue(facts_of(), sources=(), edit=Edit(2, ())), "1")
    assert (found.words, found.segments, found.regions) == ((), (), ())
    assert found.span.start == pytest.approx(found.cue.start, abs=0.5 / SAMPLE_RATE)
    text = trace_text(found)
    assert "the cue was added" in text
    assert not any(title in text for title in ("words", "recognised as", "speech found at"))
