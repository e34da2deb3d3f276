"""Separates a file in a process of its own and prints its peak memory in bytes: python -m tests.separation_memory."""

from __future__ import annotations

import resource
import sys
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import soundfile

from services.documents.media import AudioTrack
from services.runtime.progress import Progress
from services.separation.overlap import separate
from services.separation.resampling import Samples
from services.separation.separator import Check
from services.separation.sound import Sound
from services.separation.stems import write_speech, write_stems


@dataclass(frozen=True)
class FakeSeparator:
    """Hears half of everything as voice, in windows as long as those of demucs."""

    sample_rate: int = 44_100
    window: int = 343_980

    def vocals(self, mixture: Samples, check: Check) -> Samples:
        return mixture * np.float32(0.5)


def main(full_audio: Path) -> None:
    separator, progress = FakeSeparator(), Progress()
    vocals, accompaniment = full_audio.with_name("vocals.flac"), full_audio.with_name("accompaniment.flac")
    with soundfile.SoundFile(full_audio) as file:
        seconds = file.frames // file.samplerate
        sound = Sound(file, separator.sample_rate, seconds * separator.sample_rate, Fraction(0))
        write_stems(separate(sound, separator, 0.25, progress.check), sound, vocals, accompaniment, progress)
    track = AudioTrack("audio:0", 0.0, 16_000, seconds * 16_000)
    write_speech(vocals, track, full_audio.with_name("speech_vocals.wav"), progress)
    sys.stdout.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
