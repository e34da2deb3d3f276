"""Admission: turns what somebody asks for into a job, or says what is wrong before anything is begun."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.runtime import settings
from services.runtime.artifact import digest_bytes
from services.runtime.canonical import canonical_json
from services.runtime.errors import InvalidRequest, InvalidSetting, unknown_name
from services.runtime.host import has_gpu
from services.runtime.languages import canonical_tag, is_same_language, language
from services.runtime.layers import Layer, effective, settle
from services.runtime.manifest import CodeRecord, SettingRecord, now
from services.runtime.models import Model, ModelStore
from services.runtime.registry import STAGES, load_stage
from services.runtime.stage import Stage

from . import pipeline, planner
from .records import AUTOMATIC, FileRecord, JobRecord, MediaRecord, PlannedStep
from .turns import DEFAULT_TENANT

MOST_URGENT = 100
_TENANT = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True)
class JobRequest:
    """What somebody wants done with a film."""

    workflow: str
    source_language: str
    """BCP-47, or `auto`."""
    profile: str = ""
    """Empty: that of `CUEGRAPH_PROFILE`; without it `gpu` where a GPU is found, else `cpu-small`."""
    layers: tuple[Layer, ...] = ()
    """Settings, the most important first, that go before the environment's."""
    clip_start: float | None = None
    """Film time in seconds."""
    clip_end: float | None = None
    target_languages: tuple[str, ...] = ()
    """BCP-47: what to translate into."""
    file_name: str = ""
    """As the user named the film, without its folder: its title may be read out of it."""
    subject: str = "film"
    """What the job is about: `film` or `transcript`."""
    first_anew: str = ""
    """This stage and all after it may not take over the outputs of an equal action; empty: all may."""
    debug: bool = False
    """Whether stages keep their scratch files and tell their DEBUG lines."""
    title: str = ""
    """What the film is called; empty: its file name says it."""
    year: int | None = None
    """Year of release."""
    tenant: str = DEFAULT_TENANT
    """On whose share it is done."""
    priority: int = 0
    """From 0 to MOST_URGENT; higher goes first among the jobs of a tenant."""
    deadline: datetime | None = None
    """When it should be done."""


@dataclass(frozen=True)
class Resolved:
    """A request with every name checked and every setting settled; the film is still to come."""

    request: JobRequest
    pipeline: pipeline.Pipeline
    plan: tuple[PlannedStep, ...]
    profile: str
    source_language: str
    """BCP-47, or `auto`."""
    target_languages: tuple[str, ...]
    anew: tuple[str, ...]
    """Stages that may not take over the outputs of an equal action."""
    settings: dict[str, SettingRecord]


def resolve(request: JobRequest) -> Resolved:
    """Raises UnknownName for a workflow, language, profile, stage or setting nobody knows, InvalidSetting, and
    InvalidRequest for targets that do not fit the workflow, a priority out of range or an impossible tenant.
    """
    _require_rank(request)
    chosen = pipeline.load(request.workflow, request.subject)
    profile = request.profile or default_profile()
    _require_stages_of(request, chosen.stages)
    layers = [
        *request.layers,
        _of_stages(_film_layer(request), chosen.stages),
        settings.environment_layer(chosen.stages),
        _of_stages(settings.profile_layer(profile), chosen.stages),
    ]
    asked = _settle(layers, chosen.stages)
    effective = functools.partial(_effective, asked)
    source, targets = _source_language(request), _targets(request, chosen)
    filled = chosen.settings(_values(request, source), effective)
    return Resolved(
        request,
        chosen,
        chosen.plan(targets, effective),
        profile,
        source,
        targets,
        _anew(request, chosen.stages),
        _settle([*layers, Layer("pipeline", filled)], chosen.stages),
    )


def _require_rank(request: JobRequest) -> None:
    if not _TENANT.fullmatch(request.tenant):
        raise InvalidRequest(f"tenant {request.tenant!r} is not 1 to 63 lower-case letters, digits and hyphens")
    if not 0 <= request.priority <= MOST_URGENT:
        raise InvalidRequest(f"priority {request.priority} is not between 0 and {MOST_URGENT}")


def _film_layer(request: JobRequest) -> Layer:
    """What is known of the film, for the stage that looks for more."""
    known = {"metadata.title": request.title, "metadata.year": request.year}
    return Layer("request", {name: value for name, value in known.items() if value})


def _values(request: JobRequest, source_language: str) -> dict[str, Any]:
    """What a pipeline may write with a dollar; None leaves the setting as it is."""
    return {
        "source_language": source_language,
        "known_language": None if source_language == AUTOMATIC else source_language,
        "clip_start": request.clip_start,
        "clip_end": request.clip_end,
        "file_name": request.file_name,
    }


def _source_language(request: JobRequest) -> str:
    return AUTOMATIC if request.source_language == AUTOMATIC else language(request.source_language).subtag


