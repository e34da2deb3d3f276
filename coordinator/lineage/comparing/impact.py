"""What a change of a job would touch: steps that would run, cues that say a changed term, time and cost. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.documents.glossary import Glossary
from services.documents.transcript import Transcript

from ..facts import JobFacts
from .foreseen import ForeseenStep, Verdict
from .glossary_changes import TermChange, term_changes, terms_of_words
from .paces import Estimate, Run, Total, estimates, film_seconds, runs_of, total
from .parts import Change
from .ways import Way, ways


@dataclass(frozen=True)
class TouchedStep:
    """One step, and how long it would take."""

    number: int
    stage: str
    shard: str
    verdict: Verdict
    reason: str
    changes: tuple[Change, ...]
    estimate: Estimate | None
    """None if it would not run, or if no run of its stage is known."""


@dataclass(frozen=True)
class TouchedCue:
    """One cue, or of a job without cues one sentence, whose source says a changed term."""

    language_code: str
    """BCP-47: of its track."""
    id: str
    number: int
    start: float
    """Film time in seconds."""
    end: float
    text: str
    source: str
    """What is said, in the language of the film."""
    terms: tuple[str, ...]
    """The changed terms that it says."""


@dataclass(frozen=True)
class Impact:
    """The answer for one job."""

    job: str
    title: str
    steps: tuple[TouchedStep, ...]
    terms: tuple[TermChange, ...]
    """What changes in the glossary."""
    cues: tuple[TouchedCue, ...]
    """In order of track and time."""
    certain: Total
    possible: Total
    """The certain steps and those that are only possible."""

    @property
    def touches(self) -> bool:
        """Whether any step would run."""
        return any(step.verdict in (Verdict.CERTAIN, Verdict.POSSIBLE) for step in self.steps)

    def to_json(self) -> dict[str, Any]:
        document = dataclasses.asdict(self)
        for term in document["terms"]:
            del term["terms"]
        return {"schema": "cuegraph.impact/1", "touches": self.touches, **document}


@dataclass(frozen=True)
class Evidence:
    """What is known beside the job itself."""

    glossary: Glossary | None
    """As it would be; None if the job has no step that makes one."""
    runs: tuple[Run, ...] = ()
    """Of stages on other films."""
    price_per_hour: float | None = None
    """Of the machine, in any currency."""


def impact(facts: JobFacts, foreseen: Sequence[ForeseenStep], evidence: Evidence) -> Impact:
    """Puts together what was foreseen of a job. Raises LineageBroken if its documents do not join up."""
    own = list(runs_of(facts))
    record = facts.job_record
    seconds = film_seconds(own, record.media.duration_seconds if record else None)
    known = estimates(foreseen, own, evidence.runs, seconds)
    certain = [step for step in foreseen if step.verdict is Verdict.CERTAIN]
    either = [step for step in foreseen if step.would_run]
    before = glossary_of(facts)
    terms = term_changes(before, evidence.glossary) if evidence.glossary else ()
    return Impact(
        facts.job,
        record.media.title if record else "",
        tuple(_touched(step, known) for step in foreseen),
        terms,
        tuple(touched_cues(ways(facts), terms)) if terms else (),
        total(certain, known, evidence.price_per_hour),
        total(either, known, evidence.price_per_hour),
    )


def glossary_of(facts: JobFacts) -> Glossary | None:
    """The glossary that a job made; None if it made none."""
    return next((it for it in facts.documents.values() if isinstance(it, Glossary)), None)


def touched_cues(tracks: Mapping[str, Way], terms: Iterable[TermChange]) -> Iterator[TouchedCue]:
    """The cues of every track whose source says a term that matters there."""
    changes = tuple(terms)
    saying: dict[int, Mapping[str, tuple[TermChange, ...]]] = {}
    for way in tracks.values():
        heard = way.transcript
        if heard is None or not isinstance(heard.document, Transcript):
            continue
        if id(heard.document) not in saying:  # tracks share their transcript
            saying[id(heard.document)] = terms_of_words(changes, heard.document)
        yield from _touched_in(way, saying[id(heard.document)])


def _touched_in(way: Way, saying: Mapping[str, tuple[TermChange, ...]]) -> Iterator[TouchedCue]:
    heard = way.transcript
    assert heard is not None
    language = way.language_code if way.is_translated else ""
    for number, element in enumerate(way.shown.elements, 1):
        words = way.behind(element, heard)
        said = {it.text for word in words for it in saying.get(word, ()) if it.matters_in(language)}
        if said:
            source = " ".join(heard.by_id[word].text for word in words if word in heard.by_id)
            place = way.language_code, element.id, number, element.start, element.end
            yield TouchedCue(*place, element.text, source, tuple(sorted(said)))


def _touched(step: ForeseenStep, known: Mapping[tuple[str, str], Estimate]) -> TouchedStep:
    estimate = known.get(step.place)
    return TouchedStep(step.number, step.stage, step.shard, step.verdict, step.reason, step.changes, estimate)
