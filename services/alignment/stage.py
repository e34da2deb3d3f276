"""Alignment: takes the speech audio and what was recognised in it, gives every word its exact time."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal

import numpy as np
import soundfile
from pydantic import Field

from services.documents import codec, transcript
from services.documents.media import AudioTrack
from services.documents.transcript import Segment, Transcript
from services.runtime.errors import AlignmentFailed, InvalidRequest, InvalidSetting, UnknownName
from services.runtime.languages import is_same_language
from services.runtime.stage import Input, Loader, Output, Run, Stage

from . import pocketsphinx_engine, whisperx_engine
from .aligner import SAMPLE_RATE, Aligner, Samples, Span
from .retiming import film_times, heard, retimed
from .spoken import tokens
from .timing import Limits
from .windows import Window, windows

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AlignmentSettings:
    engine: Literal["pocketsphinx", "whisperx", "none"] = "pocketsphinx"
    """What aligns: `pocketsphinx` (English, on the CPU), `whisperx` (any language a wav2vec2 model exists for) or
    `none`: every word keeps the recogniser's time."""
    model: str = "pocketsphinx-en-us"
    """Name of the acoustic model in the catalog; it must be one for `engine`."""
    model_language: str = "en"
    """The language that the model was made for, BCP-47: a transcript in another one is refused."""
    device: Literal["cpu", "cuda"] = "cpu"
    """Where the model runs; `pocketsphinx` knows only `cpu`."""
    padding_seconds: Annotated[float, Field(ge=0, le=5)] = 0.2
    """Words are sought so far outside their segment too, in seconds, 0 to 5; never in a neighbour's half of a gap."""
    minimum_aligned_share: Annotated[float, Field(ge=0, le=1)] = 0.5
    """If a smaller share of the words could be aligned, the stage fails, 0 to 1."""
    longest_word_seconds: Annotated[float, Field(ge=0.1, le=30)] = 2.0
    """A longer word is trimmed to this: it has swallowed silence or music. In seconds, 0.1 to 30."""

    def __post_init__(self) -> None:
        """Raises InvalidSetting for what PocketSphinx cannot do."""
        if self.engine == "pocketsphinx" and self.device != "cpu":
            raise InvalidSetting("setting alignment.device: engine pocketsphinx runs on the cpu only; set it to cpu")
        if self.engine == "pocketsphinx" and not is_same_language(self.model_language, "en"):
            raise InvalidSetting(
                f"setting alignment.model_language: engine pocketsphinx aligns en, not {self.model_language!r}; "
                "set alignment.engine to whisperx"
            )


class Alignment(Stage[AlignmentSettings]):
    name = "alignment"
    version = "1"
    inputs = (Input("speech_audio"), Input("transcript"))
    outputs = (Output("transcript", transcript.MEDIA_TYPE),)
    libraries = ("pocketsphinx", "whisperx", "torch", "transformers", "soundfile")

    def models(self, settings: AlignmentSettings) -> Sequence[str]:
        return () if settings.engine == "none" else (settings.model,)

    def warm_up(self, loader: Loader[AlignmentSettings]) -> None:
        if loader.settings.engine != "none":
            _aligner(loader)

    def run(self, run: Run[AlignmentSettings]) -> None:
        recognised = run.read("transcript", codec.reader(Transcript))
        segments = _as_recognised if run.settings.engine == "none" else _segments
        aligned = replace(recognised, segments=tuple(segments(run, recognised)))
        share = _checked_share(run, aligned)
        language = aligned.language_code
        path = run.output("transcript", "transcript.json", language=language, aligned_share=f"{share:.4f}")
        path.write_bytes(codec.to_json(aligned))


def _as_recognised(run: Run[AlignmentSettings], recognised: Transcript) -> Iterator[Segment]:
    """The segments with the times they have."""
    for segment in recognised.segments:
        words = tuple(replace(word, sources=(word.id,)) for word in segment.words)
        yield replace(segment, words=words, sources=(segment.id,))
    seconds = recognised.audio.sample_count / recognised.audio.sample_rate
    run.progress(seconds, seconds)


