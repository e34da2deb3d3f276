"""The ways of the cues of one track back to what was recognised, level by level, indexed once. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from services.documents.cues import Cues
from services.documents.glossary import Glossary
from services.documents.speech import Speech
from services.documents.transcript import Transcript
from services.documents.translation import Translation

from ..facts import Document, JobFacts
from ..joins import Written, from_outside, made_from, taken, written


@dataclass(frozen=True)
class Element:
    """A cue, a sentence, a word or a region: what of it may differ, and what it was made from."""

    id: str
    text: str
    start: float
    """Film time in seconds."""
    end: float
    sources: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Level:
    """One document on the way, and who wrote it."""

    stage: str
    """Empty for the transcript that the job is about."""
    shard: str
    number: int
    """Position of the step in the pipeline; 0 for what came from outside."""
    document: Document
    glossary: Glossary | None
    """The one that the step took."""

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        return tuple(_elements(self.document))

    @cached_property
    def by_id(self) -> Mapping[str, Element]:
        return {element.id: element for element in self.elements}

    @cached_property
    def made_of(self) -> Mapping[str, list[Element]]:
        """Elements by what they were made from."""
        found: dict[str, list[Element]] = {}
        for element in self.elements:
            for source in element.sources:
                found.setdefault(source, []).append(element)
        return found

    @cached_property
    def starts(self) -> list[float]:
        return [element.start for element in self.elements]


@dataclass(frozen=True)
class Way:
    """A track and the documents behind it, the recogniser's first and the cues, or sentences, last."""

    shard: str
    language_code: str
    levels: tuple[Level, ...]
    speech: Level | None
    """The regions that the recogniser listened to."""

    @property
    def shown(self) -> Level:
        return self.levels[-1]

    @property
    def transcript(self) -> Level | None:
        """The transcript whose words are shown or translated; None if the track was made of none."""
        return next((level for level in reversed(self.levels) if isinstance(level.document, Transcript)), None)

    @property
    def is_translated(self) -> bool:
        return any(isinstance(level.document, Translation) for level in self.levels)

    def behind(self, element: Element, level: Level) -> list[str]:
        """Ids of the elements of an earlier level that an element of the last one was made from."""
        names: Iterable[str] = element.sources
        for between in reversed(self.levels[self.levels.index(level) + 1 : -1]):
            names = [source for name in names if name in between.by_id for source in between.by_id[name].sources]
        return list(dict.fromkeys(names))

    def within(self, start: float, end: float) -> list[Element]:
        """What was recognised around a stretch of the film: elements whose middle lies in it."""
        level = self.levels[0]
        found: list[Element] = []
        place = bisect_left(level.starts, end)
        while place > 0 and level.starts[place - 1] >= start - _LONGEST_SECONDS:
            place -= 1
            element = level.elements[place]
            if start <= (element.start + element.end) / 2 <= end:
                found.append(element)
        return found[::-1]

    def onward(self, start: float, end: float) -> Iterator[tuple[Level, list[Element]]]:
        """What was recognised around a stretch of the film and, level by level, what was made of it before it was
        shown.
        """
        elements = self.within(start, end)
        yield self.levels[0], elements
        for level in self.levels[1:-1]:
            elements = _made_of(level, elements)
            yield level, elements

    def heard_in(self, recognised: Iterable[Element]) -> list[Element]:
        """The speech regions that recognised words name."""
        if self.speech is None:
            return []
        names = dict.fromkeys(source for element in recognised for source in element.sources)
        return [self.speech.by_id[name] for name in names if name in self.speech.by_id]


_LONGEST_SECONDS = 10.0
"""No word lasts longer."""


def ways(facts: JobFacts) -> dict[str, Way]:
    """The way of each track by its shard; of a job without cues, of each translation.

    Raises LineageBroken if the documents do not join up.
    """
    made = list(written(facts))
    tracks = [it for it in made if isinstance(it.document, Cues)] or _of_kind(made, Translation)
    return {it.manifest.shard: _way(facts, it) for it in tracks}


def _of_kind(made: Iterable[Written], kind: type[Document]) -> list[Written]:
    return [it for it in made if isinstance(it.document, kind)]


def _way(facts: JobFacts, track: Written) -> Way:
    chain = list(_chain(facts, track))
    levels = [it for it in chain if not isinstance(it.document, Speech)]
    speech = next((it for it in chain if isinstance(it.document, Speech)), None)
    assert isinstance(track.document, Cues | Translation)
    return Way(track.manifest.shard, track.document.language_code, tuple(levels[::-1]), speech)


def _chain(facts: JobFacts, track: Written) -> Iterator[Level]:
    """The documents from the track back to the speech regions, or to the transcript that the job is about."""
    made: Written | None = track
    while made is not None and isinstance(made.document, _KINDS):
        step = made.manifest
        yield Level(step.stage, step.shard, step.number, made.document, taken(facts, made, Glossary))
        outside = from_outside(facts, made)
        if outside is not None:
            yield Level("", "", 0, outside, None)
            return
        made = made_from(facts, made)


_KINDS = (Cues, Translation, Transcript, Speech)


def _elements(document: Document) -> Iterator[Element]:
    match document:
        case Cues():
            yield from (Element(it.id, it.text, it.start, it.end, it.sources) for it in document.cues)
        case Translation():
            yield from (Element(it.id, it.text, it.start, it.end, it.sources) for it in document.sentences)
        case Transcript():
            yield from (Element(it.id, it.text, it.start, it.end, it.sources) for it in document.words)
        case Speech():
            yield from (Element(it.id, "", it.start, it.end, it.sources) for it in document.regions)


def _made_of(level: Level, sources: Iterable[Element]) -> list[Element]:
    """The elements that were made from any of those, in order of time."""
    found = {element.id: element for source in sources for element in level.made_of.get(source.id, ())}
    return sorted(found.values(), key=lambda element: element.start)