def _targets(request: JobRequest, chosen: pipeline.Pipeline) -> tuple[str, ...]:
    """Each target once, in order; the source itself is none."""
    targets = tuple(dict.fromkeys(map(canonical_tag, request.target_languages)))
    if targets and not chosen.has_targets:
        raise InvalidRequest(f"workflow {request.workflow} translates nothing; leave the target languages out")
    if not targets and request.workflow == "translate":
        raise InvalidRequest("workflow translate needs a language to translate into, e.g. --target pt")
    spoken = next((it for it in targets if is_same_language(it, request.source_language)), None)
    if spoken is not None:
        raise InvalidRequest(f"target {spoken!r} is the language that is spoken; leave it out")
    return targets


def _anew(request: JobRequest, stages: Sequence[str]) -> tuple[str, ...]:
    if not request.first_anew:
        return ()
    if request.first_anew not in stages:
        raise unknown_name(f"stage of workflow {request.workflow}", request.first_anew, stages)
    return tuple(stages[stages.index(request.first_anew) :])


def _effective(asked: Mapping[str, SettingRecord], name: str) -> Any:
    """What a setting is, before the pipeline says anything."""
    stage, _, setting = name.partition(".")
    chosen = effective(stage, load_stage(stage).settings_type(), planner.of_stage(asked, stage))[0]
    return getattr(chosen, setting)


def require_models(resolved: Resolved, models: ModelStore, here: Collection[str]) -> None:
    """Checks that the stages have models for the job: theirs, for its language, and at hand for stages that are `here`.

    Raises UnknownName, InvalidSetting or ModelError.
    """
    for step in resolved.plan:
        stage = load_stage(step.stage)
        given = planner.settings_for(step, resolved.settings)
        chosen, _ = effective(step.stage, stage.settings_type(), given)
        for model in () if step.skip else stage.models(chosen):
            models.record_for(step.stage, model)
            if resolved.source_language != AUTOMATIC:
                _require_language(step.stage, models.catalog[model], resolved.source_language)
            if step.stage in here:
                models.expect(model)


def require_wanted(resolved: Resolved, names: Collection[str]) -> None:
    """Checks that some step takes the files of each name, so that none is left unread. Raises InvalidRequest."""
    wanted = {given.output for step in resolved.plan for given in step.inputs if not given.stage and given.output}
    for name in names:
        if name not in wanted:
            raise InvalidRequest(f"no step of this job takes {name}; what it takes is {', '.join(sorted(wanted))}")


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


def stage_settings(stage: Stage[Any], profile: str, *asked: Layer) -> dict[str, SettingRecord]:
    """What somebody asked for, the environment and a profile say of one stage. Raises UnknownName, InvalidSetting."""
    profiled = _of_stages(settings.profile_layer(profile), (stage.name,))
    layers = [*asked, settings.environment_layer((stage.name,)), profiled]
    return settle(layers, {stage.name: stage.settings_type()})[stage.name]


def default_profile() -> str:
    """The installation's, else what suits this machine: a coordinator may have no GPU and call stages that do."""
    return settings.preferred_profile() or ("gpu" if has_gpu() else "cpu-small")


def job_of(
    resolved: Resolved, media: MediaRecord, files: tuple[FileRecord, ...], code: CodeRecord, job_id: str
) -> JobRecord:
    """The job that was asked for, under that name."""
    return JobRecord(
        job=job_id,
        workflow=resolved.request.workflow,
        media=media,
        source_language=resolved.source_language,
        profile=resolved.profile,
        plan=resolved.plan,
        deliverables=resolved.pipeline.planned_deliverables(),
        request_digest=request_digest(resolved, media, files),
        create_time=now(),
        code=code,
        clip_start=resolved.request.clip_start,
        clip_end=resolved.request.clip_end,
        target_languages=resolved.target_languages,
        files=files,
        settings=resolved.settings,
        anew=resolved.anew,
        debug=resolved.request.debug,
        tenant=resolved.request.tenant,
        priority=resolved.request.priority,
        deadline=resolved.request.deadline,
    )


def request_digest(resolved: Resolved, media: MediaRecord, files: Sequence[FileRecord] = ()) -> str:
    """Digest of everything that was asked for: the same request asked twice has the same."""
    asked = {
        "workflow": resolved.request.workflow,
        "source_language": resolved.source_language,
        "clip": [resolved.request.clip_start, resolved.request.clip_end],
        "profile": resolved.profile,
        "settings": {name: record.value for name, record in resolved.settings.items()},
        "media": [media.artifact.digest, media.file_name, media.title],
        "targets": resolved.target_languages,
        "files": [[file.name, file.artifact.digest] for file in files],
        "anew": resolved.anew,
        "debug": resolved.request.debug,
    }
    if resolved.request.tenant != DEFAULT_TENANT:
        asked["tenant"] = resolved.request.tenant  # the same film for two tenants is two jobs
    return digest_bytes(canonical_json(asked))


def _settle(layers: Sequence[Layer], stages: Sequence[str]) -> dict[str, SettingRecord]:
    known: Mapping[str, type[Any]] = {stage: load_stage(stage).settings_type() for stage in stages}
    return {
        f"{stage}.{name}": record for stage, given in settle(layers, known).items() for name, record in given.items()
    }


def _of_stages(layer: Layer, stages: Sequence[str]) -> Layer:
    """A profile speaks of every stage; a workflow has some of them."""
    return Layer(layer.source, {n: value for n, value in layer.values.items() if n.partition(".")[0] in stages})
