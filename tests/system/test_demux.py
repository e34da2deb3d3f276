"""Demux lays the audio exactly in film time, whatever the container does with its timestamps."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from services.demux.stage import Demux, DemuxSettings
from services.documents.codec import from_json
from services.documents.media import Media
from services.runtime.errors import Cancelled, CuegraphError
from services.runtime.media import probe
from services.runtime.progress import Progress
from services.runtime.testing import RecordedRun, make_run
from tests.film import H264, ffmpeg
from tests.odd_media import Beep, beep_film, beginning_at, flash, pictures_only, put_together, tones, two_languages

RATE = 16_000
SAMPLE = 1 / RATE
FRAME = 1 / 25
Samples = npt.NDArray[np.int16]
Demuxed = Callable[..., RecordedRun[DemuxSettings]]


@pytest.fixture
def demux(tmp_path: Path) -> Demuxed:
    """Runs the stage on a film, with these settings, in a folder of its own."""
    runs = iter(range(100))

    def run(film: Path, progress: Progress | None = None, **settings: Any) -> RecordedRun[DemuxSettings]:
        stage = Demux()
        made = make_run(
            stage,
            settings=DemuxSettings(**settings),
            inputs={"media": film},
            folder=tmp_path / f"run{next(runs)}",
            progress=progress,
        )
        stage.run(made)
        return made

    return run


def speech(run: RecordedRun[DemuxSettings]) -> Samples:
    samples, rate = soundfile.read(run.written("speech_audio"), dtype="int16")
    assert rate == RATE
    return cast(Samples, samples)


def document(run: RecordedRun[DemuxSettings]) -> Media:
    return from_json(Media, run.written("media_document").read_bytes())


def onset(samples: Samples) -> float:
    """Seconds from sample 0 to the first that is loud."""
    return float(np.argmax(np.abs(samples.astype(int)) > 1500)) * SAMPLE


def pitch(samples: Samples) -> int:
    """The loudest frequency in Hz."""
    spectrum = np.abs(np.fft.rfft(samples.astype(float)))
    return round(int(np.argmax(spectrum)) * RATE / len(samples))


CODECS = ("flac", "aac", "libmp3lame", "libopus", "ac3")


@pytest.mark.parametrize(
    ("container", "codec"), [*product(["mkv", "mp4"], CODECS), *product(["ts"], CODECS[1:])]
)  # MPEG-TS cannot hold FLAC
def test_the_tone_is_heard_when_the_white_frame_is_seen(
    demux: Demuxed, tmp_path: Path, codec: str, container: str
) -> None:
    film = beep_film(tmp_path / f"film.{container}", Beep(codec=codec))
    run = demux(film)
    seen = flash(film) - document(run).start_timestamp_seconds
    heard = onset(speech(run))
    # Lossy codecs smear a beginning; ffmpeg's Matroska writer counts the pre-skip of Opus (6.5 ms) twice.
    assert heard == pytest.approx(seen, abs={"flac": 0.0015, "libopus": 0.008}.get(codec, 0.0055))


@pytest.mark.parametrize("container", ["mkv", "mp4", "ts"])
@pytest.mark.parametrize("delay", [1.5, 0.012, -1.52])
def test_a_stream_that_begins_later_keeps_its_distance(
    demux: Demuxed, tmp_path: Path, container: str, delay: float
) -> None:
    codec = "ac3" if container == "ts" else "flac"
    film = beep_film(tmp_path / f"film.{container}", Beep(codec=codec, audio_delay=delay))
    run = demux(film)
    audio, video = (next(s for s in document(run).streams if s.kind == kind) for kind in ("audio", "video"))
    # The white frame of a delayed picture lies on the grid of frames; the start offsets do not.
    assert audio.start_offset_seconds - video.start_offset_seconds == pytest.approx(delay, abs=0.03)
    assert onset(speech(run)) == pytest.approx(
        2.0 + audio.start_offset_seconds, abs=0.006 if codec == "ac3" else 0.0015
    )


@pytest.mark.parametrize("container", ["mkv", "mp4"])
def test_a_film_that_begins_at_a_late_time_is_heard_from_its_beginning(
    demux: Demuxed, tmp_path: Path, container: str
) -> None:
    film = beep_film(tmp_path / "film.mkv", Beep(audio_delay=1.5))
    late = beginning_at(tmp_path / f"late.{container}", film, 100.0, "-strict", "-2")
    assert onset(speech(demux(late))) == pytest.approx(3.5, abs=0.0015)


def test_sound_that_is_edited_out_of_a_film_is_not_heard(demux: Demuxed, tmp_path: Path) -> None:
    whole = beep_film(tmp_path / "whole.mp4", Beep(codec="aac", at=6.0, seconds=10.0))
    run = demux(put_together(tmp_path / "cut.mp4", whole, [(0, 2), (6, 10)]))
    assert onset(speech(run)) == pytest.approx(2.0, abs=0.03)
    assert len(speech(run)) * SAMPLE == pytest.approx(6.0, abs=0.05)


def test_lossless_audio_comes_out_to_the_sample(demux: Demuxed, tmp_path: Path) -> None:
    film = beep_film(tmp_path / "film.mkv", Beep(audio_delay=1.5))
    assert onset(speech(demux(film))) == pytest.approx(3.5, abs=2 * SAMPLE)


def test_a_gap_in_the_middle_is_silence_of_the_same_length(demux: Demuxed, tmp_path: Path) -> None:
    whole, film = tmp_path / "whole.mkv", tmp_path / "gap.mkv"
    beep_film(whole, Beep(at=4.0))
    ffmpeg(
        "-i", str(whole), "-map", "0", "-c", "copy",
        "-bsf:a", "noise=drop='between(pts*tb,1,3)'", str(film),
    )  # fmt: skip
    assert onset(speech(demux(film))) == pytest.approx(4.0, abs=2 * SAMPLE)


@pytest.mark.parametrize("container", ["mkv", "mp4", "ts"])
@pytest.mark.parametrize(("start", "end"), [(12.3456, 17.89), (0.0, 0.5), (25.0001, 29.0), (11.0, 11.0001)])
def test_a_clip_holds_the_samples_of_the_whole_film(
    demux: Demuxed, sweep: dict[str, Path], container: str, start: float, end: float
) -> None:
    whole, clip = demux(sweep[container]), demux(sweep[container], start=start, end=end)
    audio = document(clip).speech_audio
    first = audio.start * RATE
    assert first == round(start * RATE)
    assert audio.sample_count == len(speech(clip)) == round((end - start) * RATE)
    expected = speech(whole)[round(first) : round(first) + audio.sample_count]
    assert np.abs(expected.astype(int) - speech(clip)).max() == 0


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Thirty seconds in which no moment sounds like another, with B-frames, in three containers."""
    folder = tmp_path_factory.mktemp("sweep")
    source = "aevalsrc=0.5*sin(2*PI*(200+30*t)*t):s=48000:d=30"
    films = {container: folder / f"film.{container}" for container in ("mkv", "mp4", "ts")}
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=size=160x90:rate=25:duration=30", "-f", "lavfi", "-i", source,
        *H264, "-c:a", "aac", str(films["mp4"]),
    )  # fmt: skip
    for container in ("mkv", "ts"):
        ffmpeg("-i", str(films["mp4"]), "-c", "copy", str(films[container]))
    return films


