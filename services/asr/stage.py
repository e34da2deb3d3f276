"""Speech recognition: takes the speech audio and its regions, gives the transcript with its evidence."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from services.documents import codec, glossary, transcript
from services.documents.glossary import Glossary, GlossaryUsage
from services.documents.media import AudioTrack, Media
from services.documents.speech import Speech
from services.documents.transcript import Decode, Segment, Transcript
from services.runtime.errors import InvalidRequest
from services.runtime.stage import Input, Loader, Output, Run, Stage

from . import engine
from .batching import in_batches
from .detection import UNKNOWN, Language, among, listened, most_probable
from .listening import Listener
from .prompting import Limits, Prompter, Usage
from .recognition import Heard, Recogniser, Stretch
from .scribe import Scribe
from .settings import AUTOMATIC, AsrSettings
from .sound import SAMPLE_RATE, Sound
from .tally import Tally
from .windows import Window, pack

log = logging.getLogger(__name__)


class Asr(Stage[AsrSettings]):
    name = "asr"
    version = "2"
    inputs = (
        Input("speech_audio"),
        Input("media"),
        Input("speech"),
        Input("vocals", optional=True),
        Input("glossary", optional=True),
    )
    outputs = (
        Output("transcript", transcript.MEDIA_TYPE),
        Output("glossary_usage", glossary.USAGE_MEDIA_TYPE, optional=True),
    )
    libraries = ("whisperx", "faster-whisper", "ctranslate2", "torch", "soundfile")

    def models(self, settings: AsrSettings) -> Sequence[str]:
        return (settings.model,)

    def warm_up(self, loader: Loader[AsrSettings]) -> None:
        _recogniser(loader)

    def run(self, run: Run[AsrSettings]) -> None:
        track = run.read("media", codec.reader(Media)).speech_audio
        speech = run.read("speech", codec.reader(Speech))
        _require_same_audio(track, speech)
        if not speech.regions:
            run.warn("NO_SPEECH", f"there is no speech in stream {track.stream}, so there is no text")
        source = _source(run)
        with Sound(source, run.input(source), track) as sound:
            result, usage = _transcribe(run, sound, speech)
        run.progress(track.sample_count / track.sample_rate)
        log.info("%d regions became %d segments", len(speech.regions), len(result.segments))
        path = run.output("transcript", "transcript.json", language=result.language_code, heard=source)
        path.write_bytes(codec.to_json(result))
        if usage:
            run.output("glossary_usage", "glossary-usage.json").write_bytes(codec.to_json(usage))


def _source(run: Run[AsrSettings]) -> str:
    """The role of the audio that is listened to."""
    return "vocals" if run.settings.audio == "vocals" and run.inputs("vocals") else "speech_audio"


def _transcribe(run: Run[AsrSettings], sound: Sound, speech: Speech) -> tuple[Transcript, GlossaryUsage | None]:
    windows = _windows(run.settings, speech, sound)
    language = _language(run, sound, windows)
    terms = _glossary(run, language.code)
    usage = Usage(terms, language.code) if terms else None
    scribe, tally = Scribe(speech.audio), Tally()
    segments, silent = list[Segment](), list[Decode]()
    for window, heard in _heard(run, sound, windows, language, terms):
        tally.add(heard)
        if usage:
            usage.add(heard)
        if segment := scribe.segment(window, heard):
            segments.append(segment)
        else:
            silent.append(scribe.decode(window, heard.draft))
    tally.tell(run.warn)
    result = Transcript(language.code, speech.audio, tuple(segments), tuple(silent), language.probability)
    return result, usage.report() if usage else None


def _recogniser(loader: Loader[AsrSettings]) -> Recogniser:
    settings = loader.settings
    return loader.engine(engine.load, loader.model(settings.model), settings.device, settings.compute_type)


def _require_same_audio(track: AudioTrack, speech: Speech) -> None:
    if speech.audio != track:
        raise InvalidRequest(
            f"the regions were found in {speech.audio} and the audio is {track}; give the regions of this audio"
        )


def _windows(settings: AsrSettings, speech: Speech, sound: Sound) -> list[Window]:
    rate = speech.audio.sample_rate
    longest, gap = round(settings.window_seconds * rate), round(settings.max_gap_seconds * rate)
    return list(pack(speech.regions, longest, gap, sound.quietest))


def _language(run: Run[AsrSettings], sound: Sound, windows: Sequence[Window]) -> Language:
    """The language that is set or, if none is, heard; nobody knows it where nobody speaks."""
    settings = run.settings
    if settings.language != AUTOMATIC:
        return Language(settings.language)
    if not windows:
        return Language(UNKNOWN)
    first = (_stretch(sound, it) for it in windows[: settings.language_windows])
    found = listened(_recogniser(run), first, run.progress.check)
    language = most_probable(among(found, settings.language_candidates), settings.language_threshold)
    log.info("the language is %s with a probability of %.3f", language.code, language.probability)
    return language


def _glossary(run: Run[AsrSettings], language_code: str) -> Glossary | None:
    """The glossary, if one was given for the language that is spoken."""
    if not run.inputs("glossary"):
        return None
    found = run.read("glossary", codec.reader(Glossary))
    if UNKNOWN not in (language_code, found.language_code) and found.language_code.partition("-")[0] != language_code:
        run.warn(
            "GLOSSARY_LANGUAGE", f"the glossary is in {found.language_code!r} and {language_code!r} is spoken: not used"
        )
        return None
    return found


def _heard(
    run: Run[AsrSettings], sound: Sound, windows: Sequence[Window], language: Language, terms: Glossary | None
) -> Iterator[tuple[Window, Heard]]:
    """Every window with what was heard in it, batch after batch."""
    if not windows:
        return
    listener = _listener(run, language, terms)
    before = ""

    def hear(batch: Sequence[Window]) -> list[Heard]:
        return listener.hear([_stretch(sound, window) for window in batch], before)

    def halved(size: int) -> None:
        run.warn("BATCH_HALVED", f"memory ran out; from here on, windows decoded at once: {size}")

    for window, heard in in_batches(windows, run.settings.batch_size, hear, halved):
        yield window, heard
        before = heard.text
        run.progress(window.end / SAMPLE_RATE, sound.seconds)


def _listener(run: Run[AsrSettings], language: Language, terms: Glossary | None) -> Listener:
    settings, recogniser = run.settings, _recogniser(run)
    options = settings.options(language.whisper)
    prompter = None
    if terms:
        room = engine.PROMPT_TOKENS - recogniser.token_count(f"{options.initial_prompt} {options.hotwords}")
        limits = Limits(settings.glossary_terms, room, settings.glossary_resemblance)
        prompter = Prompter(terms, limits, recogniser.token_count, spaced=language.spaced)
    return Listener(recogniser, options, settings.thresholds, run.progress.check, prompter, settings.redecode)


def _stretch(sound: Sound, window: Window) -> Stretch:
    return Stretch(sound.read(window.start, window.end), window.speech_samples / SAMPLE_RATE)
