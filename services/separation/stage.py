"""Separation: takes the full audio, gives the voices and the accompaniment, each by itself."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import soundfile
from pydantic import Field

from services.documents import codec
from services.documents.media import Media
from services.runtime.stage import Input, Loader, Output, Run, Skipped, Stage

from . import demucs_engine, spleeter_engine
from .overlap import separate
from .separator import Separator
from .sound import film_sound
from .stems import write_speech, write_stems

log = logging.getLogger(__name__)

_SILENT = 0.001
"""Vocals that never reach this level, -60 dB below full scale, are silent."""
_MODELS = {
    ("demucs", "fast"): "htdemucs",
    ("demucs", "fine"): "htdemucs-ft",
    ("spleeter", "fast"): "spleeter-2stems",
    ("spleeter", "fine"): "spleeter-2stems",
}
_OVERLAPS = {"fast": 0.25, "fine": 0.5}


@dataclass(frozen=True)
class SeparationSettings:
    engine: Literal["demucs", "spleeter", "none"] = "spleeter"
    """What separates: `demucs` (the better one, made for a GPU), `spleeter` (fast on a CPU too) or `none`."""
    variant: Literal["fast", "fine"] = "fast"
    """`fine` takes the model that was fine-tuned for vocals, if the engine has one, and hears every moment twice."""
    model: str = ""
    """Name of the model in the catalog, one for `engine`; empty: the one of engine and variant."""
    overlap: Annotated[float, Field(ge=0, le=0.9)] | None = None
    """Share of a window that the next one hears again, 0 to 0.9; null: 0.25 if `fast`, 0.5 if `fine`."""
    segment_seconds: Annotated[float, Field(ge=1.5, le=60)] | None = None
    """Length of a window, in seconds, 1.5 to 60: shorter needs less memory; null: the longest that the model takes."""
    device: Literal["cpu", "cuda"] = "cpu"
    """Where the model runs."""

    @property
    def model_name(self) -> str:
        """Name in the catalog; only for an engine that has models."""
        return self.model or _MODELS[self.engine, self.variant]

    @property
    def overlap_share(self) -> float:
        return _OVERLAPS[self.variant] if self.overlap is None else self.overlap


class Separation(Stage[SeparationSettings]):
    name = "separation"
    version = "1"
    inputs = (Input("full_audio"), Input("media"))
    outputs = (
        Output("vocals", "audio/flac"),
        Output("accompaniment", "audio/flac"),
        Output("speech_vocals", "audio/wav"),
    )
    libraries = ("demucs", "torch", "soundfile")

    def models(self, settings: SeparationSettings) -> Sequence[str]:
        return () if settings.engine == "none" else (settings.model_name,)

    def warm_up(self, loader: Loader[SeparationSettings]) -> None:
        if loader.settings.engine != "none":
            _separator(loader)

    def run(self, run: Run[SeparationSettings]) -> None:
        if run.settings.engine == "none":
            raise Skipped("separation.engine is none: the voices stay with the music")
        media = run.read("media", codec.reader(Media))
        if not media.speech_audio.sample_count:
            raise Skipped("the film's sound has no samples: there is nothing to take apart")
        stream = media.speech_audio.stream
        vocals = run.output("vocals", "vocals.flac", stream=stream)
        accompaniment = run.output("accompaniment", "accompaniment.flac", stream=stream)
        separator = _separator(run)
        with soundfile.SoundFile(run.input("full_audio")) as file:
            sound = film_sound(file, media, separator.sample_rate)
            pieces = separate(sound, separator, run.settings.overlap_share, run.progress.check)
            highest = write_stems(pieces, sound, vocals, accompaniment, run.progress)
        log.info("separated %.1f s of stream %s with %s", sound.seconds, stream, run.settings.model_name)
        if highest < _SILENT:
            run.warn("VOCALS_SILENT", f"no voice was found in stream {stream}: the vocals are silent")
        speech = run.output("speech_vocals", "speech_vocals.wav", stream=stream)
        write_speech(vocals, media.speech_audio, speech, run.progress)


def _separator(loader: Loader[SeparationSettings]) -> Separator:
    settings = loader.settings
    load: Callable[..., Separator] = demucs_engine.load if settings.engine == "demucs" else spleeter_engine.load
    return loader.engine(load, loader.model(settings.model_name), settings.device, settings.segment_seconds)
