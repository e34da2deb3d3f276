"""Traces through what stages split, merged, dropped, inserted and recognised twice, by a few elements and by all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from coordinator.lineage.excerpts.cue import trace_in
from coordinator.lineage.reading import read_job
from coordinator.lineage.trace import trace
from coordinator.lineage.traced import Trace
from services.documents import codec, cues, speech, transcript, translation
from services.documents.cues import Cue, Cues
from services.documents.speech import Region, Speech
from services.documents.transcript import Decode, Rejected, Segment, Transcript, Word
from services.documents.translation import Sentence, Translation
from services.runtime.store.memory import MemoryStore
from tests.jobs_in_memory import SAMPLE_RATE, JobWriter, audio_track

AUDIO = audio_track(4)
STAGES = ("demux", "vad", "asr", "alignment", "hallucination", "translation", "subtitles")
REJECTED = Decode(5.0, 7.0, " Bye bye bye", (1, 1, 1), -1.4, 3.0, 0.2, 0.0, suspicions=("COMPRESSION_RATIO",))
CHOSEN = Decode(5.0, 7.0, " ran slowly", (2, 3), -0.2, 1.0, 0.02, 0.4)


def _word(name: str, text: str, start: float, *sources: str) -> Word:
    return Word(name, text, start, start + 0.5, "aligned", 0.9, sources)


def _recognised() -> Transcript:
    """Three windows: the second was decoded twice, of the third nothing was said."""
    river = [_word("asr:0", "The", 1.0, "region:0"), _word("asr:1", "river", 2.0, "region:0")]
    ran = [_word("asr:2", "ran", 5.0, "region:1"), _word("asr:3", "slowly", 6.0, "region:1")]
    thanks = [_word("asr:4", "Thanks", 8.0, "region:1")]
    again = [_word("asr:5", "Again", 10.0, "region:2")]
    return Transcript(
        "en",
        AUDIO,
        (
            Segment("asr:s0", 1.0, 2.5, "The river", tuple(river), ("region:0",), CHOSEN),
            Segment(
                *("asr:s1", 5.0, 6.5, "ran slowly", tuple(ran), ("region:1",), CHOSEN),
                rejected=(Rejected(REJECTED, "lower compression ratio"),),
            ),
            Segment("asr:s2", 8.0, 8.5, "Thanks", tuple(thanks), ("region:1",), CHOSEN),
            Segment("asr:s3", 10.0, 10.5, "Again", tuple(again), ("region:2",), CHOSEN),
        ),
    )


def _aligned() -> Transcript:
    """`river` was pronounced as two words, and `ran` could not be found in the sound: both stand for what was read."""
    river = (_word("al:0", "The", 1.1, "asr:0"), _word("al:1", "ri", 2.1, "asr:1"), _word("al:2", "ver", 2.3, "asr:1"))
    slowly, thanks = _word("al:3", "slowly", 6.1, "asr:2", "asr:3"), _word("al:4", "Thanks", 8.1, "asr:4")
    again = _word("al:5", "Again", 10.1, "asr:5")
    return Transcript(
        "en",
        AUDIO,
        (
            Segment("al:s0", 1.0, 2.8, "The ri ver", river, ("asr:s0",)),
            Segment("al:s1", 5.0, 6.6, "slowly", (slowly,), ("asr:s1",)),
            Segment("al:s2", 8.0, 8.6, "Thanks", (thanks,), ("asr:s2",)),
            Segment("al:s3", 10.0, 10.6, "Again", (again,), ("asr:s3",)),
        ),
    )


def _cleaned() -> Transcript:
    """Without the thanks that nobody said, and as one segment of the first two."""
    before = _aligned()
    words = [
        Word(f"hal:{word.id[3:]}", word.text, word.start, word.end, word.timing, word.probability, (word.id,))
        for word in before.words
        if word.text != "Thanks"
    ]
    return Transcript(
        "en",
        AUDIO,
        (
            Segment("hal:s0", 1.0, 6.6, "The ri ver slowly", tuple(words[:4]), ("al:s0", "al:s1")),
            Segment("hal:s1", 10.0, 10.6, "Again", tuple(words[4:]), ("al:s3",)),
        ),
    )


def _translated() -> Translation:
    sources = ("hal:0", "hal:1", "hal:2", "hal:3")
    long = Sentence(
        "sentence:0", 1.1, 6.6, "The ri ver slowly", "O rio corria devagar", "translated", "marian", 0, sources
    )
    short = Sentence("sentence:1", 10.1, 10.6, "Again", "Outra vez", "translated", "marian", 0, ("hal:5",))
    return Translation("en", "pt", (long, short))


def _shown() -> Cues:
    """The long sentence is split over two cues; the third shows it with the next once more, merged."""
    return Cues(
        "pt",
        (
            Cue("cue:0", 1, 1.1, 3.0, ("O rio",), ("sentence:0",)),
            Cue("cue:1", 2, 3.1, 6.6, ("corria devagar",), ("sentence:0",)),
            Cue("cue:2", 3, 10.1, 11.0, ("devagar. Outra vez",), ("sentence:0", "sentence:1")),
        ),
    )


def _heard() -> Speech:
    spans = ((0.75, 3.0), (4.75, 9.0), (9.75, 11.0))
    regions = tuple(
        Region(f"region:{n}", start, end, AUDIO.sample(start), AUDIO.sample(end), 0.9, (AUDIO.stream,))
        for n, (start, end) in enumerate(spans)
    )
    return Speech(AUDIO, regions)


_DOCUMENTS: Mapping[str, tuple[str, str, Callable[[], Any]]] = {
    "vad": ("speech", speech.MEDIA_TYPE, _heard),
    "asr": ("transcript", transcript.MEDIA_TYPE, _recognised),
    "alignment": ("transcript", transcript.MEDIA_TYPE, _aligned),
    "hallucination": ("transcript", transcript.MEDIA_TYPE, _cleaned),
    "translation": ("translation", translation.MEDIA_TYPE, _translated),
    "subtitles": ("cues", cues.MEDIA_TYPE, _shown),
}
_TAKES: Mapping[str, tuple[str, ...]] = {
    "hallucination": ("transcript",),
    "translation": ("transcript",),
    "subtitles": ("translation",),
}


@dataclass
class _Writer(JobWriter):
    """Writes a job of the documents above."""

    def _takes(self, stage: str) -> tuple[str, ...]:
        return _TAKES[stage] if stage in _TAKES else super()._takes(stage)

    def _gives(self, stage: str) -> tuple[tuple[str, str, str, bytes], ...]:
        if stage not in _DOCUMENTS:
            return super()._gives(stage)
        role, media_type, made = _DOCUMENTS[stage]
        document = made()
        document.check()
        return ((role, f"{role}.json", media_type, codec.to_json(document)),)


@pytest.fixture(scope="module")
def store() -> MemoryStore:
    found = MemoryStore()
    _Writer(found).write(STAGES, {})
    return found


def traced(store: MemoryStore, cue: int) -> Trace:
    """By the few elements that lead to the cue, which is the same as by all."""
    found = trace_in(store, "film", str(cue))
    assert found == trace(read_job(store, "film"), str(cue))
    return found


@pytest.mark.parametrize("cue", [1, 2])
def test_both_parts_of_a_sentence_lead_to_all_that_it_translates(store: MemoryStore, cue: int) -> None:
    found = traced(store, cue)
    assert [sentence.id for sentence in found.sentences] == ["sentence:0"]
    assert [word.word.id for word in found.words] == ["hal:0", "hal:1", "hal:2", "hal:3"]
    assert (found.span.first_sample, found.span.end_sample) == (AUDIO.sample(1.1), AUDIO.sample(6.6))


def test_a_cue_of_two_sentences_leads_to_both(store: MemoryStore) -> None:
    found = traced(store, 3)
    assert [sentence.id for sentence in found.sentences] == ["sentence:0", "sentence:1"]
    assert found.span.end_sample == AUDIO.sample(10.6)


def test_words_of_two_windows_name_both_and_the_regions_of_both(store: MemoryStore) -> None:
    found = traced(store, 1)
    assert [segment.id for segment in found.segments] == ["asr:s0", "asr:s1"]
    assert [region.id for region in found.regions] == ["region:0", "region:1"]
    assert found.span.first_sample >= found.regions[0].start_sample


def test_a_window_that_was_decoded_again_names_what_was_rejected_and_why(store: MemoryStore) -> None:
    again = traced(store, 1).segments[1]
    assert again.decode == CHOSEN
    assert [(it.decode, it.reason) for it in again.rejected] == [(REJECTED, "lower compression ratio")]


def test_what_nobody_said_is_on_no_way(store: MemoryStore) -> None:
    for cue in (1, 2, 3):
        found = traced(store, cue)
        assert "asr:s2" not in {segment.id for segment in found.segments}
        assert "Thanks" not in {word.word.text for word in found.words}


def test_a_word_that_alignment_split_or_joined_names_what_was_recognised(store: MemoryStore) -> None:
    behind = {word.word.text: [it.id for it in word.recognised] for word in traced(store, 1).words}
    assert behind == {"The": ["asr:0"], "ri": ["asr:1"], "ver": ["asr:1"], "slowly": ["asr:2", "asr:3"]}


def test_samples_are_counted_from_where_the_stream_begins(store: MemoryStore) -> None:
    found = traced(store, 1)
    assert found.words[0].first_sample == round((1.1 - AUDIO.start) * SAMPLE_RATE)
    assert [step.stage for step in found.steps] == list(reversed(STAGES))
