"""The hard film, subtitled in three languages by the command line with real models: once per session."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from services.documents import codec
from services.documents.cues import Cue, Cues
from tests.cuegraph import cuegraph
from tests.hard_film import HardFilm

TARGETS = ("pt", "es")


@dataclass(frozen=True)
class Made:
    """What the command made of the film."""

    film: HardFilm
    told: dict[str, Any]
    """Its JSON object."""
    store: Path

    @property
    def folder(self) -> Path:
        return Path(self.told["out"])

    def document(self, kind: type[codec.D], path: str) -> codec.D:
        return codec.from_json(kind, (self.folder / path).read_bytes())

    def cues(self, language: str = "") -> tuple[Cue, ...]:
        return self.document(Cues, f"12_subtitles/{language}/cues.json").cues

    def delivered(self, extension: str) -> list[Path]:
        return [Path(it["path"]) for it in self.told["deliverables"] if it["path"].endswith(extension)]


@pytest.fixture(scope="session")
def made(hard_film: HardFilm, tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("hard")
    glossary = folder / "names.tsv"
    glossary.write_text("term\ttranslation:pt\ttranslation:es\nDashwood\tDashwood\tDashwood\n")
    ran = cuegraph(
        "run", hard_film.path, "--workflow", "subtitle", "--profile", "cpu-small",
        *(word for target in TARGETS for word in ("--target", target)),
        "--set", "separation.engine=spleeter", "--glossary", glossary,
        "--store", folder / "store", "--out", folder / "out", "--json",
        seconds=900,
    )  # fmt: skip
    assert ran.code == 0, ran.stderr
    return Made(hard_film, ran.json, folder / "store")
