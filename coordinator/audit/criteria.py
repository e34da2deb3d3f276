"""The criteria of an audit: what each asks of a step, or of the job as a whole. docs/audit.md lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from services.runtime.artifact import Artifact
from services.runtime.manifest import Manifest, Status
from services.runtime.store import keys
from services.runtime.store.keys import Step

from ..lineage.layout import place_of
from .logs import debug_lines, is_stage_log, tells_of
from .material import STAGE_LOG, Material

Faults = Iterator[str]
Check = Callable[[Material, Step], Faults]

_SOURCES = ("command line", "job file", "environment", "profile:", "pipeline", "default", "request")


@dataclass(frozen=True)
class Criterion:
    """One thing that every step should have written down."""

    code: str
    title: str
    check: Check
    """Yields what is missing; what a verification finds counts beside it."""
    concerns: Callable[[Material, Step], bool]
    """Whether a step has anything that the criterion could ask about."""


def _manifest(material: Material, step: Step) -> Faults:
    for found in material.found(step):
        if found.content is None:
            yield f"{found.key} cannot be read: {found.problem}"


def _status(material: Material, step: Step) -> Faults:
    for manifest in material.manifests(step):
        if manifest.status is Status.SKIPPED and not manifest.skip_reason:
            yield "it was skipped and does not say why"
        if manifest.status is Status.REUSED and manifest.reused is None:
            yield "it took over outputs and does not say whose"


def _intermediates(material: Material, step: Step) -> Faults:
    for manifest in material.manifests(step):
        for it in manifest.intermediates:
            if not it.reason:
                yield f"it does not say why it wrote {it.file_name!r}"
            if it.retained and not it.artifact.uri:
                yield f"it kept {it.file_name!r} and does not say where"


def _stage_log(material: Material, step: Step) -> Faults:
    for manifest in material.manifests(step):
        logs = [log for log in manifest.logs if log.name == STAGE_LOG]
        if not logs:
            yield f"attempt {manifest.attempt} names no {STAGE_LOG}"
        for log in logs:
            text = material.stage_logs.get(log.artifact.digest)
            if text is not None and not is_stage_log(text):
                yield f"the {STAGE_LOG} of attempt {manifest.attempt} has no lines with a time and a level"


def _pipeline_log(material: Material, step: Step) -> Faults:
    planned = material.planned(step)
    if planned and not any(tells_of(text, f"{step.number:02d}_{planned.title}") for text in material.pipeline_logs):
        yield "no pipeline log says how it ended"


def _settings(material: Material, step: Step) -> Faults:
    for manifest in material.manifests(step):
        for name, setting in manifest.settings.items():
            if not setting.source.startswith(_SOURCES):
                yield f"setting {name} has the source {setting.source!r}, which is none"


def _paths(material: Material, step: Step) -> Faults:
    for manifest in material.manifests(step):
        for artifact in _files(manifest):
            if artifact.uri not in ("", keys.blob(artifact.digest)):
                yield f"{artifact.uri!r} is no place of the store for {artifact.digest[:12]}"
        if manifest.reused and place_of(manifest.reused.uri) is None:
            yield f"{manifest.reused.uri!r} is no place of a manifest"


def _files(manifest: Manifest) -> Iterator[Artifact]:
    for part in (manifest.inputs, manifest.outputs, manifest.intermediates, manifest.logs):
        yield from (it.artifact for it in part)


def _errors(material: Material, step: Step) -> Faults:
    for manifest in material.manifests(step):
        if manifest.status is Status.FAILED and not manifest.errors:
            yield f"attempt {manifest.attempt} failed and does not say why"
        for error in manifest.errors:
            if not (error.code and error.message and error.exception_type):
                yield f"an error of attempt {manifest.attempt} lacks its code, message or type"


def _documentation(material: Material, step: Step) -> Faults:
    for version in sorted({manifest.stage_version for manifest in material.manifests(step)}):
        if version not in material.pages.get(step.stage, frozenset()):
            yield f"no page documents version {version} of {step.stage}"


def _models(material: Material, step: Step) -> Faults:
    for manifest in material.manifests(step):
        for model in manifest.models:
            if not model.licence:
                yield f"model {model.name} has no licence"


def _nothing(material: Material, step: Step) -> Faults:  # noqa: ARG001  all of it comes from the verification
    return iter(())


def _always(material: Material, step: Step) -> bool:  # noqa: ARG001  as all others are asked
    return True


def _has_manifest(material: Material, step: Step) -> bool:
    return bool(material.manifests(step))


def _has(part: Literal["inputs", "outputs", "intermediates", "models"]) -> Callable[[Material, Step], bool]:
    return lambda material, step: any(getattr(manifest, part) for manifest in material.manifests(step))


def _can_fail(material: Material, step: Step) -> bool:
    return any(it.errors or it.status is Status.FAILED for it in material.manifests(step))


def _delivers(material: Material, step: Step) -> bool:
    outputs = (output for manifest in material.manifests(step) for output in manifest.outputs)
    return any(material.delivers(step, output.role) for output in outputs)


CRITERIA = (
    Criterion("MANIFEST", "manifest present and valid", _manifest, _always),
    Criterion("STATUS", "finalized with a status", _status, _has_manifest),
    Criterion("INPUTS", "inputs tracked", _nothing, _has("inputs")),
    Criterion("OUTPUTS", "outputs tracked", _nothing, _has("outputs")),
    Criterion("INTERMEDIATES", "intermediates tracked", _intermediates, _has("intermediates")),
    Criterion("STAGE_LOG", "stage log present, with levels", _stage_log, _has_manifest),
    Criterion("PIPELINE_LOG", "pipeline log present, DEBUG only in the stage log", _pipeline_log, _has_manifest),
    Criterion("SETTINGS", "settings with their sources", _settings, _has_manifest),
    Criterion("PATHS", "paths inside the store", _paths, _has_manifest),
    Criterion("ERRORS", "errors recorded with types", _errors, _can_fail),
    Criterion("DOCUMENTATION", "documentation of that version", _documentation, _has_manifest),
    Criterion("MODELS", "models pinned", _models, _has("models")),
    Criterion("LINEAGE", "lineage unbroken", _nothing, _has_manifest),
    Criterion("DELIVERABLES", "deliverables verified", _nothing, _delivers),
)
"""In the order of the columns."""


def faults_of_job(material: Material) -> Iterator[tuple[str, str]]:
    """What is missing of the job as a whole, by the code of the criterion."""
    if not material.pipeline_logs:
        yield "PIPELINE_LOG", "the job has no pipeline log"
    for line in (line for text in material.pipeline_logs for line in debug_lines(text)):
        yield "PIPELINE_LOG", f"a DEBUG line stands in the pipeline log: {line[:120]}"
