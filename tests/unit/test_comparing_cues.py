"""Cues of two tracks find each other, and what differs is put down to the step where it began."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hypothesis import given, strategies

from coordinator.lineage.comparing.cue_differences import CueDifference, track_differences
from coordinator.lineage.comparing.cue_matching import Pair, match
from coordinator.lineage.comparing.ways import Level, Way
from services.documents.cues import Cue, Cues
from services.documents.glossary import Glossary, Term
from services.documents.speech import Region, Speech
from services.documents.transcript import Segment, Transcript, Word
from services.documents.translation import Sentence, Translation
from tests.jobs_in_memory import audio_track

LINES = ("It was a bright day.", "The river ran slowly.", "No.", "Nobody said a word.", "No.")


def track(lines: Sequence[str], starts: Sequence[float] | None = None, seconds: float = 2.0) -> tuple[Cue, ...]:
    times = starts or [4.0 * number for number in range(len(lines))]
    return tuple(
        Cue(f"cue-{number}", number, start, start + seconds, (line,), (f"word-{number}",))
        for number, (line, start) in enumerate(zip(lines, times, strict=True), 1)
    )


def numbers(pairs: Sequence[Pair]) -> list[tuple[int | None, int | None]]:
    return [(pair.old.number if pair.old else None, pair.new.number if pair.new else None) for pair in pairs]


def test_equal_tracks_match_cue_by_cue() -> None:
    assert numbers(match(track(LINES), track(LINES), "en")) == [(n, n) for n in range(1, 6)]


def test_a_cue_that_came_in_between_moves_nothing() -> None:
    old, new = track(LINES), track((*LINES[:2], "Wait!", *LINES[2:]), [0.0, 4.0, 6.5, 8.0, 12.0, 16.0], 1.2)
    assert numbers(match(old, new, "en")) == [(1, 1), (2, 2), (None, 3), (3, 4), (4, 5), (5, 6)]


def test_a_cue_that_went_is_dropped_and_its_like_further_on_is_not_taken_for_it() -> None:
    old, new = track(LINES), track((*LINES[:2], *LINES[3:]), [0.0, 4.0, 12.0, 16.0])
    assert numbers(match(old, new, "en")) == [(1, 1), (2, 2), (3, None), (4, 3), (5, 4)]


def test_a_track_that_moved_by_more_than_a_cue_lasts_is_found_by_its_text() -> None:
    moved = track(LINES, [4.0 * number + 9.0 for number in range(5)])
    assert numbers(match(track(LINES), moved, "en")) == [(n, n) for n in range(1, 6)]


def test_another_text_at_the_same_time_is_the_same_cue() -> None:
    new = track(("It was a bright day.", "Something else altogether!", *LINES[2:]))
    assert numbers(match(track(LINES), new, "en")) == [(n, n) for n in range(1, 6)]


def test_a_cue_that_was_split_is_matched_with_the_likelier_half() -> None:
    old = track(("The river ran slowly and nobody said a word.",), seconds=4.0)
    new = track(("The river ran slowly and", "nobody said."), [0.0, 2.6], 1.4)
    assert numbers(match(old, new, "en")) == [(1, 1), (None, 2)]


@given(strategies.data())
def test_every_cue_is_there_once_and_in_order(data: strategies.DataObject) -> None:
    lines = strategies.lists(strategies.sampled_from(LINES), max_size=12)
    gap = strategies.integers(0, 3000)
    old, new = (_drawn(data, data.draw(lines), gap) for _ in range(2))
    pairs = match(old, new, "en")
    for side, cues in (("old", old), ("new", new)):
        found = [getattr(pair, side) for pair in pairs if getattr(pair, side)]
        assert sorted(found, key=lambda cue: cue.number) == list(cues)
    both = [pair for pair in pairs if pair.old and pair.new]
    assert [pair.new.number for pair in both if pair.new] == sorted(pair.new.number for pair in both if pair.new)


def _drawn(data: strategies.DataObject, lines: list[str], gap: strategies.SearchStrategy[int]) -> tuple[Cue, ...]:
    starts, time = [], 0
    for _ in lines:
        time += data.draw(gap)
        starts.append(time / 1000)
        time += 1000
    return track(lines, starts, 1.0)


# From here on: where a difference began. One word is one cue here, so that every level is easy to see.


def words(texts: Sequence[str], kind: str, source: str, shift: float = 0.0) -> Transcript:
    made = tuple(
        Word(f"{kind}-{n}", text, 4.0 * n + shift, 4.0 * n + 1.0 + shift, "decoded", 0.9, (f"{source}-{n}",))
        for n, text in enumerate(texts)
    )
    segment = Segment(f"{kind}-segment", 0.0, 4.0 * len(texts) + 2, " ".join(texts), made, (f"{source}-0",))
    return Transcript("en", audio_track(), (segment,))


def regions(count: int, shift: float = 0.0) -> Speech:
    made = tuple(
        Region(f"region-{n}", 4.0 * n - shift, 4.0 * n + 2, 10 * n, 10 * n + 5, 0.9, ("audio:0",)) for n in range(count)
    )
    return Speech(audio_track(), made)


def sentences(texts: Sequence[str]) -> Translation:
    made = tuple(
        Sentence(f"sentence-{n}", 4.0 * n, 4.0 * n + 1, "x", text, "translated", "marian", 0, (f"aligned-{n}",))
        for n, text in enumerate(texts)
    )
    return Translation("en", "pt", made)


def shown(texts: Sequence[str], source: str, shift: float = 0.0) -> Cues:
    made = tuple(
        Cue(f"cue-{n}", n + 1, 4.0 * n + shift, 4.0 * n + 1.5 + shift, (text,), (f"{source}-{n}",))
        for n, text in enumerate(texts)
    )
    return Cues("en", made)


TEXTS = ("one", "two", "three")


def way(
    heard: Sequence[str] = TEXTS,
    *,
    aligned: Sequence[str] = (),
    aligned_later: float = 0.0,
    translated: Sequence[str] = (),
    cues: Sequence[str] = (),
    cues_later: float = 0.0,
    regions_longer: float = 0.0,
    glossary: Glossary | None = None,
) -> Way:
    """The way of a track, by default the same words at every level."""
    told = aligned or heard
    translation = [Level("translation", "pt", 11, sentences(translated), glossary)] if translated else []
    source = "sentence" if translated else "aligned"
    levels = (
        Level("asr", "_", 7, words(heard, "heard", "region"), glossary),
        Level("alignment", "_", 8, words(told, "aligned", "heard", aligned_later), None),
        *translation,
        Level("subtitles", "_", 12, shown(cues or translated or told, source, cues_later), None),
    )
    return Way("_", "pt" if translated else "en", levels, Level("vad", "_", 5, regions(3, regions_longer), None))


def differing(old: Way, new: Way) -> tuple[CueDifference, ...]:
    (difference,) = track_differences({"_": old}, {"_": new})
    return difference.cues


def causes(old: Way, new: Way) -> Mapping[int, str]:
    """The stage to blame, by number of the new cue."""
    return {it.new.number: it.cause.stage for it in differing(old, new) if it.new}


def test_equal_ways_have_no_differing_cues() -> None:
    (difference,) = track_differences({"_": way()}, {"_": way()})
    assert (difference.equal, difference.cues, difference.differs) == (3, (), False)


def test_another_word_is_put_down_to_recognition() -> None:
    assert causes(way(), way(("one", "too", "three"))) == {2: "asr"}


def test_another_word_where_speech_was_found_otherwise_is_put_down_to_that() -> None:
    assert causes(way(), way(("one", "too", "three"), regions_longer=0.5)) == {2: "vad"}


def test_regions_that_changed_nothing_that_was_heard_are_to_blame_for_nothing() -> None:
    assert causes(way(), way(cues=("one", "two!", "three"), regions_longer=0.5)) == {2: "subtitles"}


def test_a_time_that_alignment_moved_is_put_down_to_alignment() -> None:
    (first, *_) = found = differing(way(), way(aligned_later=0.2, cues_later=0.25))
    assert {it.cause.stage for it in found} == {"alignment"}
    assert (first.kinds, first.start_ms, first.end_ms) == (("time",), 250, 250)


def test_a_time_that_only_the_layout_moved_is_put_down_to_the_layout() -> None:
    assert causes(way(), way(cues_later=0.1)) == {1: "subtitles", 2: "subtitles", 3: "subtitles"}


def test_a_cue_whose_words_were_removed_is_put_down_to_who_removed_them() -> None:
    old = way()
    (first, second, third) = old.levels
    assert isinstance(second.document, Transcript)
    assert isinstance(third.document, Cues)
    (segment,) = second.document.segments
    kept = replace(second.document, segments=(replace(segment, words=segment.words[:2]),))
    cleaned = Level("alignment", "_", 8, kept, None)
    short = Level("subtitles", "_", 12, replace(third.document, cues=third.document.cues[:2]), None)
    (dropped,) = differing(old, replace(old, levels=(first, cleaned, short)))
    assert (dropped.kinds, dropped.cause.stage) == (("dropped",), "alignment")


def test_a_step_that_one_job_lacks_can_be_the_cause() -> None:
    aligned = way(aligned_later=0.3, cues_later=0.3)
    asr, _, _ = aligned.levels
    plain = replace(aligned, levels=(asr, Level("subtitles", "_", 12, shown(TEXTS, "heard"), None)))
    assert {it.cause.stage for it in differing(plain, aligned)} == {"alignment"}


def test_a_sentence_that_reads_otherwise_is_put_down_to_translation() -> None:
    old, new = way(translated=("um", "dois", "três")), way(translated=("um", "dous", "três"))
    assert causes(old, new) == {2: "translation"}


def term(text: str, **more: object) -> Glossary:
    return Glossary("en", (Term("term:0", text, "job", ("job:0:1",), **more),))  # type: ignore[arg-type]  # of a test


def test_a_word_that_follows_a_changed_entry_is_put_down_to_that_entry() -> None:
    (cue,) = differing(way(glossary=term("too")), way(("one", "two", "three", "for"), glossary=term("for")))
    assert (cue.cause.stage, cue.cause.terms) == ("asr", ("for",))


def test_an_entry_that_is_not_said_there_is_not_to_blame() -> None:
    (cue,) = differing(way(), way(("one", "too", "three"), glossary=term("three")))
    assert (cue.cause.stage, cue.cause.terms) == ("asr", ())


def test_a_sentence_that_follows_a_changed_translation_is_put_down_to_that_entry() -> None:
    old = way(translated=("um", "dois", "três"), glossary=term("two", translations={"pt": "dois"}))
    new = way(translated=("um", "par", "três"), glossary=term("two", translations={"pt": "par"}))
    (cue,) = differing(old, new)
    assert (cue.cause.stage, cue.cause.terms) == ("translation", ("two",))


def test_a_word_that_only_went_over_to_the_next_cue_is_put_down_to_the_layout() -> None:
    old = way()
    last = old.levels[-1]
    assert isinstance(last.document, Cues)
    one, _, three = last.document.cues
    longer = replace(one, lines=("one two",), sources=("aligned-0", "aligned-1"), end=5.5)
    laid_out = replace(last.document, cues=(longer, replace(three, number=2)))
    new = replace(old, levels=(*old.levels[:-1], Level("subtitles", "_", 12, laid_out, None)))
    assert {it.cause.stage for it in differing(old, new)} == {"subtitles"}


def test_two_hours_of_cues_are_matched() -> None:
    lines = [f"Line {number} of a long film, with some words." for number in range(2000)]
    old = track(lines)
    new = track([*lines[:700], "A new line.", *lines[700:]], [4.0 * n + 0.1 for n in range(2001)])
    pairs = match(old, new, "en")
    assert sum(pair.old is None for pair in pairs) == 1
    assert sum(pair.new is None for pair in pairs) == 0
