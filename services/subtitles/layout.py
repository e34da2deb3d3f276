"""Layout: units become cues, each unit in exactly one, in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from services.documents.cues import Cue, Cues

from .grouping import divide, phrases
from .lines import break_lines
from .pieces import Piece, pieces_of
from .rules import Rules
from .shots import snap
from .timing import Slot, Speech, time_cues
from .units import Unit


@dataclass(frozen=True)
class Track:
    """The cues, and what became of them on the way."""

    cues: Cues
    spoken: Cues
    """The same with the times at which they are spoken: neither readable nor apart."""
    unsnapped: Cues
    """The same before they were moved to shot changes."""
    split: tuple[tuple[str, Unit], ...] = ()
    """Ids of cues, each with a unit in it that had to be cut, as it is longer than a line."""


def lay_out(  # noqa: PLR0913  all but four have defaults
    units: Sequence[Unit],
    language_code: str,
    end_ms: int,
    rules: Rules,
    *,
    start_ms: int = 0,
    cuts: Sequence[int] = (),
) -> Track:
    """The units as readable cues, shown between the start and the end of the film or of the clip of it.

    `cuts` are the shot changes, as film times in milliseconds, in order.
    """
    groups = _groups(pieces_of(units, language_code, rules), end_ms, rules)
    texts = [break_lines(group, rules) for group in groups]
    speeches = [_speech(group, lines, rules) for group, lines in zip(groups, texts, strict=True)]
    slots = time_cues(speeches, start_ms, end_ms, rules)
    cues = [_cue(number, *part) for number, part in enumerate(zip(groups, texts, strict=True), 1)]
    return Track(
        _timed(language_code, cues, snap(slots, speeches, cuts, rules)),
        _timed(language_code, cues, [Slot(speech.start_ms, speech.end_ms) for speech in speeches]),
        _timed(language_code, cues, slots),
        tuple(_split(cues, groups)),
    )


def _groups(pieces: Sequence[Piece], end_ms: int, rules: Rules) -> list[Sequence[Piece]]:
    stretches = list(phrases(pieces, rules))
    ends = [later[0].start_ms for _, later in pairwise(stretches)] + [end_ms + rules.gap_ms]
    return [group for stretch, end in zip(stretches, ends, strict=False) for group in divide(stretch, end, rules)]


def _speech(group: Sequence[Piece], lines: Sequence[str], rules: Rules) -> Speech:
    end_ms = max(piece.end_ms for piece in group)
    return Speech(group[0].start_ms, end_ms, rules.measure("\n".join(lines)))


def _cue(number: int, group: Sequence[Piece], lines: tuple[str, ...]) -> Cue:
    """The cue without its times."""
    units = [piece.unit for piece in group if piece.ends_unit]
    sources = dict.fromkeys(source for unit in units for source in unit.sources)
    speakers = dict.fromkeys(unit.speaker for unit in units if unit.speaker is not None)
    return Cue(f"cue:{number}", number, 0.0, 0.0, lines, tuple(sources), tuple(speakers), units[0].lyric)


def _timed(language_code: str, cues: Sequence[Cue], slots: Sequence[Slot]) -> Cues:
    timed = (
        replace(cue, start=slot.start_ms / 1000, end=slot.end_ms / 1000) for cue, slot in zip(cues, slots, strict=True)
    )
    return Cues(language_code, tuple(timed))


def _split(cues: Sequence[Cue], groups: Sequence[Sequence[Piece]]) -> Iterator[tuple[str, Unit]]:
    for cue, group in zip(cues, groups, strict=True):
        for piece in group:
            if piece.ends_unit and piece.text != piece.unit.shown:
                yield cue.id, piece.unit
