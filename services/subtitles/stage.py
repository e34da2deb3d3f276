"""Subtitles: makes readable cues of words, and writes them in the formats that players take."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from fractions import Fraction

from services.documents import cues as documents
from services.documents.codec import DocumentError, reader, to_json
from services.documents.cues import Cues
from services.documents.media import Media
from services.documents.speakers import Speakers
from services.documents.subtitle_files import read_subtitles
from services.documents.transcript import Transcript
from services.documents.translation import Translation
from services.runtime.errors import InvalidDocument, InvalidRequest, UnreadableMedia
from services.runtime.stage import Input, Output, Run, Stage

from .ass import ass
from .edited import as_it_is, put_back, units_of
from .engine import shot_changes
from .layout import lay_out
from .report import report
from .rules import milliseconds, whole_milliseconds
from .settings import SubtitlesSettings
from .text import srt, tsv, txt, vtt
from .translated import units_of_translation
from .ttml import ttml
from .units import Unit, labelled, units_of_words, without_notes

log = logging.getLogger(__name__)

ASSUMED_FRAME_RATE = Fraction(25)
"""Frames per second where there is no picture."""
FASTEST_FRAME_RATE = 1000


class Subtitles(Stage[SubtitlesSettings]):
    name = "subtitles"
    version = "3"
    inputs = (
        Input("transcript"),
        Input("media"),
        Input("translation", optional=True),
        Input("speakers", optional=True),
        Input("film", optional=True),
        Input("edited", optional=True),
    )
    outputs = (
        Output("cues", documents.MEDIA_TYPE),
        Output("report", documents.REPORT_MEDIA_TYPE),
        Output("srt", "application/x-subrip", optional=True),
        Output("vtt", "text/vtt", optional=True),
        Output("ass", "text/x-ssa", optional=True),
        Output("txt", "text/plain", optional=True),
        Output("tsv", "text/tab-separated-values", optional=True),
        Output("ttml", "application/ttml+xml", optional=True),
    )
    libraries = ("pysubs2", "scenedetect")

    def run(self, run: Run[SubtitlesSettings]) -> None:
        language_code, units = _spoken(run)
        media = run.read("media", reader(Media))
        rules = run.settings.rules(language_code, frame_rate(media))
        cuts = _cuts(run, media)
        start_ms, end_ms = milliseconds(media.clip_start or 0.0), milliseconds(end_of(media))
        track = lay_out(units, language_code, end_ms, rules, start_ms=start_ms, cuts=cuts)
        if run.inputs("edited"):
            track = as_it_is(_edited(run, track.cues))
            units = units_of(track.cues)
        if not units:
            run.warn("NO_SPEECH", "nobody says a word: the subtitles are valid and empty")
        _write_documents(run, track.cues, report(track, rules, cuts))
        _write_texts(run, track.cues, units)
        run.progress(end_of(media), end_of(media))


def frame_rate(media: Media) -> Fraction:
    """Frames per second of the picture, or what is assumed where there is none.

    A cover picture is none: containers give it the clock's 90,000 frames a second.
    """
    return _picture_rate(media) or ASSUMED_FRAME_RATE


def _picture_rate(media: Media) -> Fraction | None:
    rate = Fraction(media.frame_rate or 0)
    return rate if 1 <= rate <= FASTEST_FRAME_RATE else None


def end_of(media: Media) -> float:
    """Film time in seconds at which the film, or the clip of it, is over."""
    return media.duration_seconds if media.clip_end is None else media.clip_end


def _spoken(run: Run[SubtitlesSettings]) -> tuple[str, list[Unit]]:
    """The language of the track, and its units: of the translation if there is one, else of the transcript."""
    transcript = run.read("transcript", reader(Transcript))
    if run.inputs("translation"):
        translation = run.read("translation", reader(Translation))
        language_code, units = translation.language_code, _translated(translation, transcript)
    else:
        language_code = transcript.language_code
        units = units_of_words(tuple(transcript.words), language_code)
    units = without_notes(units)
    return language_code, list(labelled(units, _names(run)))


def _translated(translation: Translation, transcript: Transcript) -> list[Unit]:
    try:
        return units_of_translation(translation, transcript)
    except DocumentError as error:
        raise InvalidDocument(f"subtitles cannot time its input 'translation': {error}") from error


def _names(run: Run[SubtitlesSettings]) -> dict[str, str]:
    """The names that are to be shown, by speaker."""
    if run.settings.speaker_style != "labels":
        return {}
    speakers = run.read("speakers", reader(Speakers)).speakers if run.inputs("speakers") else ()
    names = {speaker.id: speaker.name for speaker in speakers if speaker.name}
    if not names:
        run.warn("NAMES_UNKNOWN", "no speaker has a name: dashes stand where two share a cue; name the speakers")
    return names


def _cuts(run: Run[SubtitlesSettings], media: Media) -> list[int]:
    """The shot changes of the film or clip, as film times in milliseconds: none if there is no picture."""
    if not run.settings.shot_changes or _picture_rate(media) is None:
        return []
    try:
        cuts = _search(run, media)
    except (InvalidRequest, UnreadableMedia) as error:
        run.warn("SHOT_CHANGES_UNKNOWN", f"no cue was moved to a shot change: {error}")
        return []
    log.info("%d shot changes", len(cuts))
    return cuts


def _search(run: Run[SubtitlesSettings], media: Media) -> list[int]:
    offset = next(stream.start_offset_seconds for stream in media.streams if stream.kind == "video")
    start, end = (media.clip_start or 0.0) - offset, end_of(media) - offset
    cuts = shot_changes(run.input("film"), start, end, run.progress)
    return [whole_milliseconds(cut + offset) for cut in cuts]


def _edited(run: Run[SubtitlesSettings], cues: Cues) -> Cues:
    """The track as the person wants it whose file came with the film."""
    try:
        edited = put_back(cues, read_subtitles(run.input("edited").read_bytes()))
    except DocumentError as error:
        raise InvalidDocument(f"the edited subtitles cannot be read: {error}") from error
    changed = [cue for cue in edited.cues if cue.edit is not None]
    added = sum(cue.is_added for cue in changed)
    log.info(
        "%d cues as they were laid out, %d changed, %d added and %d taken out by a person",
        len(edited.cues) - len(changed),
        len(changed) - added,
        added,
        len(edited.dropped),
    )
    return edited


def _write_documents(run: Run[SubtitlesSettings], cues: Cues, readability: documents.Readability) -> None:
    left = sum(not finding.fixed for finding in readability.findings)
    speed, mended = readability.characters_per_second_median, len(readability.findings) - left
    log.info("%d cues, %.1f characters per second, %d findings, %d mended", len(cues.cues), speed, left, mended)
    language = cues.language_code
    run.output("cues", "cues.json", language=language).write_bytes(to_json(cues))
    run.output("report", "readability.json", language=language).write_bytes(to_json(readability))


def _write_texts(run: Run[SubtitlesSettings], cues: Cues, units: Sequence[Unit]) -> None:
    pause_ms = milliseconds(run.settings.paragraph_pause_seconds)
    writers: dict[str, Callable[[], str]] = {
        "srt": lambda: srt(cues),
        "vtt": lambda: vtt(cues),
        "ass": lambda: ass(cues),
        "txt": lambda: txt(units, cues.language_code, pause_ms),
        "tsv": lambda: tsv(cues),
        "ttml": lambda: ttml(cues),
    }
    for role in dict.fromkeys(run.settings.formats):
        path = run.output(role, f"subtitles.{role}", language=cues.language_code)
        path.write_bytes(writers[role]().encode())
