"""Which stages there are. The only place where a stage is loaded by name."""

from __future__ import annotations

import importlib
from typing import Any

from .errors import unknown_name
from .stage import Stage

STAGES = (
    "demux",
    "metadata",
    "glossary",
    "separation",
    "vad",
    "diarization",
    "asr",
    "alignment",
    "lyrics",
    "hallucination",
    "translation",
    "subtitles",
    "mux",
)


def load_stage(name: str) -> Stage[Any]:
    """The stage of that name. Raises UnknownName. Loading a stage does not load its engine."""
    if name not in STAGES:
        raise unknown_name("stage", name, STAGES)
    module = importlib.import_module(f"services.{name}.stage")
    (kind,) = (value for value in vars(module).values() if _is_stage_of(module.__name__, value))
    stage: Stage[Any] = kind()
    return stage


def _is_stage_of(module: str, value: object) -> bool:
    return isinstance(value, type) and issubclass(value, Stage) and value.__module__ == module
