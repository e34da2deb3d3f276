"""pyannote.audio's segmentation model: how likely somebody speaks, frame by frame."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from services.runtime.devices import memory_for, require_device

from .scores import Framing, Scores
from .windows import Windows


@dataclass(frozen=True)
class PyannoteDetector:
    """A loaded model."""

    inference: Any
    """pyannote's Inference."""
    framing: Framing
    sample_rate: int

    def probabilities(self, windows: Windows) -> Scores:
        """Probability of speech, shape (windows, frames), of windows of shape (windows, samples).

        Somebody speaks if any of the model's speakers does. Raises EngineOutOfMemory.
        """
        import torch  # noqa: PLC0415  heavy: loaded with the engine

        chunks = torch.from_numpy(np.array(windows))[:, None, :]
        with memory_for(f"for {len(windows)} windows at once", "lower vad.batch_size"):
            speakers = self.inference.infer(chunks)
        return np.asarray(np.max(speakers, axis=-1), np.float32)


def load(model: Path, device: str) -> PyannoteDetector:
    """Loads the model in folder `model` onto `device`, `cpu` or `cuda`.

    Raises InvalidSetting if this machine has no such device.
    """
    import torch  # noqa: PLC0415  heavy: loaded when a run needs it
    from pyannote.audio import Inference, Model  # noqa: PLC0415  as above

    require_device("vad.device", device, torch.cuda.is_available)
    network: Any = Model.from_pretrained(model / "pytorch_model.bin")
    inference = Inference(network, device=torch.device(device), skip_aggregation=True)
    return PyannoteDetector(inference, _framing(network, inference.duration), network.audio.sample_rate)


def _framing(network: Any, duration: float) -> Framing:
    rate, field = network.audio.sample_rate, network.receptive_field
    window = network.audio.get_num_samples(duration)
    return Framing(window, network.num_frames(window), round(field.step * rate), round(field.duration * rate))
