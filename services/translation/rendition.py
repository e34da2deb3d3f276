"""Rendition: one scene through an engine, protected before and checked after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from services.documents.glossary import Glossary
from services.documents.translation import Sentence
from services.runtime.progress import Progress

from .checks import has_words, problems, terms_kept, verdict
from .marks import Dressed, undress
from .masking import Masked, Required, mask, required_terms
from .pairs import Pair
from .sentences import Spoken
from .translator import Batch, Engine, Line, Protection, Rendering

_MENDABLE = frozenset({"TERM_LOST", "TAG_LOST", "NOTES_LOST"})
"""What another protection may save."""


@dataclass(frozen=True)
class Task:
    """What is the same for every scene."""

    pair: Pair
    glossary: Glossary | None
    names: frozenset[str]
    """Words that are known to be names, in small letters."""
    engine: Engine
    progress: Progress


@dataclass(frozen=True)
class Draft:
    """A sentence that is being translated."""

    spoken: Spoken
    scene: int
    dressed: Dressed
    """Its text, without the marks around it."""
    terms: tuple[Required, ...]

    @property
    def text(self) -> str:
        return self.dressed.text

    def masked(self, protection: Protection) -> Masked:
        return mask(self.text, self.terms, protection)

    @property
    def named_terms(self) -> tuple[tuple[str, str], ...]:
        return tuple(dict.fromkeys((term.source_text, term.expected) for term in self.terms))


def draft(spoken: Spoken, scene: int, task: Task) -> Draft:
    dressed = undress(spoken.text)
    return Draft(spoken, scene, dressed, tuple(required_terms(dressed.text, task.glossary, task.pair.target)))


def translate_scene(drafts: Sequence[Draft], before: Sequence[str], task: Task) -> list[Sentence]:
    """A sentence for each draft. `before` is what was said just before the scene.

    What an engine spoils under one protection is given to it again under the next; the better answer counts.
    """
    best = {draft.spoken.id: _without_engine(draft, task) for draft in drafts}
    pending = [draft for draft in drafts if best[draft.spoken.id] is None]
    for protection in task.engine.protections:
        if not pending:
            break
        for draft, candidate in zip(pending, _attempt(pending, before, protection, task), strict=True):
            best[draft.spoken.id] = _better(best[draft.spoken.id], candidate)
        pending = [draft for draft in pending if _is_mendable(best[draft.spoken.id])]
    return [sentence for sentence in best.values() if sentence is not None]


def _without_engine(draft: Draft, task: Task) -> Sentence | None:
    """The sentence if it is nothing but marks, numbers and terms; None if it has words to translate."""
    alone = draft.text
    for term in reversed(draft.terms):
        alone = alone[: term.start] + alone[term.end :]
    if has_words(alone):
        return None
    masked = draft.masked("placeholder")
    text = masked.reveal(masked.text) if draft.terms else draft.text
    return _sentence(draft, text, "kept" if text == draft.text else "translated", task)


def _attempt(drafts: Sequence[Draft], before: Sequence[str], protection: Protection, task: Task) -> list[Sentence]:
    masked = [draft.masked(protection) for draft in drafts]
    lines = [Line(draft.spoken.id, it.text, draft.named_terms) for draft, it in zip(drafts, masked, strict=True)]
    answers = task.engine.translate(Batch(tuple(lines), tuple(before)), task.pair, task.progress)
    return [
        _judged(draft, Rendering(it.reveal(answer.text).strip(), answer.problems), task)
        for draft, it, answer in zip(drafts, masked, answers, strict=True)
    ]


def _judged(draft: Draft, answer: Rendering, task: Task) -> Sentence:
    status = verdict(draft.text, answer.text, task.pair, task.names, draft.terms)
    text = answer.text if status == "translated" else draft.text
    return _sentence(draft, text, status, task, answer.problems)


def _sentence(
    draft: Draft,
    text: str,
    status: Literal["translated", "untranslated", "kept"],
    task: Task,
    found: tuple[str, ...] = (),
) -> Sentence:
    spoken = draft.spoken
    dressed = draft.dressed.again(text)
    terms = terms_kept(draft.terms, dressed, task.pair.target)
    return Sentence(
        id=spoken.id,
        start=spoken.start,
        end=spoken.end,
        source_text=spoken.text,
        text=dressed,
        status=status,
        engine=task.engine.name,
        scene=draft.scene,
        sources=tuple(word.id for word in spoken.words),
        speaker=spoken.speaker,
        lyric=spoken.lyric,
        terms=terms,
        problems=(*problems(spoken.text, dressed, terms), *found),
    )


def _better(one: Sentence | None, other: Sentence) -> Sentence:
    """The one with less to complain of; of equal ones the first."""
    return min((it for it in (one, other) if it is not None), key=_faults)


def _faults(sentence: Sentence) -> tuple[bool, int, int]:
    lost = sum(not term.kept for term in sentence.terms)
    return sentence.status == "untranslated", lost, len(sentence.problems)


def _is_mendable(sentence: Sentence | None) -> bool:
    return sentence is not None and not _MENDABLE.isdisjoint(sentence.problems)
