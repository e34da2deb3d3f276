"""Two lists of cues are compared as a viewer would: what is said, where it stands, and italics."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.documents.cues import Cue, Cues
from services.mux.shown import ShownCue, contradiction, difference, read_srt

SRT = (
    "1\n00:00:02,000 --> 00:00:03,000\n{\\an8}Good <b>morning</b>\n\n"
    "2\n01:00:04,500 --> 01:00:05,250\n<i>first</i>\n<i>second</i>\n\n"
)
SHOWN = [ShownCue(2.0, 3.0, "Good morning"), ShownCue(3604.5, 3605.25, "<i>first second</i>")]


def cues(*said: tuple[float, float, str]) -> Cues:
    made = (
        Cue(f"c{n}", n, start, end, tuple(text.split("\n")), ("w1",)) for n, (start, end, text) in enumerate(said, 1)
    )
    return Cues("en", tuple(made))


def test_italics_are_read_and_what_a_container_may_lose_is_not() -> None:
    assert read_srt(SRT) == SHOWN


def test_a_text_may_have_an_empty_line() -> None:
    assert read_srt("1\n00:00:00,000 --> 00:00:01,000\na\n\nb\n\n") == [ShownCue(0.0, 1.0, "a b")]


@pytest.mark.parametrize("moved", [0.0, 0.021, -0.1])
def test_all_cues_may_move_together_by_the_delay_of_an_encoder(moved: float) -> None:
    assert not difference(SHOWN, [replace(cue, start=cue.start + moved, end=cue.end + moved) for cue in SHOWN])


@pytest.mark.parametrize(
    "shown",
    [
        SHOWN[:1],
        [*SHOWN, SHOWN[1]],
        [replace(SHOWN[0], text="Good evening"), SHOWN[1]],
        [SHOWN[0], replace(SHOWN[1], text="first second")],
        [SHOWN[0], replace(SHOWN[1], start=3604.6)],
        [SHOWN[0], replace(SHOWN[1], end=3606.0)],
        [replace(cue, start=cue.start + 0.5, end=cue.end + 0.5) for cue in SHOWN],
    ],
    ids=["lost", "added", "text", "italics", "start", "end", "all moved"],
)
def test_any_other_difference_is_found(shown: list[ShownCue]) -> None:
    assert difference(SHOWN, shown)


def test_no_cues_equal_no_cues() -> None:
    assert not difference([], [])


def test_a_file_may_add_dashes_notes_and_italics_to_its_document() -> None:
    document = cues((2.0, 3.0, "Good\nmorning"), (4.0, 5.0, "la la"))
    assert not contradiction(document, [ShownCue(2.0, 3.0, "- Good morning"), ShownCue(4.0, 5.0, "<i>♪ la la ♪</i>")])


@pytest.mark.parametrize(
    "shown",
    [[], [ShownCue(2.0, 3.0, "Bom dia")], [ShownCue(2.1, 3.0, "Good morning")]],
    ids=["count", "text", "time"],
)
def test_a_file_of_another_document_is_found(shown: list[ShownCue]) -> None:
    assert contradiction(cues((2.0, 3.0, "Good morning")), shown)


def test_what_only_looks_like_a_tag_is_said() -> None:
    (cue,) = read_srt("1\n00:00:00,000 --> 00:00:01,000\na < b > c <\u2060unk> I <3 <font size=2>you</font>\n\n")
    assert cue.text == "a < b > c <\u2060unk> I <3 you"
