"""Mux puts subtitles into films that players show at the right time, and leaves the rest of the film alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.mux.stage import MuxSettings
from services.mux.subtitles import read_subtitles
from services.runtime.errors import CuegraphError
from services.runtime.ffprobe import MediaFacts
from services.runtime.media import probe
from services.runtime.testing import RecordedRun
from tests.film import H264, ffmpeg
from tests.muxed_films import SRT, ask, muxed_film
from tests.odd_media import (
    Beep,
    beep_film,
    beginning_at,
    flash,
    hls_playlist,
    put_together,
    tones,
    trimmed,
    two_languages,
)

HINDI = "1\n00:00:02,000 --> 00:00:03,000\nनमस्ते\n\n2\n00:00:04,500 --> 00:00:05,250\nशुभ रात्रि\n\n".encode()
VTT = b"WEBVTT\n\n00:02.000 --> 00:03.000\nGood morning\n\n00:04.500 --> 00:05.250\nGood night\n"
ASS = (
    b"[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name, Fontname, Fontsize\nStyle: Default,Arial,20\n\n"
    b"[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    b"Dialogue: 0,0:00:02.00,0:00:03.00,Default,,0,0,0,,Good morning\n"
    b"Dialogue: 0,0:00:04.50,0:00:05.25,Default,,0,0,0,,Good night\n"
)
CUES = [2.0, 4.5]
FRAME = 1 / 25
Muxed = Callable[..., RecordedRun[MuxSettings]]


@pytest.fixture
def mux(tmp_path: Path) -> Muxed:
    """Runs demux and mux on a film, with one subtitle file for each language."""

    def run(
        film: Path, subtitles: list[bytes], *languages: str, settings: MuxSettings | None = None, **clip: Any
    ) -> RecordedRun[MuxSettings]:
        wanted = replace(settings or MuxSettings(), languages=languages)
        return muxed_film(tmp_path, film, subtitles, wanted, **clip)

    return run


def cue_times(path: Path, track: int = 0) -> list[float]:
    """When the cues of a subtitle track begin, in seconds after the pictures do (or the sound, if there are none)."""
    first = probe(path)
    start = next(s for s in first.streams if s.kind in ("video", "audio"))
    zero = first.start_timestamp_seconds + start.start_offset_seconds
    rows = [row.split("|") for row in ask(path, "packet=pts_time,size", f"s:{track}")]
    return [round(float(time) - zero, 3) for time, size in rows if int(size) > 2]


def kinds(facts: MediaFacts) -> list[str]:
    return [stream.kind for stream in facts.streams]


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return beep_film(tmp_path / "film.mkv", Beep(codec="aac"))


@pytest.mark.parametrize("container", ["mkv", "mp4"])
@pytest.mark.parametrize("subtitles", [SRT, VTT, ASS], ids=["srt", "vtt", "ass"])
def test_cues_are_shown_when_the_film_s_own_clock_says(
    mux: Muxed, film: Path, container: str, subtitles: bytes
) -> None:
    path = mux(film, [subtitles], "en").written(container)
    start = probe(film).of_kind("video")[0].start_offset_seconds
    assert cue_times(path) == pytest.approx([cue - start for cue in CUES], abs=0.002)


@pytest.mark.parametrize("container", ["mkv", "mp4", "ts"])
def test_cues_keep_their_place_whatever_container_the_film_comes_in(mux: Muxed, tmp_path: Path, container: str) -> None:
    film = beep_film(tmp_path / f"film.{container}", Beep(codec="aac", audio_delay=1.5))
    run = mux(film, [SRT], "en")
    start = probe(film).of_kind("video")[0].start_offset_seconds
    for made in ("mkv", "mp4"):
        assert cue_times(run.written(made)) == pytest.approx([cue - start for cue in CUES], abs=0.003)


@pytest.mark.parametrize("container", ["mkv", "mp4", "ts"])
@pytest.mark.parametrize("clip", [{}, {"start": 1.0, "end": 5.5}])
def test_cues_keep_their_place_whatever_time_the_film_begins_at(
    mux: Muxed, tmp_path: Path, film: Path, container: str, clip: dict[str, float]
) -> None:
    late = beginning_at(tmp_path / f"late.{container}", film, 100.0)
    run = mux(late, [SRT], "en", **clip)
    zero = clip["start"] if clip else probe(late).of_kind("video")[0].start_offset_seconds
    for made in ("mkv", "mp4"):
        assert cue_times(run.written(made)) == pytest.approx([cue - zero for cue in CUES], abs=1.1 * FRAME)


@pytest.mark.parametrize("clip", [{}, {"start": 0.3, "end": 3.5}])
def test_what_was_trimmed_off_a_film_stays_hidden_and_cues_keep_their_place(
    mux: Muxed, tmp_path: Path, clip: dict[str, float]
) -> None:
    source = trimmed(tmp_path / "trimmed.mp4", beep_film(tmp_path / "whole.mp4", Beep(codec="aac", at=3.28)), 1.28)
    facts = probe(source)
    assert flash(source) - facts.start_timestamp_seconds == pytest.approx(2.0, abs=FRAME)
    run = mux(source, [SRT], "en", **clip)
    for made in ("mkv", "mp4"):
        written = probe(run.written(made))
        assert written.of_kind("video")[0].end_seconds == pytest.approx(3.2 if clip else 4.72, abs=2 * FRAME)
        start = written.start_timestamp_seconds + written.of_kind("video")[0].start_offset_seconds
        assert cue_times(run.written(made))[0] == pytest.approx(flash(run.written(made)) - start, abs=1.1 * FRAME)
        assert flash(run.written(made)) - start == pytest.approx(2.0 - clip.get("start", 0.0), abs=1.1 * FRAME)
    assert [code for code, _ in run.warnings] == ([] if clip else ["STREAM_REENCODED", "STREAM_REENCODED"])


def test_what_was_cut_out_of_a_film_stays_hidden_and_cues_keep_their_place(mux: Muxed, tmp_path: Path) -> None:
    whole = beep_film(tmp_path / "whole.mp4", Beep(codec="aac", at=6.0, seconds=10.0))
    run = mux(put_together(tmp_path / "cut.mp4", whole, [(0, 2), (6, 10)]), [SRT], "en")
    for made in ("mkv", "mp4"):
        written = probe(run.written(made))
        start = written.start_timestamp_seconds + written.of_kind("video")[0].start_offset_seconds
        assert flash(run.written(made)) - start == pytest.approx(2.0, abs=1.1 * FRAME)
        assert cue_times(run.written(made)) == pytest.approx(CUES, abs=1.1 * FRAME)
        assert max(s.end_seconds or 0.0 for s in written.streams[:2]) == pytest.approx(6.0, abs=2 * FRAME)
    assert [code for code, _ in run.warnings] == ["STREAM_REENCODED"] * 4


def test_tracks_have_language_title_and_one_default(mux: Muxed, film: Path) -> None:
    run = mux(film, [SRT, HINDI, SRT], "de", "hi", "pt-BR")
    assert ask(run.written("mkv"), "stream_tags=language,title:stream_disposition=default", "s") == [
        "1|ger|German",
        "0|hin|Hindi",
        "0|por|Portuguese (BR)",
    ]
    assert ask(run.written("mp4"), "stream_tags=language,handler_name:stream_disposition=default", "s") == [
        "1|deu|German",
        "0|hin|Hindi",
        "0|por|Portuguese (BR)",
    ]
    assert ask(run.written("mkv"), "stream=codec_name", "s") == ["subrip"] * 3
    assert ask(run.written("mp4"), "stream=codec_name", "s") == ["mov_text"] * 3


def test_pictures_and_sound_are_copied_untouched(mux: Muxed, film: Path, tmp_path: Path) -> None:
    def packets(path: Path) -> list[str]:
        out = tmp_path / f"{path.parent.name}-{path.name}.md5"
        ffmpeg("-i", str(path), "-map", "0:v", "-map", "0:a", "-c", "copy", "-bsf:v", "h264_mp4toannexb", "-f", "streamhash", str(out))  # fmt: skip  # noqa: E501
        return out.read_text().splitlines()

    run = mux(film, [SRT], "en")
    assert packets(run.written("mkv")) == packets(film) == packets(run.written("mp4"))
    assert not run.warnings


@pytest.mark.parametrize(("start", "end"), [(1.5, 5.5), (0.52, 5.3)])
def test_a_clip_is_exactly_as_long_as_asked_with_cues_in_their_place(
    mux: Muxed, film: Path, start: float, end: float
) -> None:
    run = mux(film, [SRT], "en", start=start, end=end)
    for container in ("mkv", "mp4"):
        path = run.written(container)
        assert probe(path).duration_seconds == pytest.approx(end - start, abs=2 * FRAME)
        assert cue_times(path) == pytest.approx([cue - start for cue in CUES], abs=1.1 * FRAME)


def test_the_priming_of_an_encoder_makes_no_clip_longer(mux: Muxed, tmp_path: Path) -> None:
    film = beep_film(tmp_path / "film.mkv", Beep(codec="pcm_s16le"))
    run = mux(film, [SRT], "en", start=1.6, end=5.6)
    for container in ("mkv", "mp4"):
        facts = probe(run.written(container))
        assert facts.duration_seconds == pytest.approx(4.0, abs=0.003)
        assert [s.start_offset_seconds for s in facts.streams[:2]] == pytest.approx([0.0, 0.0], abs=0.003)


@pytest.mark.parametrize("clip", [{}, {"start": 1.5, "end": 5.5}], ids=["whole", "clip"])
def test_equal_requests_give_equal_bytes(film: Path, tmp_path: Path, clip: dict[str, Any]) -> None:
    settings = MuxSettings(languages=("en",))
    first, second = (muxed_film(tmp_path / name, film, [SRT], settings, **clip) for name in ("first", "second"))
    for container in ("mkv", "mp4"):
        assert first.written(container).read_bytes() == second.written(container).read_bytes()


@pytest.mark.parametrize("container", ["mkv", "mp4", "ts"])
def test_a_clip_shows_the_pictures_of_its_time(mux: Muxed, tmp_path: Path, container: str) -> None:
    source = beep_film(tmp_path / f"source.{container}", Beep(codec="aac", at=3.0))
    seen = flash(source) - probe(source).start_timestamp_seconds
    run = mux(source, [SRT], "en", start=1.0, end=5.5)
    for made in ("mkv", "mp4"):
        facts = probe(run.written(made))
        pictures = facts.of_kind("video")[0]
        assert pictures.start_offset_seconds < 2 * FRAME
        start = facts.start_timestamp_seconds + pictures.start_offset_seconds
        assert flash(run.written(made)) - start == pytest.approx(seen - 1.0, abs=1.1 * FRAME)


def cue_ends(path: Path) -> list[float]:
    """When the cues of the first subtitle track end, in the container's time."""
    rows = [row.split("|") for row in ask(path, "packet=pts_time,duration_time,size", "s:0")]
    return [round(float(time) + float(length), 3) for time, length, size in rows if int(size) > 2]


