"""Layout: words become cues, each word in exactly one, in order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from services.documents.cues import Cue, Cues
from services.documents.transcript import Word

from .grouping import divide, phrases
from .lines import break_lines
from .pieces import Piece, pieces_of
from .rules import Rules
from .timing import Slot, Speech, time_cues


def lay_out(words: Sequence[Word], language_code: str, end_ms: int, rules: Rules, *, start_ms: int = 0) -> Cues:
    """The words as readable cues, shown between the start and the end of the film or of the clip of it."""
    groups = _groups(pieces_of(words, language_code, rules), end_ms, rules)
    texts = [break_lines(group, rules) for group in groups]
    speeches = [_speech(group, lines) for group, lines in zip(groups, texts, strict=True)]
    slots = time_cues(speeches, start_ms, end_ms, rules)
    parts = zip(groups, texts, slots, strict=True)
    return Cues(language_code, tuple(_cue(number, *part) for number, part in enumerate(parts, 1)))


def _groups(pieces: Sequence[Piece], end_ms: int, rules: Rules) -> list[Sequence[Piece]]:
    stretches = list(phrases(pieces, rules))
    ends = [later[0].start_ms for _, later in pairwise(stretches)] + [end_ms + rules.gap_ms]
    return [group for stretch, end in zip(stretches, ends, strict=False) for group in divide(stretch, end, rules)]


def _speech(group: Sequence[Piece], lines: Sequence[str]) -> Speech:
    end_ms = max(piece.end_ms for piece in group)
    return Speech(group[0].start_ms, end_ms, len("\n".join(lines)))


def _cue(number: int, group: Sequence[Piece], lines: tuple[str, ...], slot: Slot) -> Cue:
    words = tuple(piece.word.id for piece in group if piece.ends_word)
    return Cue(f"cue:{number}", number, slot.start_ms / 1000, slot.end_ms / 1000, lines, words)
