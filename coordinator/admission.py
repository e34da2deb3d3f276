"""Admission: turns what somebody asks for into a job, or says what is wrong before anything is begun."""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.runtime import settings
from services.runtime.artifact import Artifact, digest_bytes
from services.runtime.canonical import canonical_json
from services.runtime.errors import InputError, InvalidRequest, InvalidSetting, MediaNotFound
from services.runtime.host import has_gpu
from services.runtime.languages import language
from services.runtime.manifest import CodeRecord, SettingRecord, now
from services.runtime.media import check_media
from services.runtime.models import Model, ModelStore
from services.runtime.node import Node
from services.runtime.registry import STAGES, load_stage
from services.runtime.settings import Layer
from services.runtime.stage import Stage
from services.runtime.store import blobs, keys
from services.runtime.store.base import Store

from . import pipeline
from .jobs import job_name
from .records import JobRecord, MediaRecord


@dataclass(frozen=True)
class JobRequest:
    """What somebody wants done with a film."""

    workflow: str
    source_language: str
    """BCP-47."""
    profile: str = ""
    """Empty: `gpu` where a GPU is found, else `cpu-small`."""
    layers: tuple[Layer, ...] = ()
    """Settings, the most important first, that go before the environment's."""
    clip_start: float | None = None
    """Film time in seconds."""
    clip_end: float | None = None


@dataclass(frozen=True)
class Resolved:
    """A request with every name checked and every setting settled; the film is still to come."""

    request: JobRequest
    pipeline: pipeline.Pipeline
    profile: str
    settings: dict[str, SettingRecord]


def resolve(request: JobRequest) -> Resolved:
    """Raises UnknownName for a workflow, language, profile, stage or setting nobody knows, and InvalidSetting."""
    chosen = pipeline.load(request.workflow)
    values = {
        "source_language": language(request.source_language).subtag,
        "clip_start": request.clip_start,
        "clip_end": request.clip_end,
    }
    profile = request.profile or default_profile()
    _require_stages_of(request, chosen.stages)
    layers = [
        *request.layers,
        settings.environment_layer(chosen.stages),
        _of_stages(settings.profile_layer(profile), chosen.stages),
        Layer("pipeline", chosen.settings(values)),
    ]
    return Resolved(request, chosen, profile, _settle(layers, chosen.stages))


def require_models(resolved: Resolved, models: ModelStore, here: Collection[str]) -> None:
    """Checks that the stages have models for the job: theirs, for its language, and at hand for stages that are `here`.

    Raises UnknownName, InvalidSetting or ModelError.
    """
    for name in resolved.pipeline.stages:
        stage, prefix = load_stage(name), f"{name}."
        given = {key.removeprefix(prefix): r for key, r in resolved.settings.items() if key.startswith(prefix)}
        chosen, _ = settings.effective(name, stage.settings_type(), given)
        for model in stage.models(chosen):
            models.record_for(name, model)
            _require_language(name, models.catalog[model], resolved.request.source_language)
            if name in here:
                models.expect(model)


def _require_language(stage: str, model: Model, source_language: str) -> None:
    if not model.knows(source_language):
        raise InvalidSetting(
            f"model {model.name!r} of stage {stage} knows {', '.join(model.languages)} and not {source_language!r}; "
            f"docs/stages/{stage}.md says what to set instead"
        )


def _require_stages_of(request: JobRequest, stages: Sequence[str]) -> None:
    """A setting for a stage that the workflow does not have would be without effect: nobody asks for that."""
    for layer in request.layers:
        for name in layer.values:
            stage = name.partition(".")[0]
            if stage in STAGES and stage not in stages:
                raise InvalidSetting(
                    f"{name} ({layer.source}): workflow {request.workflow} has no stage {stage}; leave the setting out"
                )


def stage_settings(stage: Stage[Any], profile: str) -> dict[str, SettingRecord]:
    """What the environment and a profile say about one stage. Raises UnknownName and InvalidSetting."""
    profiled = _of_stages(settings.profile_layer(profile), (stage.name,))
    layers = [settings.environment_layer((stage.name,)), profiled]
    return settings.resolve(layers, {stage.name: stage.settings_type()})[stage.name]


