"""Edited: what a person made of a track is put in its place, and what stood there before is kept.

Cues that show the same text are the same, whenever they are shown; between them, cues that share their time are, and
of what is left, in order, those whose text is alike (matching blocks by Ratcliff and Obershelp, in difflib).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from services.documents.cues import Cue, Cues, Edit, FormerCue
from services.documents.subtitle_files import WrittenCue, visible

from .layout import Track
from .text import on_one_line
from .units import Unit

_SHARED = 0.5
"""Of the shorter of two cues: the part of its time that both must be shown."""
_ALIKE = 0.6
"""Likeness of two texts, from 0 to 1, at which one is taken for a changed form of the other."""


def put_back(cues: Cues, written: Sequence[WrittenCue]) -> Cues:
    """The track as the person wants it. `cues` is what was laid out, `written` what their file has."""
    links = _links(cues.cues, written)
    edited = [_cue(number, one, links[place]) for number, (place, one) in enumerate(enumerate(written), 1)]
    kept = {former.id for formers in links for former in formers}
    dropped = (_former(cue) for cue in cues.cues if cue.id not in kept)
    return Cues(cues.language_code, tuple(edited), tuple(dropped))


def as_it_is(cues: Cues) -> Track:
    """A track that nothing is done to any more."""
    return Track(cues, cues, cues)


def units_of(cues: Cues) -> list[Unit]:
    """Each cue as one unit, for what is made of units."""
    return [_unit(cue, cues.language_code) for cue in cues.cues]


def _unit(cue: Cue, language_code: str) -> Unit:
    speaker = cue.speakers[0] if len(cue.speakers) == 1 else None
    return Unit(on_one_line(cue, language_code), " ", cue.start, cue.end, cue.sources, speaker, cue.lyric)


def _links(cues: Sequence[Cue], written: Sequence[WrittenCue]) -> list[list[Cue]]:
    """For each cue of the file, those that it stands for."""
    links: list[list[Cue]] = [[] for _ in written]
    matcher = SequenceMatcher(None, [_seen(cue) for cue in cues], [one.lines for one in written], autojunk=False)
    for kind, first, last, begin, end in matcher.get_opcodes():
        if kind == "equal":
            for cue, place in zip(cues[first:last], range(begin, end), strict=True):
                links[place].append(cue)
        elif kind == "replace":
            for place, cue in _links_between(cues[first:last], written, range(begin, end)):
                links[place].append(cue)
    return links


def _links_between(cues: Sequence[Cue], written: Sequence[WrittenCue], places: range) -> Iterator[tuple[int, Cue]]:
    """Links of cues whose texts differ."""
    together = [(place, cue) for place in places for cue in cues if _share_time(cue, written[place])]
    linked, taken = {cue.id for _, cue in together}, {place for place, _ in together}
    yield from together
    left = [cue for cue in cues if cue.id not in linked]
    for place in places:
        like = next((cue for cue in left if _is_like(cue, written[place])), None) if place not in taken else None
        if like is not None:
            left = left[left.index(like) + 1 :]
            yield place, like


def _share_time(cue: Cue, written: WrittenCue) -> bool:
    shared = min(cue.end, written.end) - max(cue.start, written.start)
    return shared >= _SHARED * min(cue.duration, written.end - written.start)


def _is_like(cue: Cue, written: WrittenCue) -> bool:
    return SequenceMatcher(None, cue.text, "\n".join(written.lines), autojunk=False).ratio() >= _ALIKE


def _cue(number: int, written: WrittenCue, former: Sequence[Cue]) -> Cue:
    cue = Cue(
        id=f"cue:{number}",
        number=number,
        start=written.start,
        end=written.end,
        lines=written.lines,
        sources=_each(source for one in former for source in one.sources),
        speakers=_each(speaker for one in former for speaker in one.speakers),
        lyric=any(one.lyric for one in former) if former else written.sung,
    )
    if len(former) == 1 and cue.lines == _seen(former[0]):
        cue = replace(cue, lines=former[0].lines)
        if (cue.start, cue.end) == (former[0].start, former[0].end):
            return cue
    return replace(cue, edit=Edit(written.row, tuple(map(_former, former))))


def _seen(cue: Cue) -> tuple[str, ...]:
    """The lines as a person sees them."""
    return tuple(map(visible, cue.lines))


def _former(cue: Cue) -> FormerCue:
    return FormerCue(cue.id, cue.start, cue.end, cue.lines, cue.sources)


def _each(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
