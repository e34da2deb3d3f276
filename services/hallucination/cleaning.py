"""Cleaning: one rule after the other, each over what the others left, and the record of all that is gone. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from services.documents.lyrics import Span
from services.documents.removals import Removal, Removals
from services.documents.transcript import Segment, Transcript, Word
from services.documents.wording import joined

from . import canned, loops, neighbours, script, silence
from .passages import Context, Finding, Passage, sentences, span_of

Rule = Callable[[Sequence[Passage], Context], Iterator[Finding]]

# Loops first: what they leave is judged like any other sentence.
RULES: tuple[Rule, ...] = (loops.find, neighbours.find, canned.find, silence.find, script.find)


def clean(transcript: Transcript, context: Context) -> tuple[Transcript, Removals]:
    """The transcript without what nobody said, and what that was. Each word is in exactly one of the two."""
    findings: list[Finding] = []
    left = transcript
    for rule in RULES:
        found = list(rule(sentences(left), context))
        left = _without(left, {word.id for finding in found for word in finding.passage.words})
        findings += found
    return _successor(left, context.singing), _record(findings)


def _without(transcript: Transcript, gone: AbstractSet[str]) -> Transcript:
    """A segment that keeps no word is dropped; one that keeps all keeps its text as it was written."""
    kept = (_segment_without(segment, gone, transcript.language_code) for segment in transcript.segments)
    return replace(transcript, segments=tuple(segment for segment in kept if segment is not None))


def _segment_without(segment: Segment, gone: AbstractSet[str], language_code: str) -> Segment | None:
    words = tuple(word for word in segment.words if word.id not in gone)
    if len(words) == len(segment.words):
        return segment
    return replace(segment, words=words, text=joined((it.text for it in words), language_code)) if words else None


def _successor(transcript: Transcript, singing: Sequence[Span]) -> Transcript:
    """The same, every element named as made from its predecessor, and words that are sung marked."""
    return replace(transcript, segments=tuple(_next_segment(segment, singing) for segment in transcript.segments))


def _next_segment(segment: Segment, singing: Sequence[Span]) -> Segment:
    words = tuple(_next_word(word, singing) for word in segment.words)
    return replace(segment, words=words, sources=(segment.id,))


def _next_word(word: Word, singing: Sequence[Span]) -> Word:
    span = span_of(word, singing)
    return replace(word, sources=(word.id,), lyric=span.id if span else None)


def _record(findings: Sequence[Finding]) -> Removals:
    ordered = sorted(findings, key=lambda finding: finding.passage.start)
    return Removals(tuple(_removal(number, finding) for number, finding in enumerate(ordered)))


def _removal(number: int, finding: Finding) -> Removal:
    passage = finding.passage
    return Removal(
        id=f"removal:{number}",
        start=passage.start,
        end=passage.end,
        text=passage.text,
        reason=finding.reason,
        evidence=finding.evidence,
        confidence=min(1.0, max(0.0, finding.confidence)),
        sources=tuple(word.id for word in passage.words),
    )


def removed_share(transcript: Transcript, removals: Removals) -> float:
    """Share of the words that are gone, 0 to 1; 0 if there were none."""
    gone = sum(len(removal.sources) for removal in removals.removals)
    kept = sum(1 for _ in transcript.words)
    return gone / (gone + kept) if gone else 0.0