def default_profile() -> str:
    return "gpu" if has_gpu() else "cpu-small"


def take_in(store: Store, film: Path, resolved: Resolved) -> MediaRecord:
    """Checks a film of this machine and brings it into the store.

    Raises InputError if the film cannot be used; then nothing is written.
    """
    check_media(film, start=resolved.request.clip_start, end=resolved.request.clip_end)
    media_type = mimetypes.guess_type(film.name)[0] or "application/octet-stream"
    # A name need not be text (Linux allows any bytes); what is written is.
    name = os.fsencode(film.name).decode(errors="replace")
    return MediaRecord(blobs.add_file(store, film, media_type), title=Path(name).stem, file_name=name)


def take_over(node: Node, artifact: Artifact, title: str, resolved: Resolved) -> MediaRecord:
    """Checks a film that is in the store already, every byte of it.

    Raises InputError if it is not there or cannot be used, BlobAltered if the store has other bytes.
    """
    if artifact.uri != keys.blob(artifact.digest):
        raise InvalidRequest(
            f"the film {artifact.uri!r} is no file of the store; put it there as {keys.blob(artifact.digest)}"
        )
    size = node.store.size(artifact.uri)
    if size is None:
        raise MediaNotFound(f"the store {node.store.url} has no {artifact.uri}; put the film there first")
    if size != artifact.size_bytes:
        raise InvalidRequest(f"the film {artifact.uri} has {size} bytes in the store, not {artifact.size_bytes}")
    with node.workspace() as folder:
        _check_in(folder, node, artifact, title, resolved.request)
    return MediaRecord(artifact, title=title, file_name=title)


def _check_in(folder: Path, node: Node, artifact: Artifact, title: str, request: JobRequest) -> None:
    """Raises InputError, which names the film as people do."""
    film = folder / "film"
    blobs.fetch(node.store, artifact, film)
    try:
        check_media(film, start=request.clip_start, end=request.clip_end)
    except InputError as error:
        raise type(error)(str(error).replace(str(film), title)) from error


def job_of(resolved: Resolved, media: MediaRecord, code: CodeRecord, job_id: str = "") -> JobRecord:
    """The job that was asked for. Without a name it gets one: time and the digest of the request."""
    created = now()
    digest = request_digest(resolved, media)
    return JobRecord(
        job=job_id or job_name(created, digest),
        workflow=resolved.request.workflow,
        media=media,
        source_language=language(resolved.request.source_language).subtag,
        profile=resolved.profile,
        plan=resolved.pipeline.plan(),
        deliverables=resolved.pipeline.planned_deliverables(),
        request_digest=digest,
        create_time=created,
        code=code,
        clip_start=resolved.request.clip_start,
        clip_end=resolved.request.clip_end,
        settings=resolved.settings,
    )


def request_digest(resolved: Resolved, media: MediaRecord) -> str:
    """Digest of everything that was asked for: the same request asked twice has the same."""
    asked = {
        "workflow": resolved.request.workflow,
        "source_language": resolved.request.source_language,
        "clip": [resolved.request.clip_start, resolved.request.clip_end],
        "profile": resolved.profile,
        "settings": {name: record.value for name, record in resolved.settings.items()},
        "media": [media.artifact.digest, media.file_name],
    }
    return digest_bytes(canonical_json(asked))


def _settle(layers: Sequence[Layer], stages: Sequence[str]) -> dict[str, SettingRecord]:
    known: Mapping[str, type[Any]] = {stage: load_stage(stage).settings_type() for stage in stages}
    return {
        f"{stage}.{name}": record
        for stage, given in settings.resolve(layers, known).items()
        for name, record in given.items()
    }


def _of_stages(layer: Layer, stages: Sequence[str]) -> Layer:
    """A profile speaks of every stage; a workflow has some of them."""
    return Layer(layer.source, {n: value for n, value in layer.values.items() if n.partition(".")[0] in stages})
