"""Tells a wrong language from the small words that every sentence has. Pure.

Only words that no other language of the table has are listed, so that one of them is evidence.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.documents.folding import language_of

FEWEST_WORDS = 10
"""Fewer small words say nothing."""

_WORDS = {
    "de": "und der das ist nicht ich sie ein eine mit auf zu wir ihr dass auch wenn wie war für sind haben mich dir",
    "en": "the and of to is you that it was with this have are your what they from but we my",
    "es": "el los las y una está pero muy qué cómo también yo usted hay más ella nosotros",
    "fr": "les et est je vous nous pas une dans qui avec pour ce sur mais mon elle c'est des du",
    "it": "il che non è gli della sono con anche più ma questo perché mi di io lei",
    "nl": "het een niet van ik je zijn op voor maar wat hij naar ook zij heb dit mijn",
    "pl": "nie się jest to że jak ale co mnie tak czy był już jego tylko dla",
    "pt": "não o os uma você mais ele está isso muito eu ao meu são em ela com um",
}


def foreign_share(wordings: Sequence[str], language_code: str) -> float | None:
    """Of the small words of two languages, the one that is claimed and the one that has most: the share of the other.

    0 where no other has any; None for languages without a table, or if there are too few small words.
    """
    own = language_of(language_code)
    if own not in _TABLE:
        return None
    words = [word for wording in wordings for word in wording.split()]
    counts = {language: sum(word in small for word in words) for language, small in _TABLE.items()}
    most = max(count for language, count in counts.items() if language != own)
    total = counts[own] + most
    return most / total if total >= FEWEST_WORDS else None


def _only(language: str) -> frozenset[str]:
    others = {word for other, words in _WORDS.items() if other != language for word in words.split()}
    return frozenset(_WORDS[language].split()) - others


_TABLE = {language: _only(language) for language in _WORDS}
