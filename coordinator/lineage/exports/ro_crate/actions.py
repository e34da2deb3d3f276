"""The attempts as actions: the tool, the step that it was run for, what went in, what came out, and how it ended."""

from __future__ import annotations

from typing import Any

from services.runtime.manifest import Manifest, ResourceRecord, Status

from ..history import Attempt, History
from ..identifiers import urn
from . import layout
from .entities import Crate, Reference, local, path
from .values import Values, failed, instant


class Actions:
    """Adds attempts to a crate, with the tools and the steps of the workflow that they show."""

    def __init__(self, crate: Crate, history: History, values: Values, workflow: Reference) -> None:
        self._crate = crate
        self._values = values
        self._workflow = workflow
        self._by_digest = {attempt.digest: attempt for attempt in history.attempts}
        self.controls: list[Reference] = []

    def add(self, attempt: Attempt) -> None:
        tool = self._tool(attempt.manifest)
        step = self._step(attempt, tool)
        action = self._action(attempt, tool)
        self._bind(attempt, tool, step)
        self._crate.add(
            path(*layout.manifest_path(attempt)),
            "File",
            name=f"manifest of {attempt.title}",
            encodingFormat="application/json",
            sha256=attempt.digest,
            about=action,
        )
        control = self._crate.add(
            layout.control_id(attempt),
            "ControlAction",
            name=f"orchestrates {attempt.title}",
            instrument=step,
            object=action,
        )
        self.controls.append(control)

    def _tool(self, manifest: Manifest) -> Reference:
        tool = self._crate.add(
            layout.tool_id(manifest),
            "SoftwareApplication",
            name=manifest.stage,
            description=f"Stage {manifest.stage} of Cuegraph {manifest.code.version}.",
            softwareVersion=f"{manifest.code.version}, stage version {manifest.stage_version}",
            identifier=manifest.code.commit,
        )
        self._crate.link(self._workflow, "hasPart", tool)
        return tool

    def _step(self, attempt: Attempt, tool: Reference) -> Reference:
        manifest = attempt.manifest
        step_id = layout.step_id(manifest.step)
        step = self._crate.add(step_id, "HowToStep", name=attempt.place, position=manifest.number)
        self._crate.link(step, "workExample", tool)
        self._crate.link(self._workflow, "step", step)
        return step

    def _action(self, attempt: Attempt, tool: Reference) -> Reference:
        manifest = attempt.manifest
        files = [self._values.file(file) for _, file in attempt.inputs]
        models = [self._values.model(model) for model in manifest.models]
        settings = self._values.settings(manifest.stage, attempt.digest, manifest.settings)
        return self._crate.add(
            layout.action_id(attempt),
            "CreateAction",
            name=attempt.title,
            description=_described(manifest),
            instrument=tool,
            agent={"@id": layout.TENANT},
            object=[*files, *models, *settings],
            result=[self._values.file(file) for file in attempt.outputs],
            startTime=instant(manifest.times.started),
            endTime=instant(manifest.times.finished),
            identifier=attempt.digest,
            containerImage=self._image(manifest.code.image_digest),
            resourceUsage=self._usage(attempt.digest, manifest.resources),
            **_ended(manifest),
        )

    def _bind(self, attempt: Attempt, tool: Reference, step: Reference) -> None:
        """Values to the parameters of the tool, and parameters to those of the tools that made the values."""
        stage, values = attempt.manifest.stage, self._values
        for name in sorted(attempt.manifest.settings):
            self._crate.link(tool, "input", values.parameter(stage, "setting", name))
        for model in attempt.manifest.models:
            values.as_parameter(tool, stage, "model", "model", values.model(model))
        for file in attempt.outputs:
            values.as_parameter(tool, stage, "output", file.role, values.file(file))
        for role, file in attempt.inputs:
            taken = values.as_parameter(tool, stage, "input", role, values.file(file))
            producer = self._by_digest.get(file.producer)
            if producer:
                given = values.parameter(producer.manifest.stage, "output", file.role)
                self._crate.link(step, "connection", self._connection(given, taken))

    def _connection(self, source: Reference, target: Reference) -> Reference:
        name = local("connection", source["@id"][1:], target["@id"][1:])
        return self._crate.add(name, "ParameterConnection", sourceParameter=source, targetParameter=target)

    def _image(self, digest: str) -> Reference | None:
        if not digest:
            return None
        kind = {"@id": "https://w3id.org/ro/terms/workflow-run#DockerImage"}
        image = digest.removeprefix("sha256:")
        return self._crate.add(local("image", image), "ContainerImage", name=image, sha256=image, additionalType=kind)

    def _usage(self, action: str, used: ResourceRecord | None) -> list[Reference]:
        """Units by their codes of UN/CEFACT."""
        if used is None:
            return []
        measured = (
            ("cpu-seconds", used.cpu_seconds, "SEC"),
            ("peak-memory-bytes", used.peak_memory_bytes, "AD"),
            ("peak-gpu-memory-bytes", used.peak_gpu_memory_bytes, "AD"),
        )
        return [
            self._crate.add(
                local("resource", action, name),
                "PropertyValue",
                name=name,
                propertyID=urn("resource", name),
                value=value,
                unitCode=unit,
            )
            for name, value, unit in measured
        ]


def _ended(manifest: Manifest) -> dict[str, Any]:
    if manifest.status in (Status.FAILED, Status.CANCELLED):
        return failed(manifest.status.value, manifest.errors)
    return {"actionStatus": "http://schema.org/CompletedActionStatus"}


def _described(manifest: Manifest) -> str:
    match manifest.status:
        case Status.SKIPPED:
            return f"Skipped: {manifest.skip_reason}"
        case Status.REUSED if manifest.reused:
            return f"Took over what the attempt with manifest {manifest.reused.digest} had made by the same action."
        case _:
            return f"{manifest.status.value.capitalize()} at action {manifest.action_key}."
