"""The translation document: a transcript in another language, sentence by sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .codec import STRICT, From
from .invariants import (
    broken,
    require_duration,
    require_language,
    require_order,
    require_sources,
    require_unique_ids,
)

MEDIA_TYPE = "application/vnd.cuegraph.translation+json"


@dataclass(frozen=True)
class TermKept:
    """One term of the glossary in one sentence."""

    __pydantic_config__ = STRICT

    term: str
    """Id in the glossary."""
    source_text: str
    """As it stands in the sentence."""
    expected: str
    """As the glossary wants it in the translation."""
    kept: bool
    """Whether the translation has it so."""


@dataclass(frozen=True)
class Sentence:
    """One sentence and its translation."""

    __pydantic_config__ = STRICT

    id: str
    """E.g. `sentence:0`."""
    start: float
    """Film time in seconds: the first of its words."""
    end: float
    """The last of its words."""
    source_text: str
    text: str
    """The translation. Where there is none, the source text, and `status` says so."""
    status: Literal["translated", "untranslated", "kept"]
    """`untranslated`: the engine gave the source back or nothing usable; `kept`: nothing to translate, e.g. only a
    name, a number or notes."""
    engine: str
    """Which engine said so, e.g. `marian`."""
    scene: int
    """Sentences of one scene were translated with each other as context; from 0."""
    sources: From
    """The words of the transcript, in order."""
    speaker: str | None = None
    """Id of the speaker of its words, if there is one speaker and somebody knows."""
    lyric: str | None = None
    """Id of the lyric span that it is sung in."""
    terms: tuple[TermKept, ...] = ()
    problems: tuple[str, ...] = ()
    """What was checked and is not right, as codes: `NUMBER_LOST`, `TERM_LOST`, `TAG_LOST`, `NOTES_LOST`; and what the
    engine itself owned up to: `WORDS_UNKNOWN`, `ANSWER_UNUSABLE`, `BUDGET_SPENT`."""


@dataclass(frozen=True)
class Translation:
    __pydantic_config__ = STRICT

    source_language_code: str
    """BCP-47."""
    language_code: str
    """BCP-47."""
    sentences: tuple[Sentence, ...]
    """In order of time."""
    schema: str = "cuegraph.translation/1"

    @property
    def untranslated_share(self) -> float:
        """Of the sentences with something to translate; 0 if there are none."""
        meant = [sentence for sentence in self.sentences if sentence.status != "kept"]
        return sum(sentence.status == "untranslated" for sentence in meant) / len(meant) if meant else 0.0

    def check(self) -> None:
        """Raises DocumentError, naming the sentence, if one breaks a promise."""
        require_language(self.source_language_code)
        require_language(self.language_code)
        require_unique_ids(self.sentences)
        require_sources(self.sentences)
        require_duration(self.sentences)
        require_order(self.sentences)
        for sentence in self.sentences:
            if not sentence.text.strip() or not sentence.source_text.strip():
                raise broken(sentence, "has no text")
