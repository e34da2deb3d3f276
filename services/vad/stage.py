"""Voice activity detection: takes the speech audio, gives the regions in which somebody speaks."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from services.documents import codec, speech
from services.documents.media import AudioTrack, Media
from services.documents.speech import Region, Speech
from services.runtime.errors import InvalidRequest, InvalidSetting
from services.runtime.progress import Progress
from services.runtime.stage import Input, Loader, Output, Run, Stage

from . import engine
from .engine import Detector
from .regions import Rules, Span, confidence, find_regions
from .scores import OverlapAdd, Scores
from .windows import batches

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class VadSettings:
    model: str = "pyannote-segmentation"
    """Name of the segmentation model in the catalog."""
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
    """From one window of the model to the next, in seconds, 0.1 to 4: longer is faster, shorter steadier."""
    batch_size: Annotated[int, Field(ge=1, le=1024)] = 8
    """Windows that the model takes at once, 1 to 1024: more need more memory."""
    device: Literal["cpu", "cuda"] = "cpu"
    """Where the model runs."""

    def __post_init__(self) -> None:
        if self.offset > self.onset:
            raise InvalidSetting(
                f"setting vad.offset: {self.offset} is above vad.onset ({self.onset}); lower it to {self.onset} or less"
            )

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
    inputs = (Input("speech_audio"), Input("media"))
    outputs = (Output("speech", speech.MEDIA_TYPE),)
    libraries = ("pyannote.audio", "torch", "soundfile")

    def models(self, settings: VadSettings) -> Sequence[str]:
        return (settings.model,)

    def warm_up(self, loader: Loader[VadSettings]) -> None:
        _detector(loader)

    def run(self, run: Run[VadSettings]) -> None:
        track = run.read("media", codec.reader(Media)).speech_audio
        found = find_speech(run.input("speech_audio"), track, _detector(run), run.settings, run.progress)
        heard = f"{track.sample_count / track.sample_rate:.1f} s of stream {track.stream}"
        log.info("%d regions: %.1f s of speech in %s", len(found.regions), found.speech_seconds, heard)
        if not found.regions:
            run.warn("NO_SPEECH", f"nobody speaks in the {heard}")
        run.output("speech", "speech.json").write_bytes(codec.to_json(found))


def _detector(loader: Loader[VadSettings]) -> Detector:
    settings = loader.settings
    return loader.engine(engine.load, loader.model(settings.model), settings.device)


def find_speech(
    audio: Path, track: AudioTrack, detector: Detector, settings: VadSettings, progress: Progress
) -> Speech:
    """Where somebody speaks in `audio`, a mono file that holds the samples of `track`.

    Raises InvalidRequest if it does not, or the model wants another sample rate; EngineOutOfMemory.
    """
    if track.sample_rate != detector.sample_rate:
        raise InvalidRequest(
            f"the speech audio has {track.sample_rate} Hz and model {settings.model!r} takes "
            f"{detector.sample_rate}; set demux.sample_rate to that"
        )
    probabilities = score(audio, track, detector, settings, progress)
    rules = settings.rules(track.sample_rate)
    spans = find_regions(probabilities, detector.framing, track.sample_count, rules)
    sureness = [confidence(probabilities, detector.framing, span) for span in spans]
    return Speech(track, tuple(_region(*it, track) for it in zip(range(len(spans)), spans, sureness, strict=True)))


def score(audio: Path, track: AudioTrack, detector: Detector, settings: VadSettings, progress: Progress) -> Scores:
    """Probability of speech per frame of the whole recording, window after window."""
    framing = detector.framing
    step = round(settings.window_step_seconds * track.sample_rate)
    scores = OverlapAdd(framing, track.sample_count)
    total = track.sample_count / track.sample_rate
    for starts, windows in batches(audio, track.sample_count, framing.window, step, settings.batch_size):
        for start, window_scores in zip(starts, detector.probabilities(windows), strict=True):
            scores.add(start, window_scores)
        progress(min(total, (starts[-1] + framing.window) / track.sample_rate), total)
    return scores.result()


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
