"""Scenes: sentences that are translated together, with each other as context."""

from __future__ import annotations

from collections.abc import Sequence

from .sentences import Spoken


def scenes(spoken: Sequence[Spoken], pause_seconds: float, max_sentences: int) -> list[list[Spoken]]:
    """The sentences in order; a scene ends at a pause of that length, or when it is full."""
    found: list[list[Spoken]] = []
    for sentence in spoken:
        if found and len(found[-1]) < max_sentences and sentence.start - found[-1][-1].end < pause_seconds:
            found[-1].append(sentence)
        else:
            found.append([sentence])
    return found
