"""The cues of a clip count from its beginning, and none is outside it."""

from __future__ import annotations

import pytest

from services.mux.clipping import clipped
from services.mux.subtitles import recognise
from services.runtime.media import Clip

CUES = (("00:00:59", "01:00:01", "before"), ("01:00:01", "01:00:03", "first"), ("01:00:05", "01:00:06", "second"))
CLIP = Clip(3602.5, 3605.25)


def srt(*cues: tuple[str, str, str]) -> str:
    return "".join(f"{n}\n{start},000 --> {end},000\n{text}\n\n" for n, (start, end, text) in enumerate(cues, 1))


def vtt(*cues: tuple[str, str, str]) -> str:
    return "WEBVTT\n\n" + "".join(f"{start}.000 --> {end}.000 line:90%\n{text}\n\n" for start, end, text in cues)


def ass(*cues: tuple[str, str, str]) -> str:
    lines = [f"Dialogue: 0,{start[1:]}.00,{end[1:]}.00,Default,,0,0,0,,{text}\n" for start, end, text in cues]
    return "[Script Info]\nScriptType: v4.00+\n\n[Events]\n" + "".join(lines)


@pytest.mark.parametrize(
    ("made", "times"),
    [
        (srt(*CUES), ["00:00:00,000 --> 00:00:00,500", "00:00:02,500 --> 00:00:02,750"]),
        (vtt(*CUES), ["00:00:00.000 --> 00:00:00.500 line:90%", "00:00:02.500 --> 00:00:02.750 line:90%"]),
        (ass(*CUES), ["Dialogue: 0,00:00:00.00,00:00:00.50,", "Dialogue: 0,00:00:02.50,00:00:02.75,"]),
    ],
    ids=["srt", "vtt", "ass"],
)
def test_cues_across_the_ends_of_a_clip_are_cut_and_those_outside_are_gone(made: str, times: list[str]) -> None:
    file_format, _ = recognise(made)
    cut = clipped(made, file_format, CLIP)
    assert recognise(cut) == (file_format, 2)
    assert all(time in cut for time in times)
    assert "before" not in cut
    assert "first" in cut
    assert "second" in cut


def test_webvtt_may_leave_out_the_hours() -> None:
    assert "00:00:01.000 --> 00:00:02.000" in clipped("WEBVTT\n\n01:01.000 --> 01:02.000\nHi\n", "webvtt", Clip(60, 90))


@pytest.mark.parametrize("made", [srt(CUES[0]), vtt(CUES[0]), ass(CUES[0])], ids=["srt", "vtt", "ass"])
def test_a_clip_without_cues_has_subtitles_without_cues(made: str) -> None:
    file_format, _ = recognise(made)
    assert recognise(clipped(made, file_format, CLIP))[1] == 0


def test_a_cue_that_only_touches_the_clip_is_outside() -> None:
    assert "-->" not in clipped(srt(("00:00:01", "00:00:02", "a"), ("00:00:04", "00:00:05", "b")), "srt", Clip(2, 4))
