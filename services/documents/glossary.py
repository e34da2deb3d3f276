"""The glossary document: names and terms that recognition should expect and translation must keep.

And the usage report: what a stage really made of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from .codec import STRICT, DocumentError, From
from .invariants import broken, require_language, require_probability, require_sources, require_unique_ids

MEDIA_TYPE = "application/vnd.cuegraph.glossary+json"
USAGE_MEDIA_TYPE = "application/vnd.cuegraph.glossary-usage+json"

Level = Literal["film", "job", "metadata", "learned", "general"]
"""How near to the film a glossary stands."""
PRECEDENCE: tuple[Level, ...] = ("film", "job", "metadata", "learned", "general")
"""Of two terms that read alike, the one of the earlier level counts."""


@dataclass(frozen=True)
class Term:
    """A name or an expression, and how it is written elsewhere."""

    __pydantic_config__ = STRICT

    id: str
    """E.g. `term:0`."""
    text: str
    """As it must read in the language of the film."""
    level: Level
    sources: From
    """Where it was read: `<level>:<file's position>:<line or index>` of a glossary file, or an element of the film
    document."""
    aliases: tuple[str, ...] = ()
    """Other ways in which people say or misspell it."""
    translations: dict[str, str] = field(default_factory=dict)
    """How it reads in other languages, by BCP-47 tag."""
    script_forms: dict[str, str] = field(default_factory=dict)
    """How it is written in other scripts, by ISO 15924 code, e.g. `Deva`."""
    do_not_translate: bool = False
    """Whether it must reach the translation letter by letter."""
    case_sensitive: bool = True
    """Whether `May` is it and `may` is not."""
    confidence: float = 1.0
    """How sure its source is, 0 to 1."""
    overridden: tuple[str, ...] = ()
    """What other glossaries said about the same text and does not count: `sources` of those entries."""
    origin: str = ""
    """Who says so, in the words of the glossary, e.g. `script, page 3`."""

    def in_language(self, language_code: str) -> str | None:
        """How it must read in a translation; None if nobody says."""
        return self.text if self.do_not_translate else self.translations.get(language_code)


@dataclass(frozen=True)
class Glossary:
    __pydantic_config__ = STRICT

    language_code: str
    """BCP-47: the language of the terms."""
    terms: tuple[Term, ...]
    """The more important first: nearer levels, then confidence."""
    schema: str = "cuegraph.glossary/1"

    def check(self) -> None:
        """Raises DocumentError, naming the term, if one breaks a promise."""
        require_language(self.language_code)
        require_unique_ids(self.terms)
        require_sources(self.terms)
        seen: set[str] = set()
        for term in self.terms:
            require_probability(term, "confidence", term.confidence)
            if not term.text or term.text != " ".join(term.text.split()):
                raise broken(term, f"has the text {term.text!r}, which is empty or has spaces that count for nothing")
            if term.text in seen:
                raise broken(term, f"says {term.text!r}, as another term does")
            seen.add(term.text)


@dataclass(frozen=True)
class TermUse:
    """What came of one term in one stage."""

    __pydantic_config__ = STRICT

    term: str
    """Id in the glossary."""
    text: str
    offered: int
    """To how many windows or segments it was given: the model saw it."""
    found: int
    """How often the result has it as the glossary writes it."""
    missed: int = 0
    """Translation: how often the source has it and the result has not."""


@dataclass(frozen=True)
class GlossaryUsage:
    """Coverage: which terms reached the model, and which of them the result holds."""

    __pydantic_config__ = STRICT

    stage: str
    language_code: str
    """Of the result."""
    uses: tuple[TermUse, ...]
    """One for each term of the glossary, in its order."""
    schema: str = "cuegraph.glossary-usage/1"

    def check(self) -> None:
        """Raises DocumentError if a term is counted twice or a count is below nothing."""
        require_language(self.language_code)
        if len({use.term for use in self.uses}) != len(self.uses):
            raise DocumentError("a term is counted twice")
        for use in self.uses:
            if min(use.offered, use.found, use.missed) < 0:
                raise DocumentError(f"term {use.term!r} has a count below nothing")
