"""What a film document gives to a glossary: its characters, the forms in which people call them, cast and title.

A catalogue writes a role as it pleases: `Dr. Emmett Brown`, `Emmett "Doc" Brown (voice)`, `Marty / Marlene`,
`Waitress #2`, `Self`. A name is taken from it where there is one. Its honorific is left away, as that may well be
translated where the name may not; `Strickland` is found in `Mr. Strickland` all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from services.documents.entries import Entry, tidy
from services.documents.film import Film

from .merging import Said
from .role_words import BEFORE_NAMES, ORDINARY, PARTICLES, ROLES

SOURCE = "metadata:film"
_REMARK = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_NICKNAME = re.compile(
    r"""["\u201c\u00ab](?P<in_quotes>.+?)["\u201d\u00bb]|(?<!\w)['\u2018](?P<single>.+?)['\u2019](?!\w)"""
)
_BETWEEN_ROLES = re.compile(r"\s+/\s+|;")
_NUMBER = re.compile(r"#?\d+")
_SHORTEST_FORM = 3
_SHORTEST_LATIN_TITLE = 5


@dataclass(frozen=True)
class Wish:
    """What of a film document is wanted, and how sure it is."""

    characters: bool
    character_confidence: float
    cast: bool
    cast_confidence: float
    titles: bool
    keep_names: bool
    """Whether names must reach a translation letter by letter."""


@dataclass(frozen=True)
class Name:
    words: tuple[str, ...]
    nicknames: tuple[str, ...]

    @property
    def full(self) -> str:
        return " ".join(self.words)

    @property
    def forms(self) -> tuple[str, ...]:
        """How else people call whoever has it."""
        forms = [*self.nicknames]
        if len(self.words) > 1 and PARTICLES.isdisjoint(self.words):
            forms += [f"{nickname} {self.words[-1]}" for nickname in self.nicknames]
            forms += [self.words[0], self.words[-1]]
        return tuple(dict.fromkeys(form for form in forms if _tells_somebody(form)))


def said_by(film: Film, wish: Wish) -> list[Said]:
    """Entries of the level `metadata`, the first in the credits first; each names what it was made from."""
    characters = list(_characters(film, wish)) if wish.characters else []
    named = {it.entry.term for it in characters}
    actors = _actors(film, wish) if wish.cast else ()
    titles = _titles(film, wish) if wish.titles else ()
    return [*characters, *(it for it in actors if it.entry.term not in named), *titles]


def names_in(role: str) -> list[Name]:
    """The names in what a catalogue says of a role; none if it only says what somebody does."""
    parts = _BETWEEN_ROLES.split(_REMARK.sub(" ", tidy(role)))
    return [name for part in parts if (name := _name(part)) is not None]


def _characters(film: Film, wish: Wish) -> Iterator[Said]:
    """Full names first. A short form is a term and no alias: who says `Doc` must not be made to say the full name."""
    named = [(member.id, name) for member in film.cast for name in names_in(member.character)]
    for member_id, name in named:
        keep = wish.keep_names and name.full.casefold() not in ORDINARY
        yield _said(member_id, name.full, wish.character_confidence, keep=keep)
    for member_id, name in named:
        for form in name.forms:
            yield _said(member_id, form, wish.character_confidence, keep=wish.keep_names)


def _actors(film: Film, wish: Wish) -> Iterator[Said]:
    for member in film.cast:
        if tidy(member.name):
            yield _said(member.id, tidy(member.name), wish.cast_confidence, keep=wish.keep_names)


def _titles(film: Film, wish: Wish) -> Iterator[Said]:
    """How a title reads in other languages is for the glossaries to say, so it may be translated."""
    title, original = tidy(film.title), tidy(film.original_title)
    if _is_telling(title):
        yield _said(f"{SOURCE}:title", title, wish.character_confidence)
    if original != title and _is_telling(original):
        entry = Entry(original, language=film.language_code, confidence=wish.character_confidence)
        yield Said(entry, "metadata", SOURCE, f"{SOURCE}:original_title")


def _is_telling(title: str) -> bool:
    """`It` and `Up` are in every film; in other scripts few letters say much."""
    return len(title) >= _SHORTEST_LATIN_TITLE or (not title.isascii() and bool(title))


def _said(element: str, term: str, confidence: float, *, keep: bool = False) -> Said:
    entry = Entry(term, do_not_translate=keep or None, confidence=confidence)
    return Said(entry, "metadata", SOURCE, element)


def _name(part: str) -> Name | None:
    nicknames = tuple(tidy(it["in_quotes"] or it["single"]) for it in _NICKNAME.finditer(part))
    words = _without_honorifics(_NICKNAME.sub(" ", part).split()) or " ".join(nicknames[:1]).split()
    if any(_is_nobody(word) for word in words) or not re.search(r"\w", "".join(words)):
        return None
    if all(word.islower() for word in words):
        return None
    return Name(tuple(words), tuple(it for it in nicknames if it != " ".join(words)))


def _without_honorifics(words: list[str]) -> list[str]:
    while words and _bare(words[0]) in BEFORE_NAMES:
        words = words[1:]
    return words


def _is_nobody(word: str) -> bool:
    return _bare(word) in ROLES or bool(_NUMBER.fullmatch(word)) or word.endswith(("'s", "\u2019s", "s'", "s\u2019"))


def _tells_somebody(form: str) -> bool:
    return len(form) >= _SHORTEST_FORM and _bare(form) not in ORDINARY | ROLES | BEFORE_NAMES


def _bare(word: str) -> str:
    return word.casefold().strip(".,")
