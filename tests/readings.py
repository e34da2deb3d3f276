"""The sample readings as speech audio: where each lies, what is said, and the models that hear it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from services.documents.media import AudioTrack, Media, Stream
from services.runtime.models import Catalog, ModelStore
from services.runtime.settings import quiet_libraries

FOLDER = Path(__file__).parent / "media"
RATE = 16_000

# Before any test imports the libraries that this silences.
quiet_libraries()


@dataclass(frozen=True)
class Reading:
    """One reading in a recording."""

    words: str
    start: float
    """Seconds from the first sample at which speech begins: recordings have a little silence around it."""
    end: float


@dataclass(frozen=True)
class Recording:
    """Speech audio, as demux writes it."""

    path: Path
    media: Media
    readings: tuple[Reading, ...] = ()

    @property
    def track(self) -> AudioTrack:
        return self.media.speech_audio

    @property
    def words(self) -> str:
        return " ".join(reading.words for reading in self.readings)


def model_folder(name: str, folder: Path) -> Path:
    """A model of the catalog, checked, kept below `folder`."""
    return ModelStore(folder, Catalog.load()).path(name)


def spoken() -> dict[str, str]:
    """What each sample reading says."""
    return dict(re.findall(r"^\| (\d+)\.flac \| (.+) \|$", (FOLDER / "README.md").read_text(), re.MULTILINE))


def record(path: Path, names: Sequence[str], *, pause: float, start: float = 0.0) -> Recording:
    """Writes the readings with `pause` seconds before, between and after them; film time begins at `start`."""
    silence = np.zeros(round(pause * RATE), np.float32)
    pieces, readings, position = [silence], [], len(silence)
    for name in names:
        samples = np.asarray(soundfile.read(FOLDER / f"{name}.flac", dtype="float32")[0], np.float32)
        first, last = _loud(samples)
        readings.append(Reading(spoken()[name], (position + first) / RATE, (position + last) / RATE))
        pieces += [samples, silence]
        position += len(samples) + len(silence)
    return save(path, np.concatenate(pieces), tuple(readings), start=start)


def save(
    path: Path,
    samples: NDArray[np.float32],
    readings: tuple[Reading, ...] = (),
    *,
    start: float = 0.0,
    rate: int = RATE,
) -> Recording:
    """Writes samples as 16-bit PCM, with the media document that fits them."""
    soundfile.write(path, samples, rate, subtype="PCM_16", format="WAV")
    streams = (Stream("audio:0", 0, "audio", "pcm_s16le"),)
    track = AudioTrack("audio:0", start, rate, len(samples))
    return Recording(path, Media("wav", track.end, 0.0, streams, track), readings)


def normalised(text: str) -> str:
    """Words alone, as the readings' own text has them: lower case, no punctuation, titles in full."""
    words = re.sub(r"[^a-z ]", " ", text.lower()).split()
    return " ".join("mister" if word == "mr" else word for word in words)


def _loud(samples: NDArray[np.float32]) -> tuple[int, int]:
    """First and last sample of speech: 20 ms frames within 40 dB of the loudest."""
    length = RATE // 50
    frames = samples[: len(samples) // length * length].reshape(-1, length)
    power = np.square(frames).mean(axis=1)
    loud = np.flatnonzero(power > power.max() * 1e-4)
    return int(loud[0]) * length, int(loud[-1] + 1) * length
