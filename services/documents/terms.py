"""Terms of a glossary in text: where they stand, as whole words, in any script.

    for term, found in find_terms("Marty's DeLorean", glossary):
        print(term.id, found.start, found.end, found.text)

Words of scripts that are written without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese, Tibetan) have no edges
to look for and are found anywhere; only in Katakana, which writes foreign names, a term is not found inside a longer
run. In Korean a particle may follow. White space, apostrophes and hyphens count as equal whatever their code point,
and composed letters as equal to decomposed ones.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from .folding import Folded, fold, language_of
from .glossary import Glossary, Term

_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f]")
_KOREAN_PARTICLES = re.compile(
    r"(?:은|는|이|가|을|를|의|에|에서|에게|에게서|께|한테|한테서|와|과|랑|이랑|도|만|로|으로|라고|이라고|라는|이라는|보다|처럼|까지|부터"
    r"|아|야|여|이여|님|씨|이다|다|이야|예요|이에요|입니다)(?!\w)"
)


@dataclass(frozen=True)
class Occurrence:
    """One place of a text where a term stands."""

    start: int
    """First code point of the text that belongs to it."""
    end: int
    """First code point after it."""
    text: str
    """As the text writes it."""
    form: str
    """As the glossary writes it: the term's text, one of its aliases or script forms, or its translation."""


def occurrences(text: str, term: Term, language_code: str) -> list[Occurrence]:
    """Where `text`, which is in `language_code`, has the term by its text, an alias or a form in another script.

    In order, without overlaps: the longest form counts. For a term's translation ask `form_occurrences`.
    """
    forms = dict.fromkeys((term.text, *term.aliases, *term.script_forms.values()))
    found = [it for form in forms for it in form_occurrences(text, form, language_code, term.case_sensitive)]
    return [it for _, it in _longest((0, it) for it in found)]


def find_terms(text: str, glossary: Glossary) -> list[tuple[Term, Occurrence]]:
    """Every term in a text of the glossary's language, in order of the text and without overlaps.

    Of terms that overlap the longest counts; of equally long ones that which the glossary has first.
    """
    found = (
        (rank, it) for rank, term in enumerate(glossary.terms) for it in occurrences(text, term, glossary.language_code)
    )
    return [(glossary.terms[rank], it) for rank, it in _longest(found)]


def form_occurrences(text: str, form: str, language_code: str, case_sensitive: bool = True) -> list[Occurrence]:
    """Where `text`, which is in `language_code`, has this very form as whole words, in order."""
    haystack = fold(text, language_code, case_sensitive=case_sensitive)
    needle = fold(form, language_code, case_sensitive=case_sensitive).text.strip()
    spans = _spans(haystack, needle, language_code) if needle else ()
    return [Occurrence(start, end, text[start:end], form) for start, end in spans]


def _spans(haystack: Folded, needle: str, language_code: str) -> Iterable[tuple[int, int]]:
    place = haystack.text.find(needle)
    while place >= 0:
        end = place + len(needle)
        if (
            place in haystack.starts
            and end in haystack.ends
            and _stands_alone(haystack.text, place, end, language_code)
        ):
            yield haystack.starts[place], haystack.ends[end]
        place = haystack.text.find(needle, place + 1)


def _stands_alone(text: str, start: int, end: int, language_code: str) -> bool:
    """Whether a word begins at `start` and one ends at `end`."""
    if start and _are_one_word(text[start - 1], text[start]):
        return False
    if end == len(text) or not _are_one_word(text[end - 1], text[end]):
        return True
    return language_of(language_code) == "ko" and _KOREAN_PARTICLES.match(text, end) is not None


def _are_one_word(left: str, right: str) -> bool:
    """Whether two characters that stand side by side belong to one word."""
    if not (_is_of_a_word(left) and _is_of_a_word(right)):
        return False
    if _UNSPACED.match(left) or _UNSPACED.match(right):
        return bool(_KATAKANA.match(left) and _KATAKANA.match(right))
    return True


def _is_of_a_word(character: str) -> bool:
    """Letters, digits and the marks on them: a vowel sign of Hindi ends no word."""
    return character.isalnum() or unicodedata.category(character).startswith("M")


def _longest(found: Iterable[tuple[int, Occurrence]]) -> list[tuple[int, Occurrence]]:
    """In order of the text, without those that overlap a longer one, or one as long with a better rank."""
    taken: list[tuple[int, Occurrence]] = []
    for rank, it in sorted(found, key=lambda pair: (pair[1].start - pair[1].end, pair[0], pair[1].start)):
        if all(it.end <= other.start or other.end <= it.start for _, other in taken):
            taken.append((rank, it))
    return sorted(taken, key=lambda pair: pair[1].start)
