"""Lyrics tells singing from speech by the stems: over music, shouted, and on one note."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from services.documents import codec
from services.documents.lyrics import Lyrics as LyricsDocument
from services.documents.lyrics import Span
from services.documents.media import AudioTrack, Media, Stream
from services.lyrics.settings import LyricsSettings
from services.lyrics.stage import Lyrics
from services.runtime.testing import Given, make_run
from tests import synthetic_music
from tests.hard_film import HardFilm, Part
from tests.readings import FOLDER, spoken
from tests.spoken_parts import transcript_of
from tests.synthetic_music import scaled
from tests.synthetic_singing import HOP, revoiced

RATE = 16_000
READINGS = ("0870", "0880", "0890", "0920", "0930")


def media_of(start: float, seconds: float) -> Media:
    track = AudioTrack("audio:0", start, RATE, round(seconds * RATE))
    return Media("matroska,webm", track.end, 0.0, (Stream("audio:0", 0, "audio", "aac"),), track)


def found(
    parts: tuple[Part, ...],
    media: Media,
    stems: tuple[Path, Path],
    folder: Path,
    settings: LyricsSettings | None = None,
) -> list[Span]:
    inputs: dict[str, Given] = {
        "transcript": codec.to_json(transcript_of(parts, media.speech_audio)),
        "vocals": stems[0],
        "accompaniment": stems[1],
        "media": codec.to_json(media),
    }
    run = make_run(Lyrics(), settings=settings, inputs=inputs, folder=folder)
    Lyrics().run(run)
    return list(codec.from_json(LyricsDocument, run.written("lyrics").read_bytes()).spans)


def in_hard_film(film: HardFilm, folder: Path) -> list[Span]:
    stems = (film.vocals, film.accompaniment)
    return found(film.parts, media_of(film.offset, film.seconds), stems, folder)


def test_the_song_is_found_and_only_the_song(hard_film: HardFilm, tmp_path: Path) -> None:
    (song,) = hard_film.of_kind("singing")
    (span,) = (span for span in in_hard_film(hard_film, tmp_path) if span.kind == "singing")
    assert abs(span.start - song.start) < 0.5
    assert abs(span.end - song.end) < 0.5
    assert span.confidence > 0.9
    assert span.sources == ("segment:6",)


def test_music_without_words_is_found_and_silence_is_not_music(hard_film: HardFilm, tmp_path: Path) -> None:
    (music,) = hard_film.of_kind("music")
    (span,) = (span for span in in_hard_film(hard_film, tmp_path) if span.kind == "music")
    assert abs(span.start - music.start) < 0.5
    assert abs(span.end - music.end) < 0.5
    assert span.sources == ("audio:0",)


def test_every_span_of_singing_tells_its_evidence(hard_film: HardFilm, tmp_path: Path) -> None:
    (span,) = (span for span in in_hard_film(hard_film, tmp_path) if span.kind == "singing")
    weights = {it.name: it.weight for it in span.evidence}
    assert list(weights) == ["pitch_stability", "melody", "sustain", "music", "repetition", "soundtrack"]
    assert weights["pitch_stability"] > max(weight for name, weight in weights.items() if name != "pitch_stability")


def read(name: str) -> NDArray[np.float64]:
    return np.asarray(soundfile.read(FOLDER / f"{name}.flac", dtype="float64")[0], np.float64)


def as_read(samples: NDArray[np.float64]) -> NDArray[np.float32]:
    return scaled(samples, 0.1)


def monotone(samples: NDArray[np.float64]) -> NDArray[np.float32]:
    return revoiced(samples, np.full(len(samples) // HOP, 120.0))


def shouted(samples: NDArray[np.float64]) -> NDArray[np.float32]:
    """High, hoarse, and falling with every syllable."""
    time = np.arange(len(samples) // HOP) * HOP / RATE
    voice = revoiced(samples, 330 * 2 ** (-(time % 0.45) * 1.2))
    return np.asarray(np.tanh(12 * voice) * 0.3, np.float32)


@pytest.mark.parametrize("voice", [as_read, monotone, shouted])
@pytest.mark.parametrize("music_level", [0.0, 0.05, 0.3])
def test_speech_is_no_song_however_it_is_said_and_however_loud_the_music(
    voice: object, music_level: float, tmp_path: Path
) -> None:
    assert callable(voice)
    pieces = [voice(read(name)) for name in READINGS]
    vocals = np.concatenate(pieces)
    music = synthetic_music.play(len(vocals) / RATE + 1)
    stems = tmp_path / "vocals.flac", tmp_path / "accompaniment.flac"
    soundfile.write(stems[0], np.stack([vocals, vocals], axis=1), RATE)
    loud = music[: len(vocals) * synthetic_music.RATE // RATE] * music_level / 0.1
    soundfile.write(stems[1], loud, synthetic_music.RATE)
    ends = np.cumsum([len(piece) for piece in pieces]) / RATE
    starts = [0.0, *ends[:-1]]
    parts = tuple(
        Part("speech", float(start), float(end), "reader", spoken()[name])
        for name, start, end in zip(READINGS, starts, ends, strict=True)
    )
    spans = found(parts, media_of(0.0, len(vocals) / RATE), stems, tmp_path)
    assert [span.evidence for span in spans if span.kind == "singing"] == []
