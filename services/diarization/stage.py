"""Diarization: takes the speech audio and where somebody speaks, tells who speaks when."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import soundfile
from pydantic import Field

from services.documents import codec, speakers
from services.documents.media import AudioTrack, Media
from services.documents.speakers import Speakers
from services.documents.speech import Region, Speech
from services.runtime.errors import InvalidRequest, InvalidSetting
from services.runtime.sound import SoundShape, Span, require_rate, require_shape
from services.runtime.stage import Input, Loader, Output, Run, Skipped, Stage

from . import ge2e_engine, pyannote_engine
from .cast import Heard, cast
from .clustering import Rules
from .ge2e_engine import Encoder
from .mel import SAMPLE_RATE
from .pyannote_engine import Diarizer
from .turns import Grid, Stretch
from .voices import Listening, tell_apart

log = logging.getLogger(__name__)

_CELL_SECONDS = 0.1
"""How finely the moment is told at which another speaker takes over."""
_ALWAYS_A_VOICE = 0.1
"""Who has so large a share of the speech is a speaker, however short the recording."""


@dataclass(frozen=True)
class DiarizationSettings:
    engine: Literal["ge2e", "pyannote", "none"] = "ge2e"
    """What tells voices apart: `ge2e` (speaker embeddings, light), `pyannote` (its pipeline) or `none`."""
    model: str = "ge2e-encoder"
    """Name in the catalog; it must be one for `engine`."""
    threshold: Annotated[float, Field(gt=0, le=2)] = 0.31
    """For `ge2e`: groups of embeddings whose mean cosine distance is less are one, 0 to 2."""
    link_threshold: Annotated[float, Field(ge=0, le=2)] = 0.12
    """For `ge2e`: groups whose mean directions have a smaller cosine distance are one speaker after all, 0 to 2."""
    minimum_speakers: Annotated[int, Field(ge=1, le=100)] = 1
    """Speakers there are at least, 1 to 100."""
    maximum_speakers: Annotated[int, Field(ge=1, le=100)] = 30
    """Speakers there are at most, `minimum_speakers` to 100; as many as `minimum_speakers`: exactly so many."""
    minimum_speaker_seconds: Annotated[float, Field(ge=0, le=60)] = 6.0
    """For `ge2e`: who speaks less in the whole film, and less than a tenth of it, is given to the nearest voice, in
    seconds, 0 to 60."""
    minimum_turn_seconds: Annotated[float, Field(ge=0, le=5)] = 0.5
    """For `ge2e`: within a region no turn is shorter than this, in seconds, 0 to 5."""
    window_step_seconds: Annotated[float, Field(ge=0.1, le=1.6)] = 0.4
    """For `ge2e`: from one window of the encoder to the next, in seconds, 0.1 to 1.6: longer is faster."""
    batch_size: Annotated[int, Field(ge=1, le=1024)] = 32
    """For `ge2e`: windows that the encoder takes at once, 1 to 1024: more need more memory."""
    device: Literal["cpu", "cuda"] = "cpu"
    """Where the model runs."""
    names: tuple[str, ...] = ()
    """Names of the speakers in order of their first turn."""

    def __post_init__(self) -> None:
        if self.maximum_speakers < self.minimum_speakers:
            raise InvalidSetting(
                f"setting diarization.maximum_speakers: {self.maximum_speakers} is below minimum_speakers "
                f"({self.minimum_speakers}); raise it to that or more"
            )

    def listening(self, speech_seconds: float) -> Listening:
        """How `ge2e` listens to so much speech."""
        share = min(_ALWAYS_A_VOICE, self.minimum_speaker_seconds / speech_seconds)
        rules = Rules(self.threshold, self.link_threshold, self.minimum_speakers, self.maximum_speakers, share)
        grid = Grid(round(_CELL_SECONDS * SAMPLE_RATE), round(self.minimum_turn_seconds * SAMPLE_RATE))
        return Listening(round(self.window_step_seconds * SAMPLE_RATE), self.batch_size, rules, grid)


class Diarization(Stage[DiarizationSettings]):
    name = "diarization"
    version = "1"
    inputs = (Input("speech_audio"), Input("media"), Input("speech"), Input("vocals", optional=True))
    outputs = (Output("speakers", speakers.MEDIA_TYPE),)
    libraries = ("pyannote.audio", "torch", "scipy", "soundfile")

    def models(self, settings: DiarizationSettings) -> Sequence[str]:
        return () if settings.engine == "none" else (settings.model,)

    def warm_up(self, loader: Loader[DiarizationSettings]) -> None:
        if loader.settings.engine != "none":
            _engine(loader)

    def run(self, run: Run[DiarizationSettings]) -> None:
        if run.settings.engine == "none":
            raise Skipped("diarization.engine is none: nobody is told apart")
        track = run.read("media", codec.reader(Media)).speech_audio
        speech = run.read("speech", codec.reader(Speech))
        _require_same_audio(track, speech)
        found = cast(track, _heard(run, track, speech), run.settings.names, run.settings.engine)
        _tell(run, found)
        run.output("speakers", "speakers.json").write_bytes(codec.to_json(found))


def _require_same_audio(track: AudioTrack, speech: Speech) -> None:
    if speech.audio != track:
        raise InvalidRequest(
            f"the regions were found in {speech.audio} and the audio is {track}; give the regions of this audio"
        )


def _tell(run: Run[DiarizationSettings], found: Speakers) -> None:
    count, settings = len(found.speakers), run.settings
    log.info("%d speakers in %d turns by %s", count, len(found.turns), found.method)
    if found.turns and not settings.minimum_speakers <= count <= settings.maximum_speakers:
        wanted = f"{settings.minimum_speakers} to {settings.maximum_speakers}"
        run.warn("SPEAKERS_OUT_OF_RANGE", f"{count} speakers were told apart where {wanted} were asked for")
    if unused := settings.names[count:]:
        run.warn("NAMES_UNUSED", f"{count} speakers were told apart, so nobody is called {', '.join(unused)}")


def _engine(loader: Loader[DiarizationSettings]) -> Encoder | Diarizer:
    settings = loader.settings
    model = loader.model(settings.model)
    if settings.engine == "pyannote":
        return loader.engine(pyannote_engine.load, model, settings.device)
    return loader.engine(ge2e_engine.load, model, settings.device)


def _heard(run: Run[DiarizationSettings], track: AudioTrack, speech: Speech) -> list[Heard]:
    role = "vocals" if run.inputs("vocals") else "speech_audio"
    audio = run.input(role)
    require_shape(role, SoundShape.of(soundfile.info(audio)), SoundShape(track.sample_count, track.sample_rate))
    require_rate("diarization", track.sample_rate, SAMPLE_RATE)
    if not speech.regions:
        return []
    engine, settings = _engine(run), run.settings
    if isinstance(engine, Diarizer):
        fewest, most = settings.minimum_speakers, settings.maximum_speakers
        return list(within(speech.regions, engine.stretches(audio, fewest, most, run.progress)))
    return tell_apart(audio, speech.regions, engine, settings.listening(speech.speech_seconds), run.progress)


def within(regions: Sequence[Region], found: Sequence[Stretch]) -> Iterator[Heard]:
    """The stretches cut to the regions: what lies outside is dropped."""
    for stretch in found:
        for region in regions:
            span = Span(max(stretch.span.start, region.start_sample), min(stretch.span.end, region.end_sample))
            if span.length > 0:
                yield Heard(region, Stretch(span, stretch.voice, stretch.confidence))
