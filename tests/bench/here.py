"""Films through the pipeline in this process, so that models are loaded once for many films."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TypeVar

from coordinator.admission import JobRequest
from coordinator.app import App
from coordinator.jobs import JobState
from coordinator.observer import Observers
from coordinator.records import JobRecord
from services.documents import codec
from services.documents.transcript import Transcript
from services.runtime import commits
from services.runtime.store import blobs

T = TypeVar("T")

PROFILE = "cpu-small"


def transcribe(app: App, film: Path) -> Transcript:
    """The aligned transcript of an English film. Raises RuntimeError if the job does not succeed."""
    job, _ = app.submit(film, JobRequest("transcribe", "en", PROFILE))
    outcome = app.engine.drive(job.job, Observers(), threading.Event())
    if outcome.state is not JobState.SUCCEEDED:
        raise RuntimeError(f"the job for {film.name} ended as {outcome.state}: {outcome.errors}")
    return _aligned(app, job)


def _aligned(app: App, job: JobRecord) -> Transcript:
    (step,) = (step for step in job.plan if step.stage == "alignment")
    found = commits.find(app.store, step.of(job.job))
    output = found[0].output("transcript") if found else None
    assert output is not None
    return codec.from_json(Transcript, blobs.read(app.store, output.artifact))
