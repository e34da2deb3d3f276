"""What is measured of a job: each measure a function from documents to figures. Pure."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence

from services.documents.cues import Readability
from services.documents.quality import Measure
from services.documents.removals import Removals
from services.documents.speech import Speech
from services.documents.transcript import Transcript
from services.documents.translation import Sentence, Translation
from services.documents.wording import foreign_share, plain

from . import function_words
from .material import Material, Track, tracks

FEWEST_UNITS = 6
"""Fewer lines may all say the same by right."""
FEWEST_SPEECH_SECONDS = 3.0
"""What is less may be an error of voice activity detection."""
FEWEST_LETTERS = 20
"""Fewer letters say nothing of a script."""
LINE_WORDS = 3
"""A line of fewer words recurs in any film."""
WORD_PADDING_SECONDS = 0.25
"""The speech around a word is said too: word times are narrower than regions."""
SPEED_RULE = "CHARACTERS_PER_SECOND"


def measured(material: Material) -> list[Measure]:
    """Every figure that the documents give, track by track."""
    found = [*_of_speech(material), *_of_work(material)]
    for track in tracks(material):
        found += _of_track(track)
    return found


def speaks(material: Material) -> bool:
    """Whether so much is said that there must be words; unknown counts as no."""
    return material.speech is not None and material.speech.speech_seconds >= FEWEST_SPEECH_SECONDS


def _of_track(track: Track) -> Iterator[Measure]:
    if len(track.wordings) >= FEWEST_UNITS:
        counts = Counter(track.wordings)
        yield _measure("REPETITION", track, counts.most_common(1)[0][1] / counts.total())
        yield _measure("REPEATED_SHARE", track, _repeated_share(counts))
        yield _measure("COMPRESSION", track, _compression(" ".join(track.wordings)))
    text = " ".join(track.texts)
    if sum(map(str.isalpha, text)) >= FEWEST_LETTERS:
        yield _measure("WRONG_SCRIPT", track, foreign_share(text, track.language_code, latin_is_foreign=True))
    foreign = function_words.foreign_share(track.wordings, track.language_code)
    if foreign is not None:
        yield _measure("WRONG_LANGUAGE", track, foreign)


def _repeated_share(counts: Counter[str]) -> float:
    """Share of all lines that are long enough to be one's own, and are not: 0 to 1."""
    repeated = (count for line, count in counts.items() if count > 1 and len(line.split()) >= LINE_WORDS)
    return sum(repeated) / counts.total()


def _compression(text: str) -> float:
    """Bytes of text per byte of its zlib form, as recognition measures its windows."""
    data = text.encode()
    return len(data) / len(zlib.compress(data))


def _of_speech(material: Material) -> Iterator[Measure]:
    speech, transcript = material.speech, material.transcript
    if speech is None:
        return
    if not speech.regions and transcript is not None:
        words = sum(1 for _ in transcript.words)
        yield Measure("WORDS_WITHOUT_SPEECH", f"transcript:{transcript.language_code}", float(words))
    if speaks(material) and transcript is not None:
        name = f"transcript:{transcript.language_code}"
        yield Measure("COVERAGE", name, _rounded(_covered(speech, transcript) / speech.speech_seconds))
    if speaks(material):
        minutes = speech.speech_seconds / 60
        for cues in material.cues:
            yield Measure("CUES_PER_MINUTE", f"cues:{cues.language_code}", _rounded(len(cues.cues) / minutes))


def _covered(speech: Speech, transcript: Transcript) -> float:
    """Seconds of the regions that lie in words, each word a little longer than it is timed."""
    spoken = _union([(it.start - WORD_PADDING_SECONDS, it.end + WORD_PADDING_SECONDS) for it in transcript.words])
    return sum(
        max(0.0, min(end, region.end) - max(start, region.start)) for start, end in spoken for region in speech.regions
    )


def _union(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The spans, in order of their starts, with those that touch made one."""
    joined: list[tuple[float, float]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _of_work(material: Material) -> Iterator[Measure]:
    """What the stages themselves found wrong."""
    if material.recognised:
        yield from _suspicious(material.recognised)
    if material.removals and material.transcript and speaks(material):
        yield _removed(material.removals, material.transcript)
    for translation in material.translations:
        yield from _untranslated(translation)
    for report in material.reports:
        yield from _too_fast(report)
    yield from _empty_tracks(material)


def _suspicious(recognised: Transcript) -> Iterator[Measure]:
    decodes = [segment.decode for segment in recognised.segments if segment.decode] + [*recognised.silent]
    if decodes:
        share = sum(bool(decode.suspicions) for decode in decodes) / len(decodes)
        yield Measure("SUSPICIOUS", f"transcript:{recognised.language_code}", _rounded(share))


def _removed(removals: Removals, transcript: Transcript) -> Measure:
    gone = sum(len(removal.sources) for removal in removals.removals)
    kept = sum(1 for _ in transcript.words)
    share = gone / (gone + kept) if gone else 0.0
    return Measure("REMOVED", f"transcript:{transcript.language_code}", _rounded(share))


def _untranslated(translation: Translation) -> Iterator[Measure]:
    meant = [sentence for sentence in translation.sentences if sentence.status != "kept"]
    if meant:
        share = sum(_is_untranslated(sentence, translation) for sentence in meant) / len(meant)
        yield Measure("UNTRANSLATED", f"translation:{translation.language_code}", _rounded(share))


def _is_untranslated(sentence: Sentence, translation: Translation) -> bool:
    """As the stage says, or because it is the source word for word and too long to be a name."""
    source = plain(sentence.source_text, translation.source_language_code)
    same = source == plain(sentence.text, translation.source_language_code) and len(source.split()) > LINE_WORDS
    return sentence.status == "untranslated" or same


def _too_fast(report: Readability) -> Iterator[Measure]:
    if report.cue_count:
        fast = {finding.cue for finding in report.findings if finding.rule == SPEED_RULE and not finding.fixed}
        yield Measure("READING_SPEED", f"cues:{report.language_code}", _rounded(len(fast) / report.cue_count))


def _empty_tracks(material: Material) -> Iterator[Measure]:
    """1 for a track that holds nothing of a transcript that holds something."""
    if material.transcript is None or not any(True for _ in material.transcript.words):
        return
    for track in tracks(material):
        yield Measure("EMPTY_TRACK", track.name, float(not track.wordings))


def _measure(code: str, track: Track, value: float) -> Measure:
    return Measure(code, track.name, _rounded(value))


def _rounded(value: float) -> float:
    return round(value, 4)
