"""How the cues of two jobs differ, and the first step on the way of each at which its elements do. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from services.documents.cues import Cue, Cues
from services.documents.glossary import Glossary
from services.documents.transcript import Transcript
from services.documents.translation import Translation

from .cue_matching import Pair, match
from .glossary_changes import TermChange, term_changes, terms_of_words
from .ways import Element, Level, Way

Kind = Literal["text", "time", "added", "dropped"]


@dataclass(frozen=True)
class CueCause:
    """The first step on the way of a cue whose elements differ."""

    stage: str
    shard: str
    terms: tuple[str, ...] = ()
    """The entries of its glossary that differ and are said there."""


@dataclass(frozen=True)
class CueDifference:
    """One cue that is not as it was."""

    kinds: tuple[Kind, ...]
    old: Cue | None
    new: Cue | None
    start_ms: int
    """By how much it begins later; 0 for one that was added or dropped."""
    end_ms: int
    cause: CueCause


@dataclass(frozen=True)
class TrackDifference:
    """One track of two jobs, cue by cue."""

    shard: str
    old_language_code: str
    """BCP-47; empty if the job has no such track."""
    new_language_code: str
    equal: int
    """How many cues are as they were."""
    cues: tuple[CueDifference, ...]
    """The others, in order of time."""

    @property
    def differs(self) -> bool:
        return bool(self.cues) or self.old_language_code != self.new_language_code


def track_differences(old: Mapping[str, Way], new: Mapping[str, Way]) -> tuple[TrackDifference, ...]:
    """Every track that either job has."""
    shards = dict.fromkeys([*old, *new])
    both = ((shard, old.get(shard), new.get(shard)) for shard in shards)
    return tuple(_track(*it) for it in both if any(way and _cues(way) is not None for way in it[1:]))


def _track(shard: str, old: Way | None, new: Way | None) -> TrackDifference:
    languages = old.language_code if old else "", new.language_code if new else ""
    if old is None or new is None:
        return TrackDifference(shard, *languages, 0, ())
    pairs = match(_cues(old) or (), _cues(new) or (), new.language_code)
    causes = _Causes(old, new)
    differing = [_difference(pair, causes) for pair in pairs if _kinds(pair)]
    return TrackDifference(shard, *languages, len(pairs) - len(differing), tuple(differing))


def _cues(way: Way) -> Sequence[Cue] | None:
    return way.shown.document.cues if isinstance(way.shown.document, Cues) else None


def _difference(pair: Pair, causes: _Causes) -> CueDifference:
    shifts = (0, 0)
    if pair.old and pair.new:
        shifts = _milliseconds(pair.old.start, pair.new.start), _milliseconds(pair.old.end, pair.new.end)
    return CueDifference(_kinds(pair), pair.old, pair.new, *shifts, causes.of(pair))


def _kinds(pair: Pair) -> tuple[Kind, ...]:
    if pair.old is None:
        return ("added",)
    if pair.new is None:
        return ("dropped",)
    found: list[Kind] = ["text"] if pair.old.lines != pair.new.lines else []
    if (pair.old.start, pair.old.end) != (pair.new.start, pair.new.end):
        found.append("time")
    return tuple(found)


def _milliseconds(before: float, after: float) -> int:
    return round((after - before) * 1000)


@dataclass(frozen=True)
class _Causes:
    """The ways of one track in both jobs."""

    old: Way
    new: Way

    def of(self, pair: Pair) -> CueCause:
        """Where what stands behind the cues first differs in text or, if it nowhere does, in time."""
        sides = list(self._sides(pair))
        is_same_text = pair.old is not None and pair.new is not None and pair.old.lines == pair.new.lines
        for is_timed in (True,) if is_same_text else (False, True):
            for place, (level, before, after) in enumerate(sides):
                if _signature(before, timed=is_timed) != _signature(after, timed=is_timed):
                    return self._named(place, level, before, after)
        return CueCause(self.new.shown.stage, self.new.shown.shard)

    def _named(self, place: int, level: Level, before: list[Element], after: list[Element]) -> CueCause:
        listened = self.new.speech
        if place == 0 and listened and self._regions(self.old, before) != self._regions(self.new, after):
            return CueCause(listened.stage, listened.shard)
        return CueCause(level.stage, level.shard, self._terms(level, before, after))

    @staticmethod
    def _regions(way: Way, recognised: Iterable[Element]) -> list[tuple[str, float, float]]:
        return _signature(way.heard_in(recognised), timed=True)

    def _sides(self, pair: Pair) -> Iterator[tuple[Level, list[Element], list[Element]]]:
        """What stands behind the cues at each level before the cues, the recogniser's first.

        At the first it is all that was recognised in the time of either; then what was made of that. So a word that
        only went over to the next cue differs nowhere, and the layout is left as the cause. Where one side lacks a
        step, what that side had before stands for what the step would have made.
        """
        span = self._span(pair)
        if span is None:
            return
        old, new = (
            {level.number: (level, found) for level, found in way.onward(*span)} for way in (self.old, self.new)
        )
        before: list[Element] = []
        after: list[Element] = []
        for number in sorted({*old, *new}):
            before = old[number][1] if number in old else before
            after = new[number][1] if number in new else after
            yield (new.get(number) or old[number])[0], before, after

    def _span(self, pair: Pair) -> tuple[float, float] | None:
        """The time of what was recognised behind either cue."""
        found = [*self._recognised(self.old, pair.old), *self._recognised(self.new, pair.new)]
        if not found:
            return None
        return min(it.start for it in found), max(it.end for it in found)

    @staticmethod
    def _recognised(way: Way, cue: Cue | None) -> list[Element]:
        if cue is None:
            return []
        first = way.levels[0]
        names = way.behind(way.shown.by_id[cue.id], first)
        return [first.by_id[name] for name in names if name in first.by_id]

    def _terms(self, level: Level, before: list[Element], after: list[Element]) -> tuple[str, ...]:
        """The entries that differ in the glossary of the step and are said in what differs."""
        said = _said(self._changed_words[level.stage, level.shard], level, after) if self._takes(level) else set()
        other = next((it for it in self.old.levels if (it.stage, it.shard) == (level.stage, level.shard)), None)
        if other is not None and self._takes(other):
            said |= _said(self._changed_words_before[other.stage, other.shard], other, before)
        return tuple(sorted(said))

    @staticmethod
    def _takes(level: Level) -> bool:
        return isinstance(level.document, Transcript | Translation)

    @cached_property
    def _changed_words(self) -> dict[tuple[str, str], Mapping[str, tuple[TermChange, ...]]]:
        return _terms_by_level(self.new, self.old)

    @cached_property
    def _changed_words_before(self) -> dict[tuple[str, str], Mapping[str, tuple[TermChange, ...]]]:
        return _terms_by_level(self.old, self.new)


def _terms_by_level(way: Way, other: Way) -> dict[tuple[str, str], Mapping[str, tuple[TermChange, ...]]]:
    """For each level of a way the changed terms of the glossary that it took, by the words that say them.

    The words are its own if it is a transcript, else those that it translates.
    """
    glossaries = {(level.stage, level.shard): level.glossary for level in other.levels}
    found = {}
    for level in way.levels:
        before = glossaries.get((level.stage, level.shard))
        found[level.stage, level.shard] = _changed_terms(level, way, before)
    return found


def _changed_terms(level: Level, way: Way, other: Glossary | None) -> Mapping[str, tuple[TermChange, ...]]:
    heard = level if isinstance(level.document, Transcript) else way.transcript
    if heard is None or not isinstance(heard.document, Transcript) or level.glossary == other:
        return {}
    changes = term_changes(other, level.glossary)
    if isinstance(level.document, Translation):
        changes = tuple(change for change in changes if change.matters_in(level.document.language_code))
    return terms_of_words(changes, heard.document)


def _said(terms: Mapping[str, tuple[TermChange, ...]], level: Level, elements: Iterable[Element]) -> set[str]:
    """The terms that the elements say: words of a transcript, or the words that sentences translate."""
    is_spoken = isinstance(level.document, Transcript)
    words = (name for it in elements for name in ((it.id,) if is_spoken else it.sources))
    return {change.text for word in words for change in terms.get(word, ())}


def _signature(elements: Iterable[Element], *, timed: bool) -> list[tuple[str, float, float]]:
    """What is compared: the texts, and if that is asked for the times to the millisecond."""
    return [(it.text, round(it.start, 3), round(it.end, 3)) if timed else (it.text, 0.0, 0.0) for it in elements]
