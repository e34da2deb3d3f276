"""Chooses between decodings of one window. Pure.

A text that was said is heard again when the dice fall otherwise; one that was made up is made up anew. So the
decodings of a window are judged by themselves and by how far they agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from services.documents.glossary import Term

from .judging import COMPRESSION_RATIO, DISAGREEMENT, LOG_PROBABILITY, NO_SPEECH, REPETITION, agreement, spoken_units
from .recognition import Draft, Refused

_LOOPS = frozenset({COMPRESSION_RATIO, REPETITION})
_UNBELIEVABLE = frozenset({NO_SPEECH, DISAGREEMENT})


def best(drafts: Sequence[Draft]) -> int:
    """The position of the best of one or more judged decodings; of equals, the earlier.

    The fewest suspicions win; then what does not loop, then the shorter loop, then the higher average log probability.
    """
    return min(range(len(drafts)), key=lambda position: _rank(drafts[position]))


def refused(drafts: Sequence[Draft], chosen: int) -> tuple[Refused, ...]:
    """The other decodings, each with the rule by which the chosen one is better."""
    return tuple(
        Refused(draft, _reason(draft, drafts[chosen])) for position, draft in enumerate(drafts) if position != chosen
    )


def led_astray(plain: Draft, led: Draft, invented: Sequence[Term]) -> str:
    """Why a decoding that was told terms of the glossary is worse than the plain one; empty if it is not."""
    if invented:
        return f"terms that nobody said: {', '.join(term.text for term in invented)}"
    if len(led.suspicions) > len(plain.suspicions):
        return f"more suspicions than without the glossary: {', '.join(led.suspicions)}"
    return ""


def doubted(drafts: Sequence[Draft], at_least: float, *, spaced: bool) -> list[Draft]:
    """The improbable ones among several decodings are suspicious for DISAGREEMENT if they share fewer words with the
    others than `at_least`."""
    units = [spoken_units(draft.text, spaced=spaced) for draft in drafts]
    return [
        _with_doubt(draft) if _disagrees(position, draft, units, at_least) else draft
        for position, draft in enumerate(drafts)
    ]


def is_believed(draft: Draft) -> bool:
    """Whether its words belong into the transcript."""
    return not _UNBELIEVABLE.intersection(draft.suspicions)


def _rank(draft: Draft) -> tuple[int, bool, int, float]:
    loops = not _LOOPS.isdisjoint(draft.suspicions)
    return len(draft.suspicions), loops, len(draft.tokens) if loops else 0, -draft.average_log_probability


def _reason(draft: Draft, chosen: Draft) -> str:
    if len(draft.suspicions) > len(chosen.suspicions):
        return f"more suspicions: {', '.join(draft.suspicions)}"
    if not _LOOPS.isdisjoint(draft.suspicions):
        return "it loops, and the chosen one does not or less"
    return "a lower average log probability, or the same later"


def _disagrees(position: int, draft: Draft, units: Sequence[Sequence[str]], at_least: float) -> bool:
    others = [other for number, other in enumerate(units) if number != position]
    return LOG_PROBABILITY in draft.suspicions and agreement(units[position], others) < at_least


def _with_doubt(draft: Draft) -> Draft:
    return replace(draft, suspicions=(*draft.suspicions, DISAGREEMENT))
