"""The glossary coverage document: what came of every glossary that was given, and what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass

from .codec import STRICT, DocumentError
from .glossary import Level
from .invariants import require_language

MEDIA_TYPE = "application/vnd.cuegraph.glossary-coverage+json"


@dataclass(frozen=True)
class SourceCoverage:
    """What one glossary contributed."""

    __pydantic_config__ = STRICT

    source: str
    """`<level>:<position>` of a file, `metadata:film` for the film document."""
    level: Level
    entries: int
    """How many it has."""
    terms: int
    """How many of them are the first to say their term."""
    overridden: int
    """How many say something that does not count, as a nearer glossary says otherwise."""
    left_out: int
    """How many are in another language, or beyond the limit."""


@dataclass(frozen=True)
class GlossaryProblem:
    """Something that a person should look at; the glossary is usable all the same."""

    __pydantic_config__ = STRICT

    code: str
    """`TRANSLATION_DIFFERS`, `ALIAS_IS_TERM`, `ALIAS_AMBIGUOUS`, `OTHER_LANGUAGE` or `BEYOND_LIMIT`."""
    message: str
    sources: tuple[str, ...]
    """The entries that it is about."""


@dataclass(frozen=True)
class GlossaryCoverage:
    __pydantic_config__ = STRICT

    language_code: str
    """BCP-47: the language of the terms."""
    term_count: int
    levels: dict[Level, int]
    """How many terms come from each level that has any."""
    translations: dict[str, int]
    """How many terms say how they read in a language, by BCP-47 tag; those not to be translated are not counted."""
    script_forms: dict[str, int]
    """How many have a form in a script, by ISO 15924 code."""
    do_not_translate: int
    """How many must reach every translation as they are."""
    sources: tuple[SourceCoverage, ...]
    problems: tuple[GlossaryProblem, ...] = ()
    schema: str = "cuegraph.glossary-coverage/1"

    def check(self) -> None:
        """Raises DocumentError if the counts contradict each other."""
        require_language(self.language_code)
        if sum(self.levels.values()) != self.term_count:
            raise DocumentError(f"the levels do not add up to the {self.term_count} terms that there are")
        if sum(source.terms for source in self.sources) != self.term_count:
            raise DocumentError(f"the sources do not add up to the {self.term_count} terms that there are")
