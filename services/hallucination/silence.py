"""The rule against text where nobody speaks. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .doubts import heard_share, measures
from .passages import Context, Finding, Passage, is_sung


def find(passages: Sequence[Passage], context: Context) -> Iterator[Finding]:
    """Sentences outside the speech regions. Singing stays: voice activity detection may miss it."""
    limit = context.settings.min_heard_share
    for passage in passages:
        share = heard_share(passage, context)
        if share < limit and not is_sung(passage.words, context.singing):
            yield Finding(passage, "no_speech", measures(passage, context) | {"limit": limit}, 1 - share)
