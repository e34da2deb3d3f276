"""Usage: what came of each term of the glossary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from services.documents.glossary import Glossary, GlossaryUsage, TermUse
from services.documents.translation import Sentence


def usage(glossary: Glossary, sentences: Sequence[Sentence], language_code: str) -> GlossaryUsage:
    """How often each term stood in the source with a translation to keep, and how often that was kept."""
    offered: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for sentence in sentences:
        offered.update({term.term for term in sentence.terms})
        found.update(term.term for term in sentence.terms if term.kept)
    named = Counter(term.term for sentence in sentences for term in sentence.terms)
    uses = (
        TermUse(term.id, term.text, offered[term.id], found[term.id], named[term.id] - found[term.id])
        for term in glossary.terms
    )
    return GlossaryUsage("translation", language_code, tuple(uses))
