"""Alignment: takes the speech audio and what was recognised in it, gives every word its exact time and its speaker."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

import numpy as np
import soundfile
from pydantic import Field

from services.documents import codec, transcript
from services.documents.media import AudioTrack
from services.documents.speakers import Speakers
from services.documents.transcript import Segment, Transcript
from services.runtime.errors import AlignmentFailed, InvalidRequest, InvalidSetting, UnknownName
from services.runtime.languages import is_same_language
from services.runtime.sound import SoundShape, require_rate, require_shape
from services.runtime.stage import Input, Loader, Output, Run, Stage

from . import pocketsphinx_engine, whisperx_engine
from .aligner import SAMPLE_RATE, Aligner, Samples, Span
from .retiming import film_times, heard, retimed
from .speaking import Turns, spoken_by
from .spoken import tokens
from .timing import Limits
from .windows import Window, windows

log = logging.getLogger(__name__)

_GOOD_SHARE = 0.9
"""Of the words: if fewer are aligned, a warning says so."""


@dataclass(frozen=True)
class Choice:
    """What aligns one language."""

    engine: Literal["pocketsphinx", "whisperx"]
    model: str


@dataclass(frozen=True)
class AlignmentSettings:
    engine: Literal["pocketsphinx", "whisperx", "none"] = "pocketsphinx"
    """What aligns: `pocketsphinx` (English, on the CPU), `whisperx` (any language a wav2vec2 model exists for) or
    `none`: every word keeps the recogniser's time."""
    model: str = "pocketsphinx-en-us"
    """Name of the acoustic model in the catalog; it must be one for `engine`."""
    model_language: str = "en"
    """The language that `model` was made for, BCP-47."""
    models: dict[str, str] = field(default_factory=dict)
    """For other languages, or instead of `model`: BCP-47 to the name of a wav2vec2 model, which `whisperx` runs."""
    language: str = "auto"
    """The language of the transcript, BCP-47, if it is known before: only its model is then loaded; or `auto`."""
    unsupported: Literal["fail", "keep"] = "fail"
    """For a transcript in a language without a model: `fail`, or `keep` the recogniser's times and warn."""
    device: Literal["cpu", "cuda"] = "cpu"
    """Where the models run; `pocketsphinx` knows only `cpu`."""
    minimum_score: Annotated[float, Field(ge=0, le=1)] = 0.1
    """For `whisperx`: a word whose letters the model finds less probable on average is not aligned, 0 to 1."""
    padding_seconds: Annotated[float, Field(ge=0, le=5)] = 0.2
    """Words are sought so far outside their segment too, in seconds, 0 to 5; never in a neighbour's half of a gap."""
    minimum_aligned_share: Annotated[float, Field(ge=0, le=1)] = 0.5
    """If a smaller share of the words could be aligned, the stage fails, 0 to 1."""
    longest_word_seconds: Annotated[float, Field(ge=0.1, le=30)] = 2.0
    """A longer word is trimmed to this: it has swallowed silence or music. In seconds, 0.1 to 30."""
    speaker_tolerance_seconds: Annotated[float, Field(ge=0, le=5)] = 0.5
    """A word outside all turns is of the nearest speaker within this, in seconds, 0 to 5."""
    speaker_majority: Annotated[float, Field(gt=0.5, le=1)] = 0.6
    """Who speaks this share of a sentence's time speaks all of it, above 0.5 to 1; 1 keeps every word's own speaker."""

    def __post_init__(self) -> None:
        """Raises InvalidSetting for what PocketSphinx cannot do."""
        if self.engine == "pocketsphinx" and self.device != "cpu" and not self.models:
            raise InvalidSetting("setting alignment.device: engine pocketsphinx runs on the cpu only; set it to cpu")
        if self.engine == "pocketsphinx" and not is_same_language(self.model_language, "en"):
            raise InvalidSetting(
                f"setting alignment.model_language: engine pocketsphinx aligns en, not {self.model_language!r}; "
                "set alignment.engine to whisperx"
            )

    @property
    def choices(self) -> tuple[Choice, ...]:
        """Everything that may be needed: one choice where the language is known, none if nothing is to be aligned.

        A known language without a model that is to fail still names `model`, so that admission refuses it.
        """
        if self.engine == "none":
            return ()
        default = Choice(self.engine, self.model)
        if self.language == "auto":
            return default, *(Choice("whisperx", model) for model in self.models.values())
        chosen = self.choice(self.language) or (default if self.unsupported == "fail" else None)
        return (chosen,) if chosen else ()

    def choice(self, language_code: str) -> Choice | None:
        """What aligns that language (BCP-47); None if nothing does."""
        if self.engine == "none":
            return None
        for code, model in self.models.items():
            if is_same_language(code, language_code):
                return Choice("whisperx", model)
        return Choice(self.engine, self.model) if is_same_language(self.model_language, language_code) else None


