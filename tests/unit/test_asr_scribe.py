"""Segments and words out of what was heard."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from services.asr.recognition import Draft, Heard, HeardWord, Piece, Refused, words_of
from services.asr.scribe import Scribe, lying_in
from services.asr.windows import Window
from services.documents import codec
from services.documents.media import AudioTrack
from services.documents.speech import Region
from services.documents.transcript import Transcript

RATE = 16_000
TRACK = AudioTrack("audio:0", 100.0, RATE, 60 * RATE)
FIRST, SECOND = (
    Region(f"region:{number}", 100.0 + start, 100.0 + end, start * RATE, end * RATE, 0.9, ("audio:0",))
    for number, (start, end) in enumerate([(2, 5), (8, 12)])
)
WINDOW = Window(2 * RATE, 12 * RATE, (FIRST, SECOND))
HEARD = Heard(Draft(" Yes. No.", (1, 2, 3), -0.2, 0.9, 0.01))


def heard(*words: tuple[str, float, float]) -> Heard:
    return replace(HEARD, words=tuple(HeardWord(text, start, end, 0.5) for text, start, end in words))


def test_words_stand_in_film_time_and_name_their_regions() -> None:
    segment = Scribe(TRACK).segment(WINDOW, heard(("Yes.", 0.5, 1.0), ("No.", 7.0, 8.0)))
    assert segment is not None
    assert [(word.start, word.end, word.sources) for word in segment.words] == [
        (102.5, 103.0, ("region:0",)),
        (109.0, 110.0, ("region:1",)),
    ]
    assert (segment.start, segment.end, segment.sources) == (102.5, 110.0, ("region:0", "region:1"))


def test_a_word_is_trimmed_to_the_region_it_lies_in() -> None:
    segment = Scribe(TRACK).segment(WINDOW, heard(("Yes.", 2.5, 4.0), ("No.", 5.0, 7.0)))
    assert segment is not None
    assert [(word.start, word.end) for word in segment.words] == [(104.5, 105.0), (108.0, 109.0)]


def test_a_word_over_a_pause_names_both_regions_and_one_in_a_pause_the_nearest() -> None:
    assert lying_in(104.0, 109.0, [FIRST, SECOND]) == [FIRST, SECOND]
    assert lying_in(105.5, 106.0, [FIRST, SECOND]) == [FIRST]
    assert lying_in(107.0, 107.5, [FIRST, SECOND]) == [SECOND]


def test_a_window_without_words_makes_no_segment_and_takes_no_number() -> None:
    scribe = Scribe(TRACK)
    assert scribe.segment(WINDOW, HEARD) is None
    segment = scribe.segment(WINDOW, heard(("Yes.", 0.5, 1.0)))
    assert segment is not None
    assert segment.id == "segment:0"


def test_a_lone_word_of_no_duration_still_makes_a_segment_that_lasts() -> None:
    segment = Scribe(TRACK).segment(WINDOW, heard(("Yes.", 1.0, 1.0)))
    assert segment is not None
    assert segment.end > segment.start


def test_the_evidence_is_kept() -> None:
    other = Draft(" Yeah.", (4,), -1.5, 0.8, 0.01, 0.4, ("term:1",), ("LOG_PROBABILITY",))
    one = replace(heard(("Yes.", 1.0, 2.0)), refused=(Refused(other, "more suspicions"),))
    segment = Scribe(TRACK).segment(WINDOW, one)
    assert segment is not None
    assert segment.decode is not None
    assert (segment.decode.start, segment.decode.end) == (102.0, 112.0)
    assert (segment.decode.text, segment.decode.tokens) == (" Yes. No.", (1, 2, 3))
    (rejected,) = segment.rejected
    assert rejected.reason == "more suspicions"
    assert (rejected.decode.start, rejected.decode.text, rejected.decode.temperature) == (102.0, " Yeah.", 0.4)
    assert (rejected.decode.terms, rejected.decode.suspicions) == (("term:1",), ("LOG_PROBABILITY",))


def test_a_piece_without_a_space_goes_on_with_the_word_before() -> None:
    pieces = [Piece(" ill", 1, 2, 0.9), Piece("-disposed.", 2, 3, 0.7), Piece(" He", 3, 4, 0.8)]
    assert words_of(pieces, spaced=True) == (HeardWord("ill-disposed.", 1, 3, 0.7), HeardWord("He", 3, 4, 0.8))


def test_in_a_language_without_spaces_every_piece_is_a_word() -> None:
    pieces = [Piece("今", 1, 2, 0.9), Piece("日", 2, 3, 0.7)]
    assert [word.text for word in words_of(pieces, spaced=False)] == ["今", "日"]


@given(st.lists(st.tuples(st.floats(0, 3), st.floats(0, 3)), min_size=1, max_size=20))
def test_whatever_attention_says_the_transcript_is_valid(steps: list[tuple[float, float]]) -> None:
    words, position = [], 0.0
    for gap, length in steps:
        start, end = min(10.0, position + gap), min(10.0, position + gap + length)
        words.append(("Yes.", start, end))
        position = end
    segment = Scribe(TRACK).segment(WINDOW, heard(*words))
    assert segment is not None
    codec.to_json(Transcript("en", TRACK, (segment,)))
