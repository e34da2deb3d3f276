"""Counts what came of every glossary that was given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from services.documents.coverage import GlossaryCoverage, SourceCoverage

from .merging import Merged, Said


def count(said: Sequence[Said], merged: Merged) -> GlossaryCoverage:
    """The report on a merger of all that was said."""
    terms = merged.glossary.terms
    return GlossaryCoverage(
        language_code=merged.glossary.language_code,
        term_count=len(terms),
        levels=dict(Counter(term.level for term in terms)),
        translations=dict(Counter(tag for term in terms for tag in term.translations)),
        script_forms=dict(Counter(code for term in terms for code in term.script_forms)),
        do_not_translate=sum(term.do_not_translate for term in terms),
        sources=_sources(said, merged),
        problems=merged.problems,
    )


def _sources(said: Sequence[Said], merged: Merged) -> tuple[SourceCoverage, ...]:
    entries = Counter((it.source, it.level) for it in said)
    first = Counter(draft.said[0].source for draft in merged.drafts)
    left_out = Counter(it.source for it in merged.left_out)
    overridden = Counter(
        it.source
        for draft, term in zip(merged.drafts, merged.glossary.terms, strict=True)
        for it in draft.said
        if it.id in term.overridden
    )
    return tuple(
        SourceCoverage(source, level, number, first[source], overridden[source], left_out[source])
        for (source, level), number in entries.items()
    )