@pytest.mark.parametrize("subtitles", [SRT, VTT, ASS], ids=["srt", "vtt", "ass"])
def test_cues_across_the_ends_of_a_clip_are_cut(mux: Muxed, film: Path, subtitles: bytes) -> None:
    run = mux(film, [subtitles], "en", start=2.5, end=4.8)
    for container in ("mkv", "mp4"):
        path = run.written(container)
        assert cue_times(path) == pytest.approx([0.0, 2.0], abs=1.1 * FRAME)
        assert cue_ends(path) == pytest.approx([0.5, 2.3], abs=1.1 * FRAME)


def test_a_clip_keeps_the_cover(mux: Muxed, tmp_path: Path) -> None:
    cover, song = tmp_path / "cover.png", tmp_path / "song.m4a"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=64x64:duration=1", "-frames:v", "1", str(cover))
    ffmpeg(
        "-i", str(tones(tmp_path / "tone.m4a", 6.0)), "-i", str(cover), "-map", "0", "-map", "1", "-c", "copy",
        "-disposition:v", "attached_pic", str(song),
    )  # fmt: skip
    run = mux(song, [SRT], "en", start=2.2, end=4.9)
    for container in ("mkv", "mp4"):
        facts = probe(run.written(container))
        assert [s.is_picture for s in facts.streams] == [False, False, True]
        assert facts.of_kind("audio")[0].end_seconds == pytest.approx(2.7, abs=0.1)


