"""Silero VAD: a small recurrent network that says every 32 ms how likely somebody speaks.

Silero Team: *Silero VAD: pre-trained enterprise-grade Voice Activity Detector*, version 6, 2025.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from services.runtime.progress import Progress

from .scores import Framing, Scores

SAMPLE_RATE = 16_000
"""In Hz."""
_FILE = "silero_vad_16k_sequence.onnx"
_FRAME = 512
"""Samples that one probability stands for."""
_CONTEXT = 64
"""Samples before a frame that the network sees with it."""
_BLOCK = 512
"""Frames that are read and scored at once, 16 s."""
_STATE = (1, 1, 128)
"""Shape of what the network remembers, twice."""

_FRAMING = Framing(window=_BLOCK * _FRAME, frames=_BLOCK, frame_step=_FRAME, frame_length=_FRAME)

Frames = NDArray[np.float32]
"""Sound with what comes before it, shape (frames, context and frame)."""


@dataclass(frozen=True)
class SileroDetector:
    """The loaded network."""

    session: Any
    """onnxruntime's InferenceSession."""
    framing: Framing = _FRAMING
    sample_rate: int = SAMPLE_RATE

    def score(self, audio: Path, sample_count: int, progress: Progress) -> Scores:
        """Probability of speech per frame of a mono recording: what is remembered goes on from block to block."""
        scores: list[Scores] = [np.zeros(0, np.float32)]
        hidden, cell = np.zeros(_STATE, np.float32), np.zeros(_STATE, np.float32)
        total = sample_count / SAMPLE_RATE
        for block in _blocks(audio):
            known = {"input": block, "h": hidden, "c": cell}
            found, hidden, cell = self.session.run(["speech_probs", "hn", "cn"], known)
            scores.append(np.ravel(found))
            progress(min(total, _FRAME * sum(map(len, scores)) / SAMPLE_RATE), total)
        return np.concatenate(scores)[: self.framing.frame_count(sample_count)]


def load(model: Path) -> SileroDetector:
    """Loads the network in folder `model`, for one thread of the CPU: it is too small for more."""
    import onnxruntime  # noqa: PLC0415  heavy: loaded when a run needs it

    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = options.intra_op_num_threads = 1
    return SileroDetector(onnxruntime.InferenceSession(model / _FILE, options, providers=["CPUExecutionProvider"]))


def _blocks(audio: Path) -> Iterator[Frames]:
    """The recording as frames, up to a block of them at once; the last frame is filled up with silence."""
    before = np.zeros(_CONTEXT, np.float32)
    with soundfile.SoundFile(audio) as file:
        while len(samples := file.read(_BLOCK * _FRAME, dtype="float32")):
            frames = np.pad(samples, (0, -len(samples) % _FRAME)).reshape(-1, _FRAME).astype(np.float32)
            ends = np.vstack([before, frames[:, -_CONTEXT:]])
            before = ends[-1]
            yield np.hstack([ends[:-1], frames])