def test_a_clip_in_which_there_is_no_sound_is_silence(demux: Demuxed, tmp_path: Path) -> None:
    film = beep_film(tmp_path / "film.mkv", Beep(seconds=3.0, audio_delay=4.0))
    clip = speech(demux(film, start=0.5, end=2.5))
    assert len(clip) == 2 * RATE
    assert not clip.any()


def test_a_clip_after_the_last_sound_is_silence(demux: Demuxed, tmp_path: Path) -> None:
    film = beep_film(tmp_path / "film.mkv", Beep(seconds=3.0, audio_delay=-20.0))
    clip = speech(demux(film, start=20.5, end=22.5))
    assert len(clip) == 2 * RATE
    assert not clip.any()


def test_the_document_says_what_is_in_the_film(demux: Demuxed, tmp_path: Path) -> None:
    film = two_languages(tmp_path / "two.mkv")
    media = document(demux(film))
    assert media.container == "matroska,webm"
    assert [(s.id, s.language_code, s.sample_rate, s.is_default) for s in media.streams] == [
        ("audio:0", "eng", 44_100, True),
        ("audio:1", "hin", 44_100, False),
    ]
    assert media.speech_audio.stream == "audio:0"
    assert (media.clip_start, media.clip_end) == (None, None)


@pytest.mark.parametrize(
    ("settings", "stream", "hertz"),
    [
        ({"audio_stream": 0, "audio_language": "hi"}, "audio:0", 440),
        ({"audio_language": "en", "preferred_language": "hi"}, "audio:0", 440),
        ({"preferred_language": "en"}, "audio:0", 440),
    ],
)
def test_the_stream_is_chosen_by_position_by_language_or_by_preference(
    demux: Demuxed, tmp_path: Path, settings: dict[str, object], stream: str, hertz: int
) -> None:
    run = demux(two_languages(tmp_path / "two.mkv", default=1), **settings)
    assert document(run).speech_audio.stream == stream
    assert pitch(speech(run)) == pytest.approx(hertz, abs=2)
    assert not run.warnings


