"""From what the recogniser heard to the elements of the transcript. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from services.documents.media import AudioTrack
from services.documents.speech import Region
from services.documents.transcript import Decode, Rejected, Segment, Word

from .recognition import Draft, Heard, HeardWord
from .windows import Window


class Scribe:
    """Writes segments down in order, and numbers them and their words."""

    def __init__(self, track: AudioTrack) -> None:
        self._track = track
        self._segment_ids = (f"segment:{number}" for number in count())
        self._word_ids = (f"word:{number}" for number in count())

    def segment(self, window: Window, heard: Heard) -> Segment | None:
        """The segment of one window, or None if no word was heard in it."""
        words = tuple(self._word(window, word) for word in heard.words)
        if not words:
            return None
        start, end = words[0].start, words[-1].end
        return Segment(
            id=next(self._segment_ids),
            start=start,
            # Attention may put a lone word on a single frame, and a segment must last.
            end=end if end > start else self._track.time(window.end),
            text=heard.text.strip(),
            words=words,
            sources=tuple(region.id for region in window.regions),
            decode=self.decode(window, heard.draft),
            rejected=tuple(Rejected(self.decode(window, it.draft), it.reason) for it in heard.refused),
        )

    def _word(self, window: Window, word: HeardWord) -> Word:
        offset = self._track.time(window.start)
        start, end = offset + word.start, offset + word.end
        regions = lying_in(start, end, window.regions)
        start, end = trimmed(start, end, regions)
        return Word(
            id=next(self._word_ids),
            text=word.text,
            start=round(start, 3),
            end=round(end, 3),
            timing="decoded",
            probability=round(word.probability, 6),
            sources=tuple(region.id for region in regions),
        )

    def decode(self, window: Window, draft: Draft) -> Decode:
        """The evidence of one decoding of a window."""
        return Decode(
            start=self._track.time(window.start),
            end=self._track.time(window.end),
            text=draft.text,
            tokens=draft.tokens,
            average_log_probability=round(draft.average_log_probability, 6),
            compression_ratio=round(draft.compression_ratio, 6),
            no_speech_probability=round(draft.no_speech_probability, 6),
            temperature=draft.temperature,
            terms=draft.terms,
            suspicions=draft.suspicions,
        )


def lying_in(start: float, end: float, regions: Sequence[Region]) -> list[Region]:
    """The regions that a stretch of time overlaps, or else the one that is nearest to it."""
    overlapping = [region for region in regions if region.start < end and start < region.end]
    return overlapping or [min(regions, key=lambda region: max(region.start - end, start - region.end))]


def trimmed(start: float, end: float, regions: Sequence[Region]) -> tuple[float, float]:
    """A word's time without the silence around the regions it lies in: attention often adds a pause to a word."""
    first, last = regions[0], regions[-1]
    if first.start < end and start < last.end:
        return max(start, first.start), min(end, last.end)
    return start, end
