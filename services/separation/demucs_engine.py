"""demucs' HTDemucs: the voices in a window of music, from its waveform and its spectrogram together.

Rouard, Massa, Defossez: *Hybrid Transformers for Music Source Separation*, ICASSP 2023.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from services.runtime.devices import memory_for, require_device
from services.runtime.errors import InvalidSetting, ModelError

from .resampling import Samples
from .separator import Check

_VOCALS = "vocals"
_check: ContextVar[Check] = ContextVar("check", default=lambda: None)
"""What the networks call between their layers. Each thread has its own: they may share a network."""


@dataclass(frozen=True)
class Member:
    """One network of a bag."""

    network: Any
    """demucs' HTDemucs."""
    weight: float
    """What its vocals count for in the bag."""


@dataclass(frozen=True)
class DemucsSeparator:
    """The networks of a bag that know something of vocals, loaded."""

    members: Sequence[Member]
    device: str

    @property
    def sample_rate(self) -> int:
        """In Hz."""
        return int(self.members[0].network.samplerate)

    @property
    def window(self) -> int:
        """Samples that it takes at once."""
        return min(int(member.network.segment * self.sample_rate) for member in self.members)

    def vocals(self, mixture: Samples, check: Check) -> Samples:
        """The voices in `mixture`, both of shape (2, window). Raises EngineOutOfMemory, and what `check` raises."""
        import torch  # noqa: PLC0415  heavy: loaded with the engine

        called_off = _check.set(check)
        try:
            seconds = self.window / self.sample_rate
            with memory_for(f"to separate {seconds:.1f} s of sound at once", "lower separation.segment_seconds"):
                samples = torch.from_numpy(mixture)[None].to(self.device)
                heard = sum(self._heard(member, samples) * member.weight for member in self.members)
                return np.asarray(heard, np.float32) / sum(member.weight for member in self.members)
        finally:
            _check.reset(called_off)

    def _heard(self, member: Member, samples: Any) -> Samples:
        from demucs.apply import apply_model  # noqa: PLC0415  heavy: loaded with the engine

        sources = apply_model(member.network, samples, shifts=0, split=False, device=self.device)
        vocals: Samples = sources[0, member.network.sources.index(_VOCALS)].cpu().numpy()
        return vocals


def load(model: Path, device: str, segment_seconds: float | None) -> DemucsSeparator:
    """Loads the networks in folder `model` onto `device`, `cpu` or `cuda`, for windows of `segment_seconds`.

    The folder holds one network, or several and a YAML file that makes them a bag, as `.th` or `.safetensors` files.
    Raises InvalidSetting if this machine has no such device, or a window is longer than those of the model's training;
    ModelError if the folder holds no HTDemucs that separates the vocals of stereo sound.
    """
    import torch  # noqa: PLC0415  heavy: loaded when a run needs it

    require_device("separation.device", device, torch.cuda.is_available)
    members = _members(model)
    for member in members:
        _set_window(member.network, segment_seconds)
        member.network.to(device).eval()
        for layer in member.network.modules():
            layer.register_forward_pre_hook(lambda *_: _check.get()())
    return DemucsSeparator(members, device)


def _set_window(network: Any, segment_seconds: float | None) -> None:
    if segment_seconds is None:
        return
    if segment_seconds > network.segment:
        raise InvalidSetting(
            f"setting separation.segment_seconds: {segment_seconds} is more than the {float(network.segment)} that the "
            "model was trained on; lower it to that"
        )
    network.segment = segment_seconds


def _members(folder: Path) -> list[Member]:
    """The networks whose vocals count: a fine-tuned bag has a network for each source."""
    from demucs.htdemucs import HTDemucs  # noqa: PLC0415  heavy: loaded when a run needs it

    bag = _bag(folder)
    if _VOCALS not in bag.sources or bag.audio_channels != 2:
        raise ModelError(f"the model in {folder} does not separate the vocals of stereo sound; take another one")
    column = bag.sources.index(_VOCALS)
    weighted = zip(bag.models, bag.weights, strict=True)
    members = [Member(network, weights[column]) for network, weights in weighted if weights[column]]
    if not members or not all(isinstance(member.network, HTDemucs) for member in members):
        raise ModelError(f"the model in {folder} has no HTDemucs for vocals, the only form of model that is known here")
    return members


def _bag(folder: Path) -> Any:
    """demucs' BagOfModels with all networks of the folder, loaded by demucs' own repository of local models."""
    from demucs.apply import BagOfModels  # noqa: PLC0415  heavy: loaded when a run needs it
    from demucs.repo import AnyModelRepo, BagOnlyRepo, LocalRepo, ModelLoadingError  # noqa: PLC0415  as above

    try:
        networks: Any = SafetensorsRepo(folder) if any(folder.glob("*.safetensors")) else LocalRepo(folder)
        bags = BagOnlyRepo(folder, networks)
        name = _only([*(bags.list_model() or networks.list_model())], folder)
        found = AnyModelRepo(networks, bags).get_model(name)
    except ModelLoadingError as error:
        raise ModelError(
            f"demucs cannot load the model in {folder}: {error}; mend its entry and pull it again"
        ) from error
    return found if isinstance(found, BagOfModels) else BagOfModels([found])


def _only(names: Sequence[str], folder: Path) -> str:
    if len(names) != 1:
        raise ModelError(
            f"{folder} must hold one model of demucs and holds {len(names)}; mend its entry in the catalog"
        )
    return names[0]


class SafetensorsRepo:
    """For demucs, a repository of networks in the form in which its author publishes them now."""

    def __init__(self, folder: Path) -> None:
        self._files = {path.stem: path for path in folder.glob("*.safetensors")}

    def list_model(self) -> Mapping[str, Path]:
        return self._files

    def has_model(self, signature: str) -> bool:
        return signature in self._files

    def get_model(self, signature: str) -> Any:
        from demucs.hf import load_safetensors_model  # noqa: PLC0415  heavy: loaded when a run needs it
        from demucs.repo import ModelLoadingError  # noqa: PLC0415  as above

        if signature not in self._files:
            raise ModelLoadingError(f"{signature}.safetensors is not there")
        return load_safetensors_model(self._files[signature])
