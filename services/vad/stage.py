"""Voice activity detection: takes the speech audio, gives the regions in which somebody speaks."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import soundfile
from pydantic import Field

from services.documents import codec, speech
from services.documents.media import AudioTrack, Media
from services.documents.speech import Region, Speech
from services.runtime.errors import InvalidSetting
from services.runtime.progress import Progress
from services.runtime.sound import SoundShape, Span, require_rate, require_shape
from services.runtime.stage import Input, Loader, Output, Run, Stage

from . import pyannote_engine, silero_engine
from .detector import Detector
from .regions import Rules, confidence, find_regions
from .sliding import Sliding

log = logging.getLogger(__name__)

_MODELS = {"pyannote": "pyannote-segmentation", "silero": "silero-vad"}


@dataclass(frozen=True)
class VadSettings:
    engine: Literal["pyannote", "silero"] = "pyannote"
    """What listens: `pyannote` (the better one in noise) or `silero` (the light one, on the CPU)."""
    model: str = ""
    """Name of the model in the catalog, one for `engine`; empty: the one of the engine."""
    onset: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Speech begins above this probability, 0 to 1."""
    offset: Annotated[float, Field(ge=0, le=1)] = 0.363
    """Speech ends below this probability, 0 to `onset`."""
    min_speech_seconds: Annotated[float, Field(ge=0, le=10)] = 0.1
    """Speech shorter than this is dropped, in seconds, 0 to 10."""
    min_silence_seconds: Annotated[float, Field(ge=0, le=10)] = 0.1
    """A silence shorter than this does not end a region, in seconds, 0 to 10."""
    padding_seconds: Annotated[float, Field(ge=0, le=2)] = 0.1
    """A region is made longer by this at both ends, in seconds, 0 to 2."""
    window_step_seconds: Annotated[float, Field(ge=0.1, le=4)] = 1.0
    """`pyannote`: from one window to the next, in seconds, 0.1 to 4: longer is faster, shorter steadier."""
    batch_size: Annotated[int, Field(ge=1, le=1024)] = 8
    """`pyannote`: windows at once, 1 to 1024: more need more memory."""
    device: Literal["cpu", "cuda"] = "cpu"
    """Where the model runs; `silero` knows only `cpu`."""

    def __post_init__(self) -> None:
        """Raises InvalidSetting for thresholds in the wrong order, and for what Silero cannot do."""
        if self.engine == "silero" and self.device != "cpu":
            raise InvalidSetting("setting vad.device: engine silero runs on the cpu only; set it to cpu")
        if self.offset > self.onset:
            raise InvalidSetting(
                f"setting vad.offset: {self.offset} is above vad.onset ({self.onset}); lower it to {self.onset} or less"
            )

    @property
    def model_name(self) -> str:
        """Name in the catalog."""
        return self.model or _MODELS[self.engine]

    def rules(self, sample_rate: int) -> Rules:
        """The rules for regions, in samples."""
        return Rules(
            self.onset,
            self.offset,
            min_speech=round(self.min_speech_seconds * sample_rate),
            min_silence=round(self.min_silence_seconds * sample_rate),
            padding=round(self.padding_seconds * sample_rate),
        )


class Vad(Stage[VadSettings]):
    name = "vad"
    version = "1"
    inputs = (Input("speech_audio"), Input("media"), Input("vocals", optional=True))
    outputs = (Output("speech", speech.MEDIA_TYPE),)
    libraries = ("pyannote.audio", "torch", "silero-vad", "onnxruntime", "soundfile")

    def models(self, settings: VadSettings) -> Sequence[str]:
        return (settings.model_name,)

    def warm_up(self, loader: Loader[VadSettings]) -> None:
        _detector(loader)

    def run(self, run: Run[VadSettings]) -> None:
        track = run.read("media", codec.reader(Media)).speech_audio
        role = "vocals" if run.inputs("vocals") else "speech_audio"
        audio = run.input(role)
        require_shape(role, SoundShape.of(soundfile.info(audio)), SoundShape(track.sample_count, track.sample_rate))
        found = find_speech(audio, track, _detector(run), run.settings, run.progress)
        heard = f"{track.sample_count / track.sample_rate:.1f} s of stream {track.stream}"
        log.info("%d regions: %.1f s of speech in the %s, %s", len(found.regions), found.speech_seconds, role, heard)
        if not found.regions:
            run.warn("NO_SPEECH", f"nobody speaks in the {heard}")
        run.output("speech", "speech.json").write_bytes(codec.to_json(found))


def _detector(loader: Loader[VadSettings]) -> Detector:
    settings, model = loader.settings, loader.model(loader.settings.model_name)
    if settings.engine == "silero":
        return loader.engine(silero_engine.load, model)
    network = loader.engine(pyannote_engine.load, model, settings.device)
    return Sliding(network, settings.window_step_seconds, settings.batch_size)


def find_speech(
    audio: Path, track: AudioTrack, detector: Detector, settings: VadSettings, progress: Progress
) -> Speech:
    """Where somebody speaks in `audio`, a mono file that holds the samples of `track`.

    Raises InvalidRequest if the model wants another sample rate; EngineOutOfMemory.
    """
    require_rate(f"model {settings.model_name!r}", track.sample_rate, detector.sample_rate)
    probabilities = detector.score(audio, track.sample_count, progress)
    rules = settings.rules(track.sample_rate)
    spans = find_regions(probabilities, detector.framing, track.sample_count, rules)
    sureness = [confidence(probabilities, detector.framing, span) for span in spans]
    return Speech(track, tuple(_region(*it, track) for it in zip(range(len(spans)), spans, sureness, strict=True)))


def _region(index: int, span: Span, sureness: float, track: AudioTrack) -> Region:
    return Region(
        id=f"region:{index}",
        start=track.time(span.start),
        end=track.time(span.end),
        start_sample=span.start,
        end_sample=span.end,
        confidence=round(sureness, 6),
        sources=(track.stream,),
    )