def test_a_clip_with_a_cover_and_own_subtitles_across_its_start_keeps_the_cover(
    mux: Muxed, film: Path, tmp_path: Path
) -> None:
    own, srt, cover = (tmp_path / name for name in ("own.mkv", "own.srt", "cover.png"))
    srt.write_bytes(SRT)
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=64x64:duration=1", "-frames:v", "1", str(cover))
    ffmpeg(
        "-i", str(film), "-i", str(srt), "-map", "0", "-map", "1", "-c", "copy",
        "-attach", str(cover), "-metadata:s:3", "mimetype=image/png", "-metadata:s:3", "filename=cover.png", str(own),
    )  # fmt: skip
    run = mux(own, [SRT], "en", start=2.5, end=4.8)
    for container in ("mkv", "mp4"):
        path = run.written(container)
        assert [s.is_picture for s in probe(path).streams] == [False, False, False, False, True]
        assert cue_times(path) == pytest.approx([0.0, 2.0], abs=1.1 * FRAME)
        assert cue_times(path, track=1) == pytest.approx([2.0], abs=1.1 * FRAME)


def test_subtitles_of_the_film_that_began_before_a_clip_do_not_make_it_longer(
    mux: Muxed, film: Path, tmp_path: Path
) -> None:
    own, srt = tmp_path / "own.mkv", tmp_path / "own.srt"
    srt.write_bytes(SRT)
    ffmpeg("-i", str(film), "-i", str(srt), "-map", "0", "-map", "1", "-c", "copy", str(own))
    run = mux(own, [SRT], "en", start=2.5, end=4.8)
    for container in ("mkv", "mp4"):
        path = run.written(container)
        assert cue_times(path) == pytest.approx([0.0, 2.0], abs=1.1 * FRAME)
        assert cue_times(path, track=1) == pytest.approx([2.0], abs=1.1 * FRAME)


