"""Recordings through the asr stage alone, with real models that are loaded once."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.asr.settings import AsrSettings
from services.asr.stage import Asr
from services.documents import codec
from services.documents.glossary import Glossary, GlossaryUsage, Term
from services.documents.speech import Region, Speech
from services.documents.transcript import Transcript
from services.runtime.engines import Engines
from services.runtime.testing import RecordedRun, make_run
from tests.readings import RATE, Recording, model_folder


@dataclass(frozen=True)
class Ears:
    """The stage and its models, kept below a folder."""

    folder: Path
    engines: Engines = field(default_factory=Engines)

    def hear(
        self,
        recording: Recording,
        speech: Speech | None = None,
        terms: Glossary | None = None,
        vocals: Path | None = None,
        **settings: Any,
    ) -> tuple[Transcript, RecordedRun[AsrSettings]]:
        """The transcript of a recording; all of it is taken for speech if no regions are given."""
        chosen = AsrSettings(**settings)
        inputs: dict[str, Path | bytes | Sequence[Path | bytes]] = {
            "speech_audio": recording.path,
            "media": codec.to_json(recording.media),
            "speech": codec.to_json(speech or regions(recording, (0, recording.track.end))),
        }
        if terms:
            inputs["glossary"] = codec.to_json(terms)
        if vocals:
            inputs["vocals"] = vocals
        run = make_run(
            Asr(),
            settings=chosen,
            folder=Path(tempfile.mkdtemp(dir=self.folder)),
            inputs=inputs,
            models={chosen.model: model_folder(chosen.model, self.folder)},
            engines=self.engines,
        )
        Asr().run(run)
        return codec.from_json(Transcript, run.written("transcript").read_bytes()), run


def usage(run: RecordedRun[AsrSettings]) -> GlossaryUsage:
    return codec.from_json(GlossaryUsage, run.written("glossary_usage").read_bytes())


def text(transcript: Transcript) -> str:
    return " ".join(segment.text for segment in transcript.segments)


def regions(recording: Recording, *spans: tuple[float, float]) -> Speech:
    """Speech between these seconds of a recording."""
    return Speech(recording.track, tuple(_region(recording, n, *span) for n, span in enumerate(spans)))


def glossary(names: Sequence[str], language_code: str = "en") -> Glossary:
    return Glossary(language_code, tuple(Term(f"term:{n}", it, "job", (f"job:0:{n}",)) for n, it in enumerate(names)))


def _region(recording: Recording, number: int, start: float, end: float) -> Region:
    track = recording.track
    first, last = max(0, round(start * RATE)), min(track.sample_count, round(end * RATE))
    return Region(f"region:{number}", track.time(first), track.time(last), first, last, 0.95, (track.stream,))
