"""Reads stretches of the speech audio: never more than one window at a time."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import numpy as np
import soundfile
from numpy.typing import NDArray

from services.documents.media import AudioTrack
from services.runtime.errors import InvalidRequest
from services.runtime.sound import SoundShape, require_rate, require_shape

Samples = NDArray[np.float32]

SAMPLE_RATE = 16_000
"""Whisper's, in Hz."""
_FRAME_SECONDS = 0.02
"""Loudness is taken over this long: a few periods of the deepest voice."""


class Sound:
    """A mono recording on disk. A context manager."""

    def __init__(self, role: str, path: Path, track: AudioTrack) -> None:
        """Opens what came as input `role`. Raises InvalidRequest if it is not that track."""
        require_rate("Whisper", track.sample_rate, SAMPLE_RATE)
        self._file = soundfile.SoundFile(path)
        try:
            require_shape(role, SoundShape.of(self._file), SoundShape(track.sample_count, track.sample_rate))
        except InvalidRequest:
            self._file.close()
            raise

    @property
    def seconds(self) -> float:
        return float(self._file.frames / SAMPLE_RATE)

    def __enter__(self) -> Sound:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def read(self, start: int, end: int) -> Samples:
        """The samples from `start` up to and without `end`, -1 to 1, shape (samples,)."""
        self._file.seek(start)
        return np.asarray(self._file.read(end - start, dtype="float32"), np.float32)

    def quietest(self, start: int, end: int) -> int:
        """The middle of the quietest moment between two samples."""
        length = min(round(_FRAME_SECONDS * SAMPLE_RATE), end - start)
        samples = self.read(start, end)
        frames = samples[: len(samples) // length * length].reshape(-1, length)
        quietest = int(np.argmin(np.square(frames).sum(axis=1)))
        return start + quietest * length + length // 2