class Alignment(Stage[AlignmentSettings]):
    name = "alignment"
    version = "2"
    inputs = (
        Input("speech_audio"),
        Input("transcript"),
        Input("vocals", optional=True),
        Input("speakers", optional=True),
    )
    outputs = (Output("transcript", transcript.MEDIA_TYPE),)
    libraries = ("pocketsphinx", "whisperx", "torch", "transformers", "soundfile")

    def models(self, settings: AlignmentSettings) -> Sequence[str]:
        return tuple(dict.fromkeys(choice.model for choice in settings.choices))

    def warm_up(self, loader: Loader[AlignmentSettings]) -> None:
        for choice in loader.settings.choices:
            _aligner(loader, choice)

    def run(self, run: Run[AlignmentSettings]) -> None:
        recognised = run.read("transcript", codec.reader(Transcript))
        choice = _choice(run, recognised)
        segments = _segments(run, recognised, choice) if choice else _as_recognised(run, recognised)
        aligned = replace(recognised, segments=tuple(_with_speakers(run, segments, recognised.audio)))
        share = _checked_share(run, aligned, choice)
        language = aligned.language_code
        path = run.output("transcript", "transcript.json", language=language, aligned_share=f"{share:.4f}")
        path.write_bytes(codec.to_json(aligned))


def _choice(run: Run[AlignmentSettings], recognised: Transcript) -> Choice | None:
    """What aligns the transcript; None if its words are to keep their times, which a warning tells.

    Raises UnknownName if there is nothing for its language and that is to fail.
    """
    settings, language = run.settings, recognised.language_code
    choice = settings.choice(language)
    if choice or not next(recognised.words, None):
        return choice
    if settings.engine != "none" and settings.unsupported == "fail":
        known = ", ".join([settings.model_language, *settings.models])
        raise UnknownName(
            f"the transcript is in language {language!r} and there are alignment models for: {known}; name one for "
            f"{language!r} in alignment.models, or set alignment.unsupported=keep to keep the recogniser's times"
        )
    reason = "alignment.engine is none" if settings.engine == "none" else f"there is no model for {language!r}"
    run.warn(
        "ALIGNMENT_SKIPPED", f"{reason}: every word keeps the recogniser's time, which may be tenths of a second off"
    )
    return None


def _with_speakers(run: Run[AlignmentSettings], segments: Iterator[Segment], audio: AudioTrack) -> Iterator[Segment]:
    if not run.inputs("speakers"):
        return segments
    speakers = run.read("speakers", codec.reader(Speakers))
    if speakers.audio != audio:
        raise InvalidRequest(
            f"the speakers were told apart in {speakers.audio} and the words recognised in {audio}; give both from the "
            "same job"
        )
    return spoken_by(
        segments, Turns(speakers.turns, run.settings.speaker_tolerance_seconds), run.settings.speaker_majority
    )


def _as_recognised(run: Run[AlignmentSettings], recognised: Transcript) -> Iterator[Segment]:
    """The segments with the times they have."""
    for segment in recognised.segments:
        words = tuple(replace(word, sources=(word.id,)) for word in segment.words)
        yield replace(segment, words=words, sources=(segment.id,))
    seconds = recognised.audio.sample_count / recognised.audio.sample_rate
    run.progress(seconds, seconds)


def _segments(run: Run[AlignmentSettings], recognised: Transcript, choice: Choice) -> Iterator[Segment]:
    """The segments with new times, one after the other: no more than one segment's sound is in memory."""
    if not next(recognised.words, None):
        yield from (replace(segment, sources=(segment.id,)) for segment in recognised.segments)
        return
    audio, aligner = recognised.audio, _aligner(run, choice)
    role = "vocals" if run.inputs("vocals") else "speech_audio"
    require_rate("alignment", audio.sample_rate, SAMPLE_RATE)
    with soundfile.SoundFile(run.input(role)) as sound:
        require_shape(role, SoundShape.of(sound), SoundShape(audio.sample_count, audio.sample_rate))
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


def _checked_share(run: Run[AlignmentSettings], aligned: Transcript, choice: Choice | None) -> float:
    """Share of the spoken words (a dash is none) that were aligned, 1 if there are none.

    Raises AlignmentFailed if it is too small where words were to be aligned.
    """
    timings = [word.timing for word in aligned.words if tokens(word.text, aligned.language_code)]
    count, total = timings.count("aligned"), len(timings)
    share = count / total if total else 1.0
    if not choice:
        return share
    log.info("%d of %d words aligned by %s with %s (%.1f %%)", count, total, choice.engine, choice.model, 100 * share)
    if share < run.settings.minimum_aligned_share:
        raise AlignmentFailed(
            f"only {count} of {total} words could be aligned with model {choice.model!r}, less than "
            f"alignment.minimum_aligned_share ({run.settings.minimum_aligned_share}); check that the model fits the "
            "language and the text the sound, or lower that setting"
        )
    if share < _GOOD_SHARE:
        run.warn(
            "WORDS_NOT_ALIGNED", f"{total - count} of {total} words could not be aligned: their times are estimates"
        )
    return share


def _aligner(loader: Loader[AlignmentSettings], choice: Choice) -> Aligner:
    model, settings = loader.model(choice.model), loader.settings
    if choice.engine == "whisperx":
        whisperx: Aligner = loader.engine(whisperx_engine.load, model, settings.device, settings.minimum_score)
        return whisperx
    return loader.engine(pocketsphinx_engine.load, model)
