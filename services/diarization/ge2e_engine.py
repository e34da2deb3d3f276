"""The GE2E speaker encoder: a vector per window of speech that is near for one voice and far for two.

Wan, Wang, Papir, Lopez Moreno: Generalized end-to-end loss for speaker verification. ICASSP 2018.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from services.runtime.devices import memory_for, require_device
from services.runtime.errors import ModelError

from .mel import MELS, Floats, spectrograms

_WEIGHTS = "pretrained.pt"
_HIDDEN = 256
_LAYERS = 3


@dataclass(frozen=True)
class Encoder:
    """A loaded model."""

    lstm: Any
    linear: Any
    device: str

    def embeddings(self, windows: Floats) -> Floats:
        """Unit vectors, shape (windows, 256), of windows of shape (windows, `mel.WINDOW`).

        Raises EngineOutOfMemory.
        """
        import torch  # noqa: PLC0415  heavy: loaded with the engine

        what = f"for {len(windows)} windows at once"
        with memory_for(what, "lower diarization.batch_size"), torch.inference_mode():
            mels = torch.from_numpy(spectrograms(windows)).to(self.device)
            _, (hidden, _) = self.lstm(mels)
            raw = torch.relu(self.linear(hidden[-1]))
            unit = torch.nn.functional.normalize(raw, dim=1)
            return np.asarray(unit.cpu().numpy(), np.float32)


def load(model: Path, device: str) -> Encoder:
    """Loads the weights in folder `model` onto `device`, `cpu` or `cuda`.

    Raises InvalidSetting if this machine has no such device, ModelError if the folder holds no such model.
    """
    import torch  # noqa: PLC0415  heavy: loaded when a run needs it

    require_device("diarization.device", device, torch.cuda.is_available)
    lstm = torch.nn.LSTM(MELS, _HIDDEN, _LAYERS, batch_first=True)
    linear = torch.nn.Linear(_HIDDEN, _HIDDEN)
    try:
        state = torch.load(model / _WEIGHTS, map_location="cpu", weights_only=True)["model_state"]
        lstm.load_state_dict(_part(state, "lstm."))
        linear.load_state_dict(_part(state, "linear."))
    except (OSError, KeyError, RuntimeError, pickle.UnpicklingError) as error:
        raise ModelError(f"{model} holds no GE2E encoder; pull the model again") from error
    return Encoder(lstm.to(device).eval(), linear.to(device).eval(), device)


def _part(state: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}
