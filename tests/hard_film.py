"""A film with all that makes work hard: two speakers, speech over music, a song, music alone and silence; all known.

python -m tests.hard_film FOLDER
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from services.runtime.media import probe
from tests import synthetic_music
from tests.film import AAC, H264, ffmpeg
from tests.readings import FOLDER, spoken
from tests.synthetic_music import BEAT_SECONDS, scaled
from tests.synthetic_singing import Note, sing
from tests.synthetic_speech import is_available, speak

RATE = 44_100
SPEECH_RATE = 16_000
SPEECH_LEVEL = 0.05
"""Root mean square of speech and singing; full scale is 1."""
SPEECH_OVER_MUSIC_DB = -5.0
"""How much louder the speech is than the music under it: the music is the louder one."""
SONG_OVER_MUSIC_DB = 3.0
PAUSE_SECONDS = 1.0
SILENCE_SECONDS = 9.0
MUSIC_SECONDS = 8.0
REPLIES = ("Good evening. I have waited for you since noon.", "Then let us go home before the rain comes.")
LINES = ("sing with me and hold my hand", "we will walk on sea and sand", "sing with me and hold my hand")
MELODY = ((60, 62, 64, 67, 67, 64, 62), (69, 69, 67, 64, 65, 64, 60), (60, 62, 64, 67, 67, 64, 60))
FRAME_RATE = 25
PICTURES = ("testsrc2", "smptehdbars", "mandelbrot", "rgbtestsrc", "testsrc", "pal75bars", "yuvtestsrc")

Kind = Literal["speech", "speech_over_music", "singing", "music", "silence"]
Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Part:
    """One stretch of the film."""

    kind: Kind
    start: float
    """Film time in seconds."""
    end: float
    speaker: str = ""
    """`reader`, `guest` or `singer`; empty where nobody is heard."""
    text: str = ""
    """What is said or sung, lower case without punctuation."""


@dataclass(frozen=True)
class HardFilm:
    """The film and the truth about it."""

    path: Path
    seconds: float
    parts: tuple[Part, ...]
    """In order of time. Between them is a second without a sound."""
    cuts: tuple[float, ...]
    """Film times of the first frames after hard cuts."""
    vocals: Path
    """What is said and sung, alone: stereo FLAC at 44.1 kHz; its first sample is heard at `offset`."""
    accompaniment: Path
    """The music alone, likewise."""
    offset: float
    """Film time in seconds at which the sound begins."""

    def of_kind(self, kind: Kind) -> list[Part]:
        return [part for part in self.parts if part.kind == kind]

    @property
    def words(self) -> list[str]:
        """All that is said and sung."""
        return [word for part in self.parts for word in part.text.split()]


@dataclass(frozen=True)
class Sound:
    """A part before it has its place: both stems, shape (samples, 2), equally long."""

    kind: Kind
    vocals: Samples
    music: Samples
    speaker: str = ""
    text: str = ""


@pytest.fixture(scope="session")
def hard_film(tmp_path_factory: pytest.TempPathFactory) -> HardFilm:
    """The hard film, made once per session."""
    if not is_available():
        pytest.skip("Debian's festival is not installed: make setup")
    return make_hard_film(tmp_path_factory.mktemp("hard-film"))


def make_hard_film(folder: Path) -> HardFilm:
    """Writes the film and its stems into `folder`: always the same samples and pictures."""
    sounds = _sounds(folder / "scratch.wav")
    vocals, accompaniment = (_joined([getattr(it, stem) for it in sounds]) for stem in ("vocals", "music"))
    stems = folder / "vocals.flac", folder / "accompaniment.flac"
    for path, samples in zip(stems, (vocals, accompaniment), strict=True):
        soundfile.write(path, samples, RATE, subtype="PCM_16")
    soundfile.write(folder / "mix.wav", vocals + accompaniment, RATE, subtype="PCM_16")
    seconds = len(vocals) / RATE
    path = _film(folder / "hard.mkv", folder / "mix.wav", seconds)
    offset = probe(path).of_kind("video")[0].start_offset_seconds
    cuts = tuple(offset + _scene_seconds(seconds) * scene for scene in range(1, len(PICTURES)))
    return HardFilm(path, seconds, _placed(sounds, offset), cuts, *stems, offset)


def _sounds(scratch: Path) -> list[Sound]:
    return [
        _read("0870"),
        _reply(REPLIES[0], scratch),
        _read("0880"),
        _reply(REPLIES[1], scratch),
        _over_music(_read("0890")),
        _over_music(_read("0920")),
        _song(scratch),
        _music("music", MUSIC_SECONDS),
        _silence(SILENCE_SECONDS),
        _read("0930"),
    ]


def _read(name: str) -> Sound:
    samples = np.asarray(soundfile.read(FOLDER / f"{name}.flac", dtype="float64")[0], np.float64)
    return _spoken(samples, "reader", spoken()[name])


def _reply(text: str, scratch: Path) -> Sound:
    speak(text, scratch)
    samples = np.asarray(soundfile.read(scratch, dtype="float64")[0], np.float64)
    return _spoken(samples, "guest", text.lower().replace(".", ""))


def _spoken(samples: NDArray[np.float64], speaker: str, text: str) -> Sound:
    vocals = _stereo(scaled(samples, SPEECH_LEVEL))
    return Sound("speech", vocals, np.zeros_like(vocals), speaker, text)


def _over_music(said: Sound) -> Sound:
    music = synthetic_music.play(len(said.vocals) / RATE)[: len(said.vocals)]
    loud = scaled(music.astype(np.float64), SPEECH_LEVEL * _ratio(-SPEECH_OVER_MUSIC_DB))
    return Sound("speech_over_music", said.vocals, loud, said.speaker, said.text)


def _song(scratch: Path) -> Sound:
    sung = [sing(_notes(line, tune), scratch) for line, tune in zip(LINES, MELODY, strict=True)]
    bar = round(8 * BEAT_SECONDS * SPEECH_RATE)
    lines = np.concatenate([np.pad(line, (0, max(0, bar - len(line))))[:bar] for line in sung])
    vocals = _stereo(lines)
    music = synthetic_music.play(len(vocals) / RATE)[: len(vocals)]
    quiet = scaled(music.astype(np.float64), SPEECH_LEVEL * _ratio(-SONG_OVER_MUSIC_DB))
    return Sound("singing", vocals, quiet, "singer", " ".join(LINES))


def _notes(line: str, tune: Sequence[int]) -> list[Note]:
    """A beat for each word, and what is left of the bar but half a beat for the last."""
    words = line.split()
    ends = [*range(1, len(words)), 7.5]
    return [
        Note(word, place * BEAT_SECONDS, end * BEAT_SECONDS, pitch)
        for place, (word, end, pitch) in enumerate(zip(words, ends, tune, strict=True))
    ]


def _music(kind: Kind, seconds: float) -> Sound:
    music = scaled(synthetic_music.play(seconds).astype(np.float64), SPEECH_LEVEL)
    return Sound(kind, np.zeros_like(music), music)


def _silence(seconds: float) -> Sound:
    nothing = np.zeros((round(seconds * RATE), 2), np.float32)
    return Sound("silence", nothing, nothing)


def _stereo(samples: NDArray[np.float32]) -> Samples:
    """Mono at 16 kHz as stereo at 44.1 kHz, by the spectrum: nothing above 8 kHz comes in."""
    length = round(len(samples) * RATE / SPEECH_RATE)
    spectrum = np.fft.rfft(samples)
    resampled = np.fft.irfft(np.pad(spectrum, (0, length // 2 + 1 - len(spectrum))), length) * (RATE / SPEECH_RATE)
    return np.asarray(np.stack([resampled, resampled], axis=1), np.float32)


def _ratio(decibel: float) -> float:
    return float(10 ** (decibel / 20))


def _joined(pieces: Sequence[Samples]) -> Samples:
    """The pieces with a pause before, between and after them."""
    pause = np.zeros((round(PAUSE_SECONDS * RATE), 2), np.float32)
    return np.concatenate([pause, *(part for piece in pieces for part in (piece, pause))])


def _placed(sounds: Sequence[Sound], offset: float) -> tuple[Part, ...]:
    parts, position = [], offset
    for sound in sounds:
        start = position + PAUSE_SECONDS
        position = start + len(sound.vocals) / RATE
        parts.append(Part(sound.kind, start, position, sound.speaker, sound.text))
    return tuple(parts)


def _film(path: Path, sound: Path, seconds: float) -> Path:
    """Puts the sound under a series of pictures with hard cuts between them."""
    scene = _scene_seconds(seconds)
    shown = [word for name in PICTURES for word in ("-f", "lavfi", "-t", f"{scene:.6f}", "-i", _picture(name))]
    joined = "".join(f"[{n + 1}:v]format=yuv420p,setsar=1[v{n}];" for n in range(len(PICTURES)))
    joined += "".join(f"[v{n}]" for n in range(len(PICTURES))) + f"concat=n={len(PICTURES)}[v]"
    ffmpeg(
        "-i", str(sound), *shown, "-filter_complex", joined, "-map", "[v]", *H264, "-map", "0:a", *AAC,
        "-metadata", "title=An evening by the sea", str(path),
    )  # fmt: skip
    return path


def _scene_seconds(seconds: float) -> float:
    """The length of each picture, in whole frames, so that they last as long as the sound or a little longer."""
    return math.ceil(seconds * FRAME_RATE / len(PICTURES)) / FRAME_RATE


def _picture(name: str) -> str:
    return f"{name}=size=320x180:rate={FRAME_RATE}"


def main(arguments: Sequence[str]) -> None:
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    film = make_hard_film(folder)
    sys.stdout.write("".join(f"{part}\n" for part in film.parts) + f"{film.path} {film.seconds:.1f} s\n")


if __name__ == "__main__":
    main(sys.argv[1:])
