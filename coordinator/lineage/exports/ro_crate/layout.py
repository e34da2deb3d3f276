"""Where what lies in a crate, and the ids of what is only described."""

from __future__ import annotations

from services.runtime.manifest import Manifest, ModelRecord
from services.runtime.store.keys import Step

from ..history import Attempt, History
from ..identifiers import program
from .entities import local, path

JOB = "job.json"
README = "README.md"
DELIVERABLES = "deliverables"
RUN = "#run"
ENGINE_RUN = "#engine-run"
TENANT = "#tenant"


def manifest_path(attempt: Attempt) -> tuple[str, ...]:
    """E.g. `manifests/07_asr/_/1.json`."""
    step = attempt.manifest.step
    return "manifests", step.folder, step.shard, f"{attempt.manifest.attempt}.json"


def file_ids(history: History) -> dict[str, str]:
    """By a file's name: a path, if the crate has it; else it is only described, and must be asked of the store."""
    described = {name: local("file", *name.split("/")) for name in history.files}
    return described | {file.name: path(DELIVERABLES, name) for name, file in history.delivered}


def action_id(attempt: Attempt) -> str:
    return local("attempt", attempt.digest)


def control_id(attempt: Attempt) -> str:
    return local("control", attempt.digest)


def step_id(step: Step) -> str:
    return local("step", step.folder, step.shard)


def model_id(model: ModelRecord) -> str:
    return local("model", model.name, model.digest)


def tool_id(manifest: Manifest) -> str:
    """The stage as that program has it."""
    return ":".join((program(manifest.code), "stage", path(manifest.stage), path(manifest.stage_version)))


def parameter_id(owner: str, kind: str, name: str) -> str:
    """`owner` is a stage or `job`, `kind` is `input`, `output`, `setting` or `model`."""
    return local("parameter", owner, kind, name)
