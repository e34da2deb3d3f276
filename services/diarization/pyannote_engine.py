"""pyannote.audio's diarization pipeline, from a folder on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import soundfile
import yaml

from services.runtime.devices import memory_for, require_device
from services.runtime.errors import ModelError
from services.runtime.progress import Progress
from services.runtime.sound import Span

from .turns import Stretch

_PARTS = ("segmentation", "embedding", "plda")
"""The models that the pipeline is made of."""
_HERE = "$model/"
"""How its configuration names what lies in its own folder."""


@dataclass(frozen=True)
class Diarizer:
    """A loaded pipeline."""

    pipeline: Any

    def stretches(self, audio: Path, fewest: int, most: int, progress: Progress) -> list[Stretch]:
        """Who speaks when in the mono file `audio`; voices may overlap. The whole recording is in memory.

        Raises EngineOutOfMemory.
        """
        import torch  # noqa: PLC0415  heavy: loaded with the engine

        samples, rate = soundfile.read(audio, dtype="float32")
        file = {"waveform": torch.from_numpy(samples)[None], "sample_rate": rate, "uri": audio.stem}
        hook = _Hook(len(samples) / rate, progress)
        what = f"to diarize {len(samples) / rate:.0f} s with pyannote"
        with memory_for(what, "set diarization.engine to ge2e"):
            output = self.pipeline(file, min_speakers=fewest, max_speakers=most, hook=hook)
        return _in_samples(output.speaker_diarization, rate)


@dataclass(frozen=True)
class _Hook:
    """What the pipeline tells of its steps, as seconds of the recording; each step is a part of the way."""

    seconds: float
    progress: Progress

    def __call__(
        self, step: str, *_: object, total: int | None = None, completed: int | None = None, **__: object
    ) -> None:
        first, part = {"segmentation": (0.0, 0.4), "embeddings": (0.4, 0.6)}.get(step, (0.0, 0.0))
        if part and total and completed is not None:
            # The last batch may count more chunks than there are.
            self.progress(self.seconds * (first + part * min(1.0, completed / total)), self.seconds)


def load(model: Path, device: str) -> Diarizer:
    """Loads the pipeline in folder `model` (config.yaml and the models that it names as $model/...) onto `device`.

    Raises InvalidSetting if this machine has no such device, ModelError if the folder holds no such pipeline.
    """
    import torch  # noqa: PLC0415  heavy: loaded when a run needs it
    from pyannote.audio import Pipeline  # noqa: PLC0415  as above

    require_device("diarization.device", device, torch.cuda.is_available)
    _require_local(model)
    pipeline: Any = Pipeline.from_pretrained(model)
    return Diarizer(pipeline.to(torch.device(device)))


def _require_local(model: Path) -> None:
    """pyannote would fetch from a hub whatever the folder does not hold."""
    try:
        config = yaml.safe_load((model / "config.yaml").read_text("utf-8"))
        parts = {name: config["pipeline"]["params"].get(name) for name in _PARTS}
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{model} holds no config.yaml of a pyannote pipeline; pull the model again") from error
    for name, place in parts.items():
        if not str(place).startswith(_HERE) or not (model / str(place).removeprefix(_HERE)).is_dir():
            raise ModelError(
                f"the pipeline in {model} takes its {name} from {place!r}, which is not in that folder; "
                f"put it there and name it as {_HERE}{name} in config.yaml"
            )


def _in_samples(annotation: Any, rate: int) -> list[Stretch]:
    voices = {label: number for number, label in enumerate(annotation.labels())}
    return [
        Stretch(Span(round(turn.start * rate), round(turn.end * rate)), voices[label], None)
        for turn, _, label in annotation.itertracks(yield_label=True)
    ]
