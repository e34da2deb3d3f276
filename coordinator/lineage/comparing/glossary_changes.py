"""What differs between two glossaries, and which words of a transcript say a term that differs. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from services.documents.glossary import Glossary, Term
from services.documents.terms import occurrences
from services.documents.transcript import Segment, Transcript
from services.documents.wording import joined

_FORMS = ("aliases", "script_forms", "case_sensitive")
"""What decides where a term is heard."""
_RENDERINGS = ("translations", "do_not_translate")
"""What decides only how it reads in a translation."""
_BREAK = " | "
"""Stands between segments, so that no term is found across their border."""


@dataclass(frozen=True)
class TermChange:
    """One term that a glossary has and the other has not, or has otherwise."""

    kind: Literal["added", "removed", "changed"]
    text: str
    fields: tuple[str, ...] = ()
    """What of a changed term differs."""
    languages: tuple[str, ...] | None = None
    """Into which translations it matters (BCP-47); None if it matters whatever language is shown."""
    terms: tuple[Term, ...] = field(default=(), repr=False)
    """The term before and after, as far as there is one."""

    def matters_in(self, language_code: str) -> bool:
        return self.languages is None or language_code in self.languages


def term_changes(old: Glossary | None, new: Glossary | None) -> tuple[TermChange, ...]:
    """What differs, term by term in order of text; how sure somebody is, or who says so, is no difference."""
    before, after = _by_text(old), _by_text(new)
    found = (_change(text, before.get(text), after.get(text)) for text in sorted({*before, *after}))
    return tuple(change for change in found if change is not None)


def _by_text(glossary: Glossary | None) -> dict[str, Term]:
    return {term.text: term for term in glossary.terms} if glossary else {}


def _change(text: str, old: Term | None, new: Term | None) -> TermChange | None:
    if old is None or new is None:
        return TermChange("added" if old is None else "removed", text, terms=tuple(filter(None, (old, new))))
    differing = tuple(name for name in (*_FORMS, *_RENDERINGS) if getattr(old, name) != getattr(new, name))
    if not differing:
        return None
    only_rendered = set(differing) <= set(_RENDERINGS)
    return TermChange("changed", text, differing, _languages(old, new) if only_rendered else None, (old, new))


def _languages(old: Term, new: Term) -> tuple[str, ...] | None:
    """The translations in which the term must now read otherwise; None for all, as what was free is so no more."""
    if old.do_not_translate != new.do_not_translate:
        return None
    tags = {*old.translations, *new.translations}
    return tuple(sorted(tag for tag in tags if old.translations.get(tag) != new.translations.get(tag)))


@dataclass(frozen=True)
class Spoken:
    """A transcript as one running text, each word with its place."""

    transcript: Transcript

    def saying(self, change: TermChange) -> frozenset[str]:
        """Ids of the words that say the term, as it was or as it is now."""
        language = self.transcript.language_code
        found = (it for term in change.terms for it in occurrences(self._text, term, language))
        return frozenset(word for it in found for word in self._words(it.start, it.end))

    @cached_property
    def _parts(self) -> tuple[str, list[int], list[str]]:
        """The text, and of each word the place it begins at and its id."""
        parts: list[str] = []
        starts: list[int] = []
        names: list[str] = []
        length = 0
        for part, name in _parts(self.transcript.segments, self.transcript.language_code):
            if name:
                starts.append(length)
                names.append(name)
            parts.append(part)
            length += len(part)
        return "".join(parts), starts, names

    @property
    def _text(self) -> str:
        return self._parts[0]

    def _words(self, start: int, end: int) -> list[str]:
        _, starts, names = self._parts
        return names[max(0, bisect_right(starts, start) - 1) : bisect_left(starts, end)]


def _parts(segments: Iterable[Segment], language_code: str) -> Iterator[tuple[str, str]]:
    """The pieces of the text, each with the id of the word that it is, if it is one."""
    space = joined(("", ""), language_code)
    for segment in segments:
        for place, word in enumerate(segment.words):
            yield (space if place else _BREAK), ""
            yield word.text, word.id


def terms_of_words(changes: Iterable[TermChange], transcript: Transcript) -> Mapping[str, tuple[TermChange, ...]]:
    """The changed terms that each word says, by its id; words that say none are left out."""
    spoken = Spoken(transcript)
    found: dict[str, list[TermChange]] = {}
    for change in changes:
        for word in spoken.saying(change):
            found.setdefault(word, []).append(change)
    return {word: tuple(of_word) for word, of_word in found.items()}
