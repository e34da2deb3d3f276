"""Which engine a route means, loaded or opened for one run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from services.runtime.stage import Loader, Run

from . import marian_engine
from .apertium_engine import ApertiumEngine
from .pairs import Route
from .settings import TranslationSettings
from .translator import Engine


@contextmanager
def opened(run: Run[TranslationSettings], route: Route) -> Iterator[Engine]:
    """The engine of a route for one run."""
    if route.engine == "apertium":
        yield ApertiumEngine(run.model(route.model), run.scratch("apertium"))
    else:
        yield loaded(run, route)


def loaded(loader: Loader[TranslationSettings], route: Route) -> Engine:
    """The engine of a route that has a model to load, kept for the next run."""
    return loader.engine(marian_engine.load, loader.model(route.model))


def warm_up(loader: Loader[TranslationSettings], route: Route) -> None:
    """Loads what a run of the route would load."""
    if route.engine not in ("apertium", "llm"):
        loaded(loader, route)
