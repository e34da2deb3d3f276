"""The gate: reads the documents of a finished job from its commits and judges them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from services.documents import codec, cues, removals, speech, transcript, translation
from services.documents.cues import Cues, Readability
from services.documents.quality import Quality
from services.documents.removals import Removals
from services.documents.speech import Speech
from services.documents.transcript import Transcript
from services.documents.translation import Translation
from services.runtime.errors import InvalidDocument
from services.runtime.manifest import OutputRecord
from services.runtime.store import blobs
from services.runtime.store.base import Store

from ..planner import Committed
from ..records import PlannedStep
from .material import Material
from .verdict import judge

D = TypeVar("D", Cues, Readability, Removals, Speech, Transcript, Translation)


def judge_job(store: Store, commits: Mapping[PlannedStep, Committed]) -> Quality:
    """Whether what the job made is fit for use.

    Raises InvalidDocument if a document cannot be read, ObjectNotFound or BlobAltered if it is not as it was written.
    """
    return judge(_material(store, commits))


def _material(store: Store, commits: Mapping[PlannedStep, Committed]) -> Material:
    outputs = [output for step in sorted(commits, key=_place) for output in commits[step].manifest.outputs]
    transcripts = _read(store, outputs, transcript.MEDIA_TYPE, Transcript)
    spoken = _read(store, outputs, speech.MEDIA_TYPE, Speech)
    removed = _read(store, outputs, removals.MEDIA_TYPE, Removals)
    return Material(
        speech=spoken[0] if spoken else None,
        recognised=transcripts[0] if transcripts else None,
        transcript=transcripts[-1] if transcripts else None,
        removals=removed[0] if removed else None,
        translations=tuple(_read(store, outputs, translation.MEDIA_TYPE, Translation)),
        cues=tuple(_read(store, outputs, cues.MEDIA_TYPE, Cues)),
        reports=tuple(_read(store, outputs, cues.REPORT_MEDIA_TYPE, Readability)),
    )


def _place(step: PlannedStep) -> tuple[int, str]:
    return step.number, step.shard


def _read(store: Store, outputs: list[OutputRecord], media_type: str, kind: type[D]) -> list[D]:
    """The documents of one kind, in order of the steps that wrote them."""
    return [_document(store, output, kind) for output in outputs if output.artifact.media_type == media_type]


def _document(store: Store, output: OutputRecord, kind: type[D]) -> D:
    try:
        return codec.from_json(kind, blobs.read(store, output.artifact))
    except codec.DocumentError as error:
        raise InvalidDocument(f"{output.file_name} cannot be judged: {error}") from error
