"""Runs stages one after the other on a film, without a store: what each gives, the next may take by role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from coordinator.quality.material import Material
from services.documents import codec
from services.documents.cues import Cues, Readability
from services.documents.removals import Removals
from services.documents.speech import Speech
from services.documents.transcript import Transcript
from services.runtime.models import Catalog, ModelStore
from services.runtime.registry import load_stage
from services.runtime.testing import RecordedRun, make_run

D = TypeVar("D")


@dataclass
class Chain:
    """Stages over one film; every file is kept below `folder`."""

    folder: Path
    media: Path
    runs: dict[str, RecordedRun[Any]] = field(default_factory=dict)
    """By stage, in the order in which they ran."""
    files: dict[str, Path] = field(default_factory=dict)
    """Other files that stages may take, by name."""

    def run(self, name: str, settings: Mapping[str, Any] | None = None, **given: str) -> RecordedRun[Any]:
        """Runs a stage; `given` says for each role who gives it: `film`, a name of `files`, or `stage.output`."""
        stage = load_stage(name)
        chosen = stage.settings_type()(**(settings or {}))
        catalog = ModelStore(self.folder.parent / "models", Catalog.load())
        run = make_run(
            stage,
            settings=chosen,
            inputs={role: self.file(source) for role, source in given.items()},
            models={model: catalog.path(model) for model in stage.models(chosen)},
            folder=self.folder / name,
        )
        stage.run(run)
        self.runs[name] = run
        return run

    def file(self, source: str) -> Path:
        if source == "film":
            return self.media
        if source in self.files:
            return self.files[source]
        stage, _, role = source.partition(".")
        return self.runs[stage].written(role)

    def document(self, source: str, kind: type[D]) -> D:
        return codec.from_json(kind, self.file(source).read_bytes())  # type: ignore[type-var]  # kinds of documents


def material(chain: Chain) -> Material:
    """What there is to judge of a chain that ended with subtitles."""
    return Material(
        speech=chain.document("vad.speech", Speech),
        recognised=chain.document("asr.transcript", Transcript),
        transcript=chain.document("hallucination.transcript", Transcript),
        removals=chain.document("hallucination.removals", Removals),
        cues=(chain.document("subtitles.cues", Cues),),
        reports=(chain.document("subtitles.report", Readability),),
    )
