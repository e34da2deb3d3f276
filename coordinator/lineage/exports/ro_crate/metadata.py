"""What is said of a job in its crate: the plan and its tools, the run of it, and every attempt at every step."""

from __future__ import annotations

from typing import Any

from ....jobs import JobState
from ..history import History
from ..identifiers import program, urn
from . import layout
from .actions import Actions
from .entities import (
    PROCESS,
    PROVENANCE,
    WORKFLOW,
    WORKFLOW_RO_CRATE,
    Crate,
    Reference,
    describe_itself,
    path,
    references,
)
from .values import Values, failed, instant

_LANGUAGE = urn("job", "1")
_BIOSCHEMAS = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"
_NO_LICENCE = "No licence is stated: the rights in the film and in what was made of it are their holders'."


def metadata(history: History) -> bytes:
    """The bytes of `ro-crate-metadata.json`."""
    crate = Crate()
    describe_itself(crate)
    values = Values(crate, history)
    workflow = _workflow(crate, history)
    actions = Actions(crate, history, values, workflow)
    for attempt in history.attempts:
        actions.add(attempt)
    run = _run(crate, history, values, workflow)
    _engine_run(crate, history, run, actions.controls)
    manifests = [path(*layout.manifest_path(attempt)) for attempt in history.attempts]
    _root(crate, history, values, manifests)
    return crate.to_json()


def _workflow(crate: Crate, history: History) -> Reference:
    """The plan is in the job's record: what each step takes, and from which."""
    crate.add(_LANGUAGE, "ComputerLanguage", name="Cuegraph job", version="1", identifier={"@id": _LANGUAGE})
    crate.add(_BIOSCHEMAS, "CreativeWork", name="ComputationalWorkflow", version="1.0-RELEASE")
    return crate.add(
        layout.JOB,
        ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"],
        name=f"{history.record.workflow}: the plan of job {history.record.job}",
        description="What was asked, with everything resolved, and the steps that it takes.",
        version=history.record.code.version,
        encodingFormat="application/json",
        sha256=history.digest,
        programmingLanguage={"@id": _LANGUAGE},
        conformsTo={"@id": _BIOSCHEMAS},
    )


def _run(crate: Crate, history: History, values: Values, workflow: Reference) -> Reference:
    record = history.record
    given = [values.file(file) for file in history.given]
    settings = values.settings("job", "job", record.settings)
    made = [values.file(file) for _, file in history.delivered]
    for file in history.given:
        values.as_parameter(workflow, "job", "input", file.role, values.file(file))
    for name in record.settings:
        crate.link(workflow, "input", {"@id": layout.parameter_id("job", "setting", name)})
    for _, file in history.delivered:
        values.as_parameter(workflow, "job", "output", file.role, values.file(file))
    return crate.add(
        layout.RUN,
        "CreateAction",
        name=f"job {record.job}",
        description=f"Workflow {record.workflow} over the film {record.media.title!r}.",
        instrument=workflow,
        agent={"@id": layout.TENANT},
        object=[*given, *settings],
        result=made,
        startTime=instant(record.create_time),
        **_ending(history),
    )


def _ending(history: History) -> dict[str, Any]:
    ending = history.ending
    if ending is None:
        return {}
    end = {"endTime": instant(ending.finished)}
    if ending.state is JobState.SUCCEEDED:
        return {**end, "actionStatus": "http://schema.org/CompletedActionStatus"}
    return {**end, **failed(ending.state.value, ending.errors)}


def _engine_run(crate: Crate, history: History, run: Reference, controls: list[Reference]) -> None:
    code = history.record.code
    engine = crate.add(
        program(code), "SoftwareApplication", name="Cuegraph", softwareVersion=code.version, identifier=code.commit
    )
    crate.add(
        layout.ENGINE_RUN,
        "OrganizeAction",
        name=f"Cuegraph {code.version} drives job {history.record.job}",
        instrument=engine,
        agent={"@id": layout.TENANT},
        object=controls,
        result=run,
        startTime=instant(history.record.create_time),
        endTime=instant(history.ending.finished) if history.ending else None,
    )


def _root(crate: Crate, history: History, values: Values, manifests: list[str]) -> None:
    record = history.record
    crate.add(layout.TENANT, "Organization", name=f"tenant {record.tenant}")
    crate.add("#licence", "CreativeWork", name="no licence stated", description=_NO_LICENCE)
    crate.add(layout.README, "File", name="README.md", encodingFormat="text/markdown", about={"@id": "./"})
    mentions = [layout.RUN, layout.ENGINE_RUN, *(layout.action_id(attempt) for attempt in history.attempts)]
    parts = [
        *references([layout.JOB, layout.README, *manifests]),
        *(values.file(file) for _, file in history.delivered),
    ]
    crate.add(
        "./",
        "Dataset",
        name=record.media.title,
        description=f"What job {record.job} of workflow {record.workflow} made of {record.media.file_name!r}, and how.",
        identifier=record.job,
        datePublished=instant(history.last_time),
        author={"@id": layout.TENANT},
        publisher={"@id": layout.TENANT},
        license={"@id": "#licence"},
        conformsTo=references([PROCESS, WORKFLOW, PROVENANCE, WORKFLOW_RO_CRATE]),
        hasPart=parts,
        mainEntity={"@id": layout.JOB},
        mentions=references(mentions),
    )
