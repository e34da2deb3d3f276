"""Units: words as they are shown, of a transcript or of a translation, with the time in which they are spoken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from services.documents.plain import plain_text
from services.documents.transcript import Word

from .scripts import glue, is_unspaced, may_part

NOTE = "♪"
_NOTES = "♪♫♩♬"
_APART_SECONDS = 1.0
"""After such a silence even a mark that no line should begin with begins something new, e.g. a small kana."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A word, or what is shown as one: cues and lines are divided between units."""

    text: str
    glue: str
    """What stands before it if it does not begin a line: a space or nothing."""
    start: float
    """Film time in seconds."""
    end: float
    sources: tuple[str, ...]
    """Ids of the words, or of the translation's sentence, that it shows."""
    speaker: str | None = None
    """Id of who speaks it; None if nobody knows."""
    lyric: bool = False
    label: str = ""
    """Name of the speaker, where a turn begins and names are to be shown."""
    closes: bool = False
    """Whether a sentence is known to end with it, whatever its punctuation."""

    @property
    def shown(self) -> str:
        """The text with its label."""
        return f"{self.label}: {self.text}" if self.label else self.text


def units_of_words(words: Sequence[Word], language_code: str) -> list[Unit]:
    """The words of a transcript, each as a unit; with its neighbour where no line may be broken between them."""
    texts = [plain_text(word.text) for word in words]
    units = []
    for place, (word, text) in enumerate(zip(words, texts, strict=True)):
        before = glue(texts[place - 1], text, language_code) if place else ""
        units.append(Unit(text, before, word.start, word.end, (word.id,), word.speaker, word.lyric is not None))
    return join_inseparable(units) if is_unspaced(language_code) else units


def join_inseparable(units: Iterable[Unit]) -> list[Unit]:
    """Units of a script without spaces, joined where no line may be broken between them."""
    joined: list[Unit] = []
    for unit in units:
        if joined and _is_inseparable(joined[-1], unit):
            joined[-1] = _both(joined[-1], unit)
        else:
            joined.append(unit)
    return joined


def without_notes(units: Iterable[Unit]) -> list[Unit]:
    """The units with no notes in what is sung: each cue of it gets its own.

    What is only notes is shown with the word of its sentence beside it, in its time; by itself if there is none.
    """
    kept: list[Unit] = []
    for unit in units:
        bare = replace(unit, text=unit.text.strip(_NOTES + " ")) if unit.lyric else unit
        if not bare.text and kept and _is_alike(kept[-1], unit) and not kept[-1].closes:
            kept[-1] = replace(kept[-1], sources=_sources(kept[-1], unit), closes=unit.closes)
        elif kept and _is_only_notes(kept[-1], bare):
            note = kept.pop()
            kept.append(replace(bare, glue=note.glue, sources=_sources(note, bare)))
        else:
            kept.append(bare if bare.text else replace(unit, text=NOTE))
    return kept


def labelled(units: Iterable[Unit], names: Mapping[str, str]) -> Iterator[Unit]:
    """The units with the speaker's name, if there is one, where somebody else begins to speak."""
    before: str | None = None
    for unit in units:
        name = names.get(unit.speaker or "", "")
        yield replace(unit, label=plain_text(name)) if name and unit.speaker != before else unit
        before = unit.speaker or before


def another_speaks(earlier: Unit, later: Unit) -> bool:
    """Whether the later unit is known to have another speaker."""
    return None not in (earlier.speaker, later.speaker) and earlier.speaker != later.speaker


def _is_inseparable(earlier: Unit, later: Unit) -> bool:
    is_near = later.start - earlier.end < _APART_SECONDS and not later.glue
    return is_near and _is_alike(earlier, later) and not may_part(earlier.text, later.text)


def _is_alike(one: Unit, other: Unit) -> bool:
    return one.lyric == other.lyric and not another_speaks(one, other)


def _is_only_notes(earlier: Unit, later: Unit) -> bool:
    return earlier.text == NOTE and earlier.lyric and _is_alike(earlier, later)


def _both(one: Unit, other: Unit) -> Unit:
    text, end = one.text + other.glue + other.text, max(one.end, other.end)
    speaker = one.speaker or other.speaker
    return replace(one, text=text, end=end, sources=_sources(one, other), speaker=speaker, closes=other.closes)


def _sources(one: Unit, other: Unit) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.sources + other.sources))