def test_a_clip_between_two_cues_has_no_subtitles(mux: Muxed, film: Path) -> None:
    run = mux(film, [SRT], "en", start=3.2, end=4.2)
    assert [code for code, _ in run.warnings] == ["SUBTITLES_EMPTY"]
    assert kinds(probe(run.written("mkv"))) == ["video", "audio"]


@pytest.mark.parametrize("rate", [8_000, 11_025, 48_000])
def test_a_clip_of_a_telephone_recording_ends_with_a_whole_packet(mux: Muxed, tmp_path: Path, rate: int) -> None:
    call = tones(tmp_path / "call.wav", 9.0, "-ar", str(rate))
    run = mux(call, [SRT], "en", end=8.0)
    for container in ("mkv", "mp4"):
        assert probe(run.written(container)).duration_seconds == pytest.approx(8.0, abs=0.3)


def test_existing_subtitles_chapters_cover_and_title_are_kept(mux: Muxed, film: Path, tmp_path: Path) -> None:
    rich, chapters, srt, cover = (tmp_path / name for name in ("rich.mkv", "chapters.txt", "old.srt", "cover.png"))
    chapters.write_text(
        ";FFMETADATA1\ntitle=The Film\n"
        "[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=3000\ntitle=One\n"
        "[CHAPTER]\nTIMEBASE=1/1000\nSTART=3000\nEND=6000\ntitle=Two\n"
    )
    srt.write_bytes(SRT)
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=64x64:duration=1", "-frames:v", "1", str(cover))
    ffmpeg(
        "-i", str(film), "-i", str(chapters), "-i", str(srt), "-map", "0", "-map", "2", "-map_metadata", "1",
        "-c", "copy", "-metadata:s:2", "language=fre", "-disposition:s:0", "default",
        "-attach", str(cover), "-metadata:s:3", "mimetype=image/png", "-metadata:s:3", "filename=cover.png", str(rich),
    )  # fmt: skip
    run = mux(rich, [SRT], "en")
    for container in ("mkv", "mp4"):
        facts = probe(run.written(container))
        assert [s.language[:2] for s in facts.of_kind("subtitle")] == ["en", "fr"]
        assert [s.is_default for s in facts.of_kind("subtitle")] == [True, False]
        assert [(c.title, round(c.start)) for c in facts.chapters] == [("One", 0), ("Two", 3)]
        assert sum(s.is_picture for s in facts.streams) == 1
        assert ask(run.written(container), "format_tags=title") == ["The Film"]
    assert not run.warnings


def test_what_mp4_cannot_hold_is_encoded_again_with_a_warning(mux: Muxed, tmp_path: Path) -> None:
    source = tmp_path / "film.mkv"
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=size=160x90:rate=25:duration=6", "-f", "lavfi", "-i", "sine=duration=6",
        "-c:v", "ffv1", "-c:a", "libvorbis", str(source),
    )  # fmt: skip
    run = mux(source, [SRT], "en")
    assert ask(run.written("mkv"), "stream=codec_name") == ["ffv1", "vorbis", "subrip"]
    assert ask(run.written("mp4"), "stream=codec_name") == ["h264", "aac", "mov_text"]
    assert [code for code, _ in run.warnings] == ["STREAM_REENCODED", "STREAM_REENCODED"]


