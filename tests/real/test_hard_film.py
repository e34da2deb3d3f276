"""The hard film is what it says it is: its stems, its times and its cuts."""

from __future__ import annotations

import numpy as np
import soundfile

from services.runtime.media import probe
from tests.hard_film import SPEECH_OVER_MUSIC_DB, HardFilm, Part


def level(film: HardFilm, part: Part, stem: str) -> float:
    """Root mean square of a stem over a part; 0 where there is nothing."""
    samples, rate = soundfile.read(getattr(film, stem), dtype="float64")
    start, end = (round((time - film.offset) * rate) for time in (part.start, part.end))
    return float(np.sqrt(np.mean(samples[start:end] ** 2)))


def test_it_has_every_kind_of_part_and_two_speakers(hard_film: HardFilm) -> None:
    kinds = {part.kind for part in hard_film.parts}
    assert kinds == {"speech", "speech_over_music", "singing", "music", "silence"}
    assert {part.speaker for part in hard_film.of_kind("speech")} == {"reader", "guest"}


def test_the_music_is_louder_than_the_speech_over_it(hard_film: HardFilm) -> None:
    for part in hard_film.of_kind("speech_over_music"):
        ratio = level(hard_film, part, "vocals") / level(hard_film, part, "accompaniment")
        assert abs(20 * np.log10(ratio) - SPEECH_OVER_MUSIC_DB) < 0.5


def test_music_alone_has_no_voice_and_silence_has_nothing(hard_film: HardFilm) -> None:
    (music,), (silence,) = hard_film.of_kind("music"), hard_film.of_kind("silence")
    assert level(hard_film, music, "vocals") == 0 < level(hard_film, music, "accompaniment")
    assert level(hard_film, silence, "vocals") == level(hard_film, silence, "accompaniment") == 0
    assert silence.end - silence.start >= 8


def test_nothing_is_clipped(hard_film: HardFilm) -> None:
    vocals, _ = soundfile.read(hard_film.vocals)
    music, _ = soundfile.read(hard_film.accompaniment)
    assert np.abs(vocals + music).max() < 0.99


def test_the_film_lasts_as_long_as_its_sound_and_its_cuts_lie_on_frames(hard_film: HardFilm) -> None:
    assert abs(probe(hard_film.path).duration_seconds - hard_film.seconds) < 0.5
    frames = [(cut - hard_film.offset) * 25 for cut in hard_film.cuts]
    assert np.allclose(frames, np.round(frames), atol=1e-6)