def _segments(run: Run[AlignmentSettings], recognised: Transcript) -> Iterator[Segment]:
    """The segments with new times, one after the other: no more than one segment's sound is in memory."""
    if not next(recognised.words, None):
        yield from (replace(segment, sources=(segment.id,)) for segment in recognised.segments)
        return
    _require_language(run.settings, recognised.language_code)
    audio, aligner = recognised.audio, _aligner(run)
    with soundfile.SoundFile(run.input("speech_audio")) as sound:
        _require_match(sound, audio)
        for segment, window in zip(recognised.segments, windows(recognised, run.settings.padding_seconds), strict=True):
            found = heard(segment, _read(sound, window), aligner, recognised.language_code)
            limits = _limits(segment, window, audio, run.settings)
            yield retimed(segment, film_times(found, window, audio), limits)
            log.debug("%s: %d of %d words found", segment.id, sum(map(bool, found)), len(found))
            run.progress(window.end / audio.sample_rate, audio.sample_count / audio.sample_rate)


def _limits(segment: Segment, window: Window, audio: AudioTrack, settings: AlignmentSettings) -> Limits:
    searched = Span(audio.time(window.start), audio.time(window.end))
    inside = Span(max(segment.start, searched.start), min(segment.end, searched.end))
    return Limits(searched, inside, settings.longest_word_seconds)


def _read(sound: soundfile.SoundFile, window: Window) -> Samples:
    sound.seek(window.start)
    return np.asarray(sound.read(window.end - window.start, dtype="float32"), np.float32)


def _checked_share(run: Run[AlignmentSettings], aligned: Transcript) -> float:
    """Share of the spoken words (a dash is none) that were aligned, 1 if there are none.

    Raises AlignmentFailed if it is too small.
    """
    timings = [word.timing for word in aligned.words if tokens(word.text, aligned.language_code)]
    count, total = timings.count("aligned"), len(timings)
    share = count / total if total else 1.0
    log.info("%d of %d words aligned by %s (%.1f %%)", count, total, run.settings.engine, 100 * share)
    if share < run.settings.minimum_aligned_share and run.settings.engine != "none":
        raise AlignmentFailed(
            f"only {count} of {total} words could be aligned with model {run.settings.model!r}, less than "
            f"alignment.minimum_aligned_share ({run.settings.minimum_aligned_share}); check that the model fits the "
            "language and the text the sound, or lower that setting"
        )
    if count < total:
        run.warn(
            "WORDS_NOT_ALIGNED", f"{total - count} of {total} words could not be aligned: their times are estimates"
        )
    return share


def _require_language(settings: AlignmentSettings, language_code: str) -> None:
    if not is_same_language(settings.model_language, language_code):
        raise UnknownName(
            f"the transcript is in language {language_code!r} and alignment model {settings.model!r} aligns only "
            f"{settings.model_language!r}; set alignment.engine=none to keep the recogniser's times, or "
            f"alignment.engine, .model and .model_language for {language_code!r}"
        )


def _require_match(sound: soundfile.SoundFile, audio: AudioTrack) -> None:
    if (sound.samplerate, sound.channels, sound.frames) != (audio.sample_rate, 1, audio.sample_count):
        raise InvalidRequest(
            f"the speech audio ({sound.frames} samples at {sound.samplerate} Hz, {sound.channels} channels) is not "
            f"the one of the transcript ({audio.sample_count} at {audio.sample_rate} Hz, mono); give that one"
        )
    if audio.sample_rate != SAMPLE_RATE:
        raise InvalidRequest(
            f"the speech audio has {audio.sample_rate} Hz and alignment takes {SAMPLE_RATE}; "
            "set demux.sample_rate to that"
        )


def _aligner(loader: Loader[AlignmentSettings]) -> Aligner:
    settings = loader.settings
    model = loader.model(settings.model)
    if settings.engine == "whisperx":
        whisperx: Aligner = loader.engine(whisperx_engine.load, model, settings.device)
        return whisperx
    return loader.engine(pocketsphinx_engine.load, model)