def test_sound_alone_gets_its_subtitles_too(mux: Muxed, tmp_path: Path) -> None:
    run = mux(tones(tmp_path / "tone.mp3", 6.0), [SRT], "en")
    for container in ("mkv", "mp4"):
        assert kinds(probe(run.written(container))) == ["audio", "subtitle"]
        assert cue_times(run.written(container)) == pytest.approx(CUES, abs=0.03)


def test_every_audio_stream_is_kept(mux: Muxed, tmp_path: Path) -> None:
    run = mux(two_languages(tmp_path / "two.mkv"), [VTT], "en", audio_stream=1)
    for container in ("mkv", "mp4"):
        facts = probe(run.written(container))
        assert [s.language for s in facts.of_kind("audio")] == ["eng", "hin"]


def test_subtitles_without_cues_are_left_out_with_a_warning(mux: Muxed, film: Path) -> None:
    run = mux(film, [b"", b"WEBVTT\n", SRT], "de", "fr", "en")
    assert [code for code, _ in run.warnings] == ["SUBTITLES_EMPTY", "SUBTITLES_EMPTY"]
    assert [s.language for s in probe(run.written("mkv")).of_kind("subtitle")] == ["eng"]


def test_a_film_without_any_cue_is_still_a_film(mux: Muxed, film: Path) -> None:
    run = mux(film, [b""], "en")
    assert kinds(probe(run.written("mkv"))) == kinds(probe(run.written("mp4"))) == ["video", "audio"]


def test_only_the_asked_containers_are_written(mux: Muxed, film: Path) -> None:
    run = mux(film, [SRT], "en", settings=MuxSettings(containers=("mp4",)))
    assert [output.role for output in run.outputs] == ["mp4"]


def test_an_unknown_container_is_refused() -> None:
    with pytest.raises(CuegraphError) as failure:
        MuxSettings(containers=("mkw",))
    assert failure.value.code == "NAME_UNKNOWN"
    assert "'mkv'" in str(failure.value)


@pytest.mark.parametrize(
    ("subtitles", "languages", "code"),
    [
        ([SRT], (), "REQUEST_INVALID"),
        ([SRT], ("xx",), "NAME_UNKNOWN"),
        ([b"Dear diary"], ("en",), "DOCUMENT_INVALID"),
        (["1\n00:00:01,000 --> 00:00:02,000\né\n".encode("latin-1")], ("en",), "DOCUMENT_INVALID"),
    ],
)
def test_subtitles_that_make_no_sense_are_refused(
    mux: Muxed, film: Path, subtitles: list[bytes], languages: tuple[str, ...], code: str
) -> None:
    with pytest.raises(CuegraphError) as failure:
        mux(film, subtitles, *languages)
    assert failure.value.code == code


def test_a_playlist_given_as_subtitles_opens_nothing(mux: Muxed, film: Path, tmp_path: Path) -> None:
    playlist = hls_playlist(tmp_path / "p.m3u8", [str(film)]).read_bytes()
    with pytest.raises(CuegraphError) as failure:
        mux(film, [playlist], "en")
    assert failure.value.code == "DOCUMENT_INVALID"


def test_a_film_that_lost_a_cue_is_found_invalid(mux: Muxed, film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def one_more(path: Path, tag: str) -> Any:
        subtitles = read_subtitles(path, tag)
        return replace(subtitles, cue_count=subtitles.cue_count + 1)

    monkeypatch.setattr("services.mux.stage.read_subtitles", one_more)
    with pytest.raises(CuegraphError) as failure:
        mux(film, [SRT], "en")
    assert failure.value.code == "OUTPUT_INVALID"


def test_interlaced_broadcast_with_h264_and_ac3_goes_into_both(mux: Muxed, tmp_path: Path) -> None:
    source = tmp_path / "broadcast.ts"
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=size=160x96:rate=25:duration=6", "-f", "lavfi", "-i", "sine=duration=6",
        *H264, "-flags", "+ilme+ildct", "-c:a", "ac3", str(source),
    )  # fmt: skip
    run = mux(source, [SRT], "en")
    assert ask(run.written("mp4"), "stream=codec_name") == ["h264", "ac3", "mov_text"]
