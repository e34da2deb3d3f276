"""The rule against text in a script that the language is not written in. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from services.documents.wording import foreign_share

from .doubts import doubts, measures, word_probability
from .passages import Context, Finding, Passage, is_sung


def find(passages: Sequence[Passage], context: Context) -> Iterator[Finding]:
    """Sentences mostly in another script, unless the recogniser is sure of a line in another language."""
    limit = 1 - context.settings.min_script_share
    for passage in passages:
        share = foreign_share(passage.text, passage.language_code, latin_is_foreign=False)
        if share > limit and not _is_sure(passage, context) and not is_sung(passage.words, context.singing):
            evidence = measures(passage, context) | {"foreign_share": round(share, 3), "limit": limit}
            yield Finding(passage, "wrong_script", evidence, round(share, 3))


def _is_sure(passage: Passage, context: Context) -> bool:
    probability = word_probability(passage) or 0.0
    return probability >= context.settings.sure_word_probability and not doubts(passage, context)
