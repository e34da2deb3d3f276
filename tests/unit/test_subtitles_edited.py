"""What a person made of a track stands in it, and what stood there before is kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.documents.codec import from_json, to_json
from services.documents.cues import Cue, Cues
from services.documents.subtitle_files import WrittenCue, read_subtitles
from services.runtime.errors import InvalidDocument
from services.runtime.testing import RecordedRun, make_run
from services.subtitles.edited import put_back
from services.subtitles.rules import Rules
from services.subtitles.settings import SubtitlesSettings
from services.subtitles.stage import Subtitles
from services.subtitles.text import srt, vtt
from tests.spoken_words import FILM, any_words, laid_out, spoken, transcript_of

LINES = ("Good day to you.", "The river ran slowly.", "Nobody came home.", "It rained at last.")


def track(*lines: str) -> Cues:
    """A cue of three seconds every four, each of a word of its own."""
    return Cues("en", tuple(_cue(number, line) for number, line in enumerate(lines, 1)))


def _cue(number: int, line: str) -> Cue:
    return Cue(f"cue:{number}", number, number * 4.0, number * 4.0 + 3.0, (line,), (f"w{number}",), (f"s{number}",))


def written(cues: Cues) -> list[WrittenCue]:
    return list(read_subtitles(srt(cues).encode()))


@given(any_words().map(lambda words: laid_out(words, "en", 10**9, Rules())))
def test_a_file_nobody_changed_changes_nothing(cues: Cues) -> None:
    for text in (srt(cues), vtt(cues)):
        assert put_back(cues, read_subtitles(text.encode())) == cues


def test_a_changed_text_keeps_its_words_and_what_it_was() -> None:
    before = track(*LINES)
    file = written(before)
    file[1] = replace(file[1], lines=("The river ran very slowly.",))
    cue = put_back(before, file).cues[1]
    assert (cue.lines, cue.sources, cue.speakers) == (("The river ran very slowly.",), ("w2",), ("s2",))
    assert cue.edit is not None
    assert cue.edit.row == file[1].row
    assert [(former.id, former.lines) for former in cue.edit.former] == [("cue:2", ("The river ran slowly.",))]


def test_a_cue_that_was_moved_is_the_same_cue_at_another_time() -> None:
    before = track(*LINES)
    file = [replace(one, start=one.start + 900, end=one.end + 900) for one in written(before)]
    cues = put_back(before, file).cues
    assert [cue.sources for cue in cues] == [cue.sources for cue in before.cues]
    assert [cue.edit.former[0].start for cue in cues if cue.edit] == [cue.start for cue in before.cues]


def test_a_cue_that_was_changed_and_moved_is_known_by_its_text() -> None:
    before = track(*LINES)
    file = [replace(one, start=one.start + 900, end=one.end + 900) for one in written(before)]
    file[2] = replace(file[2], lines=("Nobody came back home.",))
    assert put_back(before, file).cues[2].sources == ("w3",)


def test_an_added_cue_has_only_the_person_behind_it() -> None:
    before = track(*LINES)
    file = [*written(before), WrittenCue(99, 60.0, 62.0, ("THE END",), sung=False)]
    cue = put_back(before, file).cues[-1]
    assert cue.is_added
    assert cue.sources == ()


def test_a_cue_that_was_taken_out_is_kept_as_dropped() -> None:
    before = track(*LINES)
    file = written(before)
    del file[2]
    after = put_back(before, file)
    assert [former.id for former in after.dropped] == ["cue:3"]
    assert [cue.number for cue in after.cues] == [1, 2, 3]
    assert all(cue.edit is None for cue in after.cues)


def test_cues_that_were_joined_have_all_their_words() -> None:
    before = track(*LINES)
    file = written(before)
    file[0:2] = [replace(file[0], end=file[1].end, lines=("Good day to you.", "The river ran slowly."))]
    cue = put_back(before, file).cues[0]
    assert cue.sources == ("w1", "w2")
    assert cue.edit is not None
    assert [former.id for former in cue.edit.former] == ["cue:1", "cue:2"]


def test_both_parts_of_a_cue_that_was_split_come_from_it() -> None:
    before = track(*LINES)
    file = written(before)
    file[1:2] = [
        replace(file[1], end=9.4, lines=("The river",)),
        replace(file[1], start=9.5, lines=("ran slowly.",)),
    ]
    after = put_back(before, file)
    assert [cue.sources for cue in after.cues[1:3]] == [("w2",), ("w2",)]
    assert after.dropped == ()


@given(st.lists(st.sampled_from(["one", "two", "three", "four", "five"]), max_size=8), st.data())
def test_whatever_the_file_says_stands_in_the_track_and_can_be_written(lines: list[str], data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, 30), min_size=len(lines), max_size=len(lines), unique=True).map(sorted))
    file = [WrittenCue(1, at, at + 1.0, (line,), sung=False) for at, line in zip(places, lines, strict=True)]
    before = track("one", "two", "three", "one", "six")
    after = put_back(before, file)
    assert from_json(Cues, to_json(after)) == after
    assert [(cue.start, cue.lines) for cue in after.cues] == [(one.start, one.lines) for one in file]
    kept = {former.id for cue in after.cues if cue.edit for former in cue.edit.former}
    same = sum(cue.edit is None for cue in after.cues)
    assert len(kept) + same + len(after.dropped) >= len(before.cues)


def run_stage(folder: Path, edited: str) -> RecordedRun[SubtitlesSettings]:
    run = make_run(
        Subtitles(),
        settings=SubtitlesSettings(),
        inputs={
            "transcript": to_json(transcript_of(spoken("Good day to you. | | | The river ran slowly."), "en")),
            "media": to_json(FILM),
            "edited": edited.encode(),
        },
        folder=folder,
    )
    Subtitles().run(run)
    return run


def test_every_file_of_the_stage_says_what_the_person_wrote(tmp_path: Path) -> None:
    run = run_stage(tmp_path, "1\n00:00:01,000 --> 00:00:03,000\nGood morning to you.\n")
    for role in ("srt", "vtt", "ass", "txt", "tsv", "ttml"):
        text = run.written(role).read_text("utf-8")
        assert "Good morning to you." in text
        assert "river" not in text
    cues = from_json(Cues, run.written("cues").read_bytes())
    assert [former.lines for former in cues.dropped] == [("The river ran slowly.",)]


def test_a_file_that_is_no_subtitles_fails_the_stage(tmp_path: Path) -> None:
    with pytest.raises(InvalidDocument, match="edited subtitles"):
        run_stage(tmp_path, "this is no subtitle")
