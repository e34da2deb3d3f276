"""Spleeter's two U-Nets: how much of every place in the spectrogram is voice.

The architecture, its constants and its ratio masks are those of Hennequin et al., *Spleeter: a fast and efficient
music source separation tool with pre-trained models*, JOSS 2020.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from services.runtime.devices import memory_for, require_device
from services.runtime.errors import InvalidSetting

from .resampling import Samples
from .separator import Check

SAMPLE_RATE = 44_100
"""In Hz."""
_FRAME, _HOP = 4096, 1024
"""Samples of one frame of the spectrogram, and from one to the next."""
_BINS = 1024
"""The networks see these lowest frequencies, up to 11 kHz; above, the mean of the mask below holds."""
_FRAMES = 512
"""Frames that the networks were trained to see at once, 11.9 s."""
_FRAMES_MULTIPLE = 64
"""Six halvings must come out even."""
_DEPTH = 6
_LEAK, _EPSILON, _BATCH_EPSILON = 0.2, 1e-10, 1e-3

Weights = Mapping[str, Any]
"""Tensors of one network, by name."""


@dataclass(frozen=True)
class SpleeterSeparator:
    """Both networks, loaded."""

    voice: Weights
    rest: Weights
    device: str
    frames: int = _FRAMES
    sample_rate: int = SAMPLE_RATE

    @property
    def window(self) -> int:
        """Samples that it takes at once."""
        return (self.frames - 1) * _HOP

    def vocals(self, mixture: Samples, check: Check) -> Samples:
        """The voices in `mixture`, both of shape (2, window). Raises EngineOutOfMemory, and what `check` raises."""
        import torch  # noqa: PLC0415  heavy: loaded with the engine

        what = f"to separate {self.window / SAMPLE_RATE:.1f} s of sound at once"
        with memory_for(what, "lower separation.segment_seconds"), torch.inference_mode():
            taper = torch.hann_window(_FRAME, device=self.device)
            samples = torch.from_numpy(mixture).to(self.device)
            spectrum = torch.stft(samples, _FRAME, _HOP, window=taper, pad_mode="constant", return_complex=True)
            masked = spectrum * self._mask(spectrum.abs()[:, :_BINS], check)
            vocals = torch.istft(masked, _FRAME, _HOP, window=taper, length=self.window)
            return np.asarray(vocals.cpu().numpy(), np.float32)

    def _mask(self, magnitudes: Any, check: Check) -> Any:
        """Share of the voice in the power of every place, shape (2, frequencies, frames), 0 to 1."""
        import torch  # noqa: PLC0415  heavy: loaded with the engine

        seen = magnitudes.transpose(1, 2)[None]
        voice, rest = (_estimate(weights, seen, check)[0].square() for weights in (self.voice, self.rest))
        mask = ((voice + _EPSILON / 2) / (voice + rest + _EPSILON)).transpose(1, 2)
        above = mask.mean(dim=1, keepdim=True).expand(-1, _FRAME // 2 + 1 - _BINS, -1)
        return torch.cat([mask, above], dim=1)


def load(model: Path, device: str, segment_seconds: float | None) -> SpleeterSeparator:
    """Loads both networks of folder `model` onto `device`, `cpu` or `cuda`, for windows of about `segment_seconds`.

    Raises InvalidSetting if this machine has no such device, or a window is longer than those of the training.
    """
    import torch  # noqa: PLC0415  heavy: loaded when a run needs it

    require_device("separation.device", device, torch.cuda.is_available)
    voice, rest = (_weights(model / name, device) for name in ("vocals.ckpt", "accompaniment.ckpt"))
    return SpleeterSeparator(voice, rest, device, _frames(segment_seconds))


def _frames(segment_seconds: float | None) -> int:
    """The longest window of at most that length that the networks can take."""
    if segment_seconds is None:
        return _FRAMES
    wanted = int(segment_seconds * SAMPLE_RATE / _HOP)
    if wanted > _FRAMES:
        raise InvalidSetting(
            f"setting separation.segment_seconds: {segment_seconds} is more than the 11.9 of the model's training; "
            "lower it to that"
        )
    return wanted // _FRAMES_MULTIPLE * _FRAMES_MULTIPLE


def _weights(path: Path, device: str) -> Weights:
    """Reads NumPy arrays out of a pickle, and nothing else."""
    import torch  # noqa: PLC0415  heavy: loaded when a run needs it

    rebuild: Any = np.zeros(0).__reduce__()[0]
    numpy_alone: list[Any] = [(rebuild, "numpy.core.multiarray._reconstruct"), np.ndarray, np.dtype]
    with torch.serialization.safe_globals([*numpy_alone, type(np.dtype(np.float32)), type(np.dtype(np.int64))]):
        arrays = torch.load(path, weights_only=True)
    return {name: torch.from_numpy(array).to(device) for name, array in arrays.items()}


def _estimate(weights: Weights, magnitudes: Any, check: Check) -> Any:
    """What of the magnitudes, shape (1, 2, frames, frequencies), belongs to the source of this network."""
    import torch  # noqa: PLC0415  heavy: loaded with the engine

    levels = _encoded(weights, magnitudes, check)
    decoded = _raised(weights, "up1", levels[-1])
    for depth in range(2, _DEPTH + 1):
        check()
        decoded = _raised(weights, f"up{depth}", torch.cat([levels[-depth], decoded], dim=1))
    share = torch.nn.functional.conv2d(decoded, weights["up7.0.weight"], weights["up7.0.bias"], padding=3, dilation=2)
    return torch.sigmoid(share) * magnitudes


def _encoded(weights: Weights, magnitudes: Any, check: Check) -> list[Any]:
    """The six levels of the encoder, each half as large as the one before."""
    from torch.nn import functional  # noqa: PLC0415  heavy: loaded with the engine

    levels: list[Any] = []
    current = magnitudes
    for depth in range(1, _DEPTH + 1):
        check()
        name = f"down{depth}_conv.1"
        padded = functional.pad(current, (1, 2, 1, 2))
        levels.append(functional.conv2d(padded, weights[f"{name}.weight"], weights[f"{name}.bias"], stride=2))
        current = functional.leaky_relu(_normalised(weights, f"down{depth}_act.0", levels[-1]), _LEAK)
    return levels


def _raised(weights: Weights, name: str, values: Any) -> Any:
    """One level of the decoder, twice as large."""
    from torch.nn import functional  # noqa: PLC0415  heavy: loaded with the engine

    raised = functional.conv_transpose2d(values, weights[f"{name}.0.weight"], weights[f"{name}.0.bias"], stride=2)
    return _normalised(weights, f"{name}.3", functional.relu(raised[:, :, 1:-2, 1:-2]))


def _normalised(weights: Weights, name: str, values: Any) -> Any:
    """Batch normalisation as it was learnt."""
    from torch.nn import functional  # noqa: PLC0415  heavy: loaded with the engine

    mean, variance = weights[f"{name}.running_mean"], weights[f"{name}.running_var"]
    scale, offset = weights[f"{name}.weight"], weights[f"{name}.bias"]
    return functional.batch_norm(values, mean, variance, scale, offset, eps=_BATCH_EPSILON)
