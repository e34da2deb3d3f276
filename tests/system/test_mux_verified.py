"""A written film that is not what was asked is never handed on: whatever ffmpeg did wrong, the file itself tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from services.mux.command import Muxing, mux_command
from services.mux.containers import COPY
from services.mux.stage import MuxSettings
from services.mux.subtitles import Subtitles
from services.runtime.errors import CuegraphError
from tests.film import H264, ffmpeg
from tests.muxed_films import SRT, cues_of_srt, muxed_film
from tests.odd_media import Beep, beep_film, beginning_at

OTHER_TEXT = SRT.replace(b"morning", b"evening")
LOST_CUE = SRT.partition(b"2\n")[0]
LATE_CUE = SRT.replace(b"00:00:04,500", b"00:00:04,800")
PLAIN = SRT.replace(b"<i>", b"").replace(b"</i>", b"")


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return beep_film(tmp_path / "film.mkv", Beep(codec="aac"))


def with_file(content: bytes) -> Callable[[Muxing], Muxing]:
    """ffmpeg gets another subtitle file."""

    def change(muxing: Muxing) -> Muxing:
        path = muxing.subtitles[0].path.with_name("other.srt")
        path.write_bytes(content)
        return with_track(muxing, path=path)

    return change


def with_track(muxing: Muxing, **changed: object) -> Muxing:
    changed_track: Subtitles = replace(muxing.subtitles[0], **changed)  # type: ignore[arg-type]  # fields by name
    return replace(muxing, subtitles=[changed_track])


def encoded(muxing: Muxing) -> Muxing:
    """ffmpeg encodes the sound again."""
    placed = [replace(it, codec="aac" if it.stream.kind == "audio" else COPY) for it in muxing.placed]
    return replace(muxing, placed=placed)


CHANGES: dict[str, Callable[[Muxing], Muxing]] = {
    "text": with_file(OTHER_TEXT),
    "a cue": with_file(LOST_CUE),
    "a time": with_file(LATE_CUE),
    "italics": with_file(PLAIN),
    "the language": lambda muxing: with_track(muxing, language_tag="pt"),
    "the title": lambda muxing: with_track(muxing, title="English?"),
    "the default flag": lambda muxing: with_track(muxing, is_default=False, is_forced=True),
    "the forced flag": lambda muxing: with_track(muxing, is_forced=True),
    "the track": lambda muxing: replace(muxing, subtitles=[]),
    "a stream": lambda muxing: replace(muxing, placed=muxing.placed[:1]),
    "the sound": encoded,
    "the end": lambda muxing: replace(muxing, facts=replace(muxing.facts, path=shortened(muxing.facts.path))),
}


def shortened(film: Path) -> Path:
    path = film.with_name("short.mkv")
    ffmpeg("-t", "4", "-i", str(film), "-c", "copy", str(path))
    return path


@pytest.mark.parametrize("container", ["mkv", "mp4"])
@pytest.mark.parametrize("what", CHANGES)
def test_a_film_in_which_ffmpeg_changed_something_is_found_invalid(
    film: Path, monkeypatch: pytest.MonkeyPatch, container: str, what: str
) -> None:
    def wrong_command(muxing: Muxing, path: Path) -> list[str]:
        return mux_command(CHANGES[what](muxing), path)

    monkeypatch.setattr("services.mux.stage.mux_command", wrong_command)
    with pytest.raises(CuegraphError) as failure:
        muxed_film(film.parent, film, [SRT], MuxSettings(containers=(container,)), [cues_of_srt("en")])
    assert failure.value.code == "OUTPUT_INVALID"


def test_a_broadcast_whose_packets_are_framed_anew_is_no_fault(film: Path) -> None:
    broadcast = beginning_at(film.with_name("broadcast.ts"), film, 100.0)
    run = muxed_film(film.parent, broadcast, [SRT], MuxSettings(), [cues_of_srt("en")])
    assert not run.warnings


@pytest.mark.parametrize("suffix", ["mp4", "avi", "webm", "flac", "ogg"])
def test_films_of_every_kind_pass_unchanged(tmp_path: Path, suffix: str) -> None:
    source = tmp_path / f"film.{suffix}"
    pictures = ["-f", "lavfi", "-i", "testsrc2=size=160x96:rate=25:duration=6"] if suffix in KINDS else []
    ffmpeg(*pictures, "-f", "lavfi", "-i", "sine=duration=6", *KINDS.get(suffix, ()), str(source))
    muxed_film(tmp_path, source, [SRT], MuxSettings(), [cues_of_srt("en")])


KINDS: dict[str, tuple[str, ...]] = {
    "mp4": (*H264, "-c:a", "aac"),
    "avi": (*H264, "-bf", "0", "-c:a", "mp3"),
    "webm": ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"),
}
