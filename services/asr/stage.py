"""Speech recognition: takes the speech audio and its regions, gives the transcript with its evidence."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from services.documents import codec, transcript
from services.documents.media import AudioTrack, Media
from services.documents.speech import Speech
from services.documents.transcript import Segment, Transcript
from services.runtime.errors import InvalidRequest, InvalidSetting
from services.runtime.stage import Input, Loader, Output, Run, Stage

from . import engine
from .engine import Recogniser
from .languages import whisper_code
from .recognition import Heard, Options
from .scribe import Scribe
from .sound import SAMPLE_RATE, Sound
from .windows import Window, pack

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AsrSettings:
    language: str = "en"
    """What is spoken: BCP-47 primary subtag."""
    model: str = "whisper-base"
    """Name of the Whisper model in the catalog; names ending in `.en` know English only."""
    beam_size: Annotated[int, Field(ge=1, le=20)] = 5
    """Hypotheses kept while decoding at temperature 0, 1 to 20: more is slower and rarely better."""
    temperature: Annotated[float, Field(ge=0, le=1)] = 0.0
    """0 decodes by beam search; above, up to 1, words are drawn at random (with a fixed seed)."""
    initial_prompt: str = ""
    """Text that every window is decoded after, for style and spelling; the last 223 tokens count."""
    hotwords: str = ""
    """Words to expect, e.g. names, separated by spaces; the first 223 tokens count."""
    window_seconds: Annotated[float, Field(ge=1, le=30)] = 30.0
    """Longest stretch that is decoded in one go, in seconds, 1 to 30."""
    max_gap_seconds: Annotated[float, Field(ge=0, le=30)] = 5.0
    """A longer silence between two regions begins a new window, in seconds, 0 to 30."""
    batch_size: Annotated[int, Field(ge=1, le=256)] = 1
    """Windows decoded at once, 1 to 256: faster on a GPU, not on a CPU, and they need more memory."""
    device: Literal["cpu", "cuda"] = "cpu"
    """Where the model runs."""
    compute_type: Literal["int8", "int8_float16", "int8_bfloat16", "float16", "bfloat16", "float32"] = "int8"
    """Numbers the model computes with: smaller ones need less memory and are a little less exact."""

    def __post_init__(self) -> None:
        """Raises UnknownName for a language that Whisper does not know, InvalidSetting if the model does not."""
        whisper_code(self.language)
        if self.model.endswith(".en") and self.language != "en":
            raise InvalidSetting(
                f"setting asr.language: model {self.model!r} knows only English, not {self.language!r}; "
                f"set asr.model to a model for many languages, e.g. whisper-base"
            )

    @property
    def options(self) -> Options:
        return Options(
            whisper_code(self.language), self.beam_size, self.temperature, self.initial_prompt, self.hotwords
        )


class Asr(Stage[AsrSettings]):
    name = "asr"
    version = "1"
    inputs = (Input("speech_audio"), Input("media"), Input("speech"))
    outputs = (Output("transcript", transcript.MEDIA_TYPE),)
    libraries = ("whisperx", "faster-whisper", "ctranslate2", "torch", "soundfile")

    def models(self, settings: AsrSettings) -> Sequence[str]:
        return (settings.model,)

    def warm_up(self, loader: Loader[AsrSettings]) -> None:
        _recogniser(loader)

    def run(self, run: Run[AsrSettings]) -> None:
        track = run.read("media", codec.reader(Media)).speech_audio
        speech = run.read("speech", codec.reader(Speech))
        _require_match(track, speech)
        if not speech.regions:
            run.warn("NO_SPEECH", f"there is no speech in stream {track.stream}, so there is no text")
        segments = tuple(_segments(run, track, speech))
        run.progress(track.sample_count / track.sample_rate)
        log.info("%d regions became %d segments", len(speech.regions), len(segments))
        result = Transcript(run.settings.language, track, segments)
        path = run.output("transcript", "transcript.json", language=run.settings.language)
        path.write_bytes(codec.to_json(result))


def _recogniser(loader: Loader[AsrSettings]) -> Recogniser:
    settings = loader.settings
    return loader.engine(engine.load, loader.model(settings.model), settings.device, settings.compute_type)


def _require_match(track: AudioTrack, speech: Speech) -> None:
    if speech.audio != track:
        raise InvalidRequest(
            f"the regions were found in {speech.audio} and the audio is {track}; give the regions of this audio"
        )
    if track.sample_rate != SAMPLE_RATE:
        raise InvalidRequest(
            f"the speech audio has {track.sample_rate} Hz and Whisper takes {SAMPLE_RATE}; "
            "set demux.sample_rate to that"
        )


def _segments(run: Run[AsrSettings], track: AudioTrack, speech: Speech) -> Iterator[Segment]:
    scribe = Scribe(track, run.settings.temperature)
    silent = 0
    for window, heard in _recognise(run, track, speech):
        if segment := scribe.segment(window, heard):
            yield segment
        else:
            silent += 1
            log.info("no words from %.3f s to %.3f s", track.time(window.start), track.time(window.end))
    if silent:
        run.warn("SPEECH_WITHOUT_WORDS", f"in {silent} windows that hold speech no word was recognised")


def _recognise(run: Run[AsrSettings], track: AudioTrack, speech: Speech) -> Iterator[tuple[Window, Heard]]:
    """Every window with what was heard in it, batch after batch."""
    if not speech.regions:
        return
    recogniser, options, total = _recogniser(run), run.settings.options, track.sample_count / track.sample_rate
    with Sound(run.input("speech_audio"), track.sample_count) as sound:
        windows = _windows(run.settings, speech, sound)
        for first in range(0, len(windows), run.settings.batch_size):
            batch = windows[first : first + run.settings.batch_size]
            samples = [sound.read(window.start, window.end) for window in batch]
            heard = recogniser.hear(samples, options, run.progress.check)
            yield from zip(batch, heard, strict=True)
            run.progress(batch[-1].end / track.sample_rate, total)


def _windows(settings: AsrSettings, speech: Speech, sound: Sound) -> list[Window]:
    rate = speech.audio.sample_rate
    longest, gap = round(settings.window_seconds * rate), round(settings.max_gap_seconds * rate)
    return list(pack(speech.regions, longest, gap, sound.quietest))
