"""Which engine a route means, loaded or opened for one run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from services.runtime.settings import service_access
from services.runtime.stage import Loader, Run

from . import indictrans2_engine, marian_engine, nllb_engine
from .apertium_engine import ApertiumEngine
from .ctranslate2_engine import Decoding
from .llm_engine import Access, LlmEngine
from .pairs import Route
from .settings import TranslationSettings
from .translator import Engine

NOWHERE = "https://nowhere.invalid"
"""In place of an address that the environment does not name."""


@contextmanager
def opened(run: Run[TranslationSettings], route: Route) -> Iterator[Engine]:
    """The engine of a route for one run."""
    if route.engine == "llm":
        journal = run.intermediate("conversation.jsonl", "application/x-ndjson", "what the language model was asked")
        with LlmEngine(_access(run, route.model), journal) as engine:
            yield engine
    elif route.engine == "apertium":
        yield ApertiumEngine(run.model(route.model), run.scratch("apertium"))
    else:
        yield _loaded(run, route)


def warm_up(loader: Loader[TranslationSettings], route: Route) -> None:
    """Loads what a run of the route would load."""
    if route.engine not in ("apertium", "llm"):
        _loaded(loader, route)


def _loaded(loader: Loader[TranslationSettings], route: Route) -> Engine:
    """The engine of a route that has a model to load, kept for the next run."""
    model, settings = loader.model(route.model), loader.settings
    if route.engine == "marian":
        return loader.engine(marian_engine.load, model)
    decoding = Decoding(settings.device, settings.compute_type, settings.beam_size, settings.batch_tokens)
    if route.engine == "nllb":
        return loader.engine(nllb_engine.load, model, decoding)
    return loader.engine(indictrans2_engine.load, model, decoding)


def _access(run: Run[TranslationSettings], model: str) -> Access:
    """A job may name any address; the key goes only to the one that the environment names."""
    settings, known = run.settings, service_access("llm", NOWHERE)
    is_known = settings.llm_url.rstrip("/") == known.address
    if known.key and not is_known:
        run.warn(
            "KEY_WITHHELD",
            f"translation.llm_url ({settings.llm_url}) is not the address that CUEGRAPH_LLM_ADDRESS names, so it is "
            "asked without the key",
        )
    return Access(
        url=settings.llm_url,
        key=known.key if is_known else "",
        model=model,
        timeout_seconds=settings.llm_timeout_seconds,
        attempts=settings.llm_attempts,
        max_requests=settings.llm_max_requests,
        max_tokens=settings.llm_max_tokens,
    )