@pytest.mark.parametrize("settings", [{}, {"preferred_language": "fr"}])
def test_without_a_choice_the_default_stream_is_taken_with_a_warning(
    demux: Demuxed, tmp_path: Path, settings: dict[str, object]
) -> None:
    run = demux(two_languages(tmp_path / "two.mkv", default=1), **settings)
    assert document(run).speech_audio.stream == "audio:1"
    assert [code for code, _ in run.warnings] == ["AUDIO_STREAM_ASSUMED"]


@pytest.mark.parametrize("settings", [{"audio_stream": 2}, {"audio_language": "fr"}])
def test_a_stream_that_is_not_there_is_refused(demux: Demuxed, tmp_path: Path, settings: dict[str, object]) -> None:
    with pytest.raises(CuegraphError) as failure:
        demux(two_languages(tmp_path / "two.mkv"), **settings)
    assert failure.value.code == "SETTING_INVALID"


def test_full_audio_keeps_rate_and_channels_and_lies_in_the_same_time(demux: Demuxed, tmp_path: Path) -> None:
    film = beep_film(tmp_path / "film.mkv", Beep(audio_delay=1.5))
    run = demux(film, full_audio=True, start=1.0, end=5.5)
    samples, rate = soundfile.read(run.written("full_audio"), dtype="int16")
    assert (rate, samples.shape) == (48_000, (216_000, 2))
    assert np.argmax(np.abs(samples[:, 0].astype(int)) > 1500) / rate == pytest.approx(2.5, abs=2 / rate)


def test_equal_films_give_equal_bytes(demux: Demuxed, tmp_path: Path) -> None:
    film = tones(tmp_path / "tone.mp3", 3.0)
    copy = Path(shutil.copy(film, tmp_path / "another name.mp3"))
    assert demux(film).written("speech_audio").read_bytes() == demux(copy).written("speech_audio").read_bytes()


def test_progress_is_told_in_seconds_of_the_clip(demux: Demuxed, sweep: dict[str, Path]) -> None:
    told: list[tuple[float, float | None]] = []
    demux(sweep["mkv"], Progress(report=lambda done, total: told.append((done, total))), start=12.0, end=20.0)
    assert told[0] == (0.0, 8.0)
    assert told[-1] == (8.0, 8.0)
    assert told == sorted(told)


def test_a_cancelled_run_stops(demux: Demuxed, sweep: dict[str, Path]) -> None:
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(Cancelled):
        demux(sweep["mkv"], Progress(cancelled=cancelled))


def test_damage_in_the_middle_is_a_warning_and_shifts_nothing(demux: Demuxed, tmp_path: Path) -> None:
    whole = beep_film(tmp_path / "whole.mkv", Beep(at=4.0))
    damaged = tmp_path / "damaged.mkv"
    noise = "noise=amount='if(between(pts*tb,1,2),5,0)'"
    ffmpeg("-i", str(whole), "-map", "0", "-c", "copy", "-bsf:a", noise, str(damaged))
    run = demux(damaged)
    assert [code for code, _ in run.warnings] == ["MEDIA_FAULTS"]
    assert onset(speech(run)[3 * RATE :]) == pytest.approx(1.0, abs=2 * SAMPLE)


def test_pictures_alone_are_refused(demux: Demuxed, tmp_path: Path) -> None:
    with pytest.raises(CuegraphError) as failure:
        demux(pictures_only(tmp_path / "film.mp4"))
    assert failure.value.code == "MEDIA_WITHOUT_AUDIO"


def test_written_audio_is_a_plain_wav(demux: Demuxed, tmp_path: Path) -> None:
    written = probe(demux(tones(tmp_path / "tone.flac", 2.0)).written("speech_audio"))
    assert (written.container, written.streams[0].codec, written.streams[0].channels) == ("wav", "pcm_s16le", 1)
    assert written.duration_seconds == 2.0
