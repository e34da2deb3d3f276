"""What the tests of k8s/ read: the overlays, rendered as `kubectl apply -k` would apply them."""

from __future__ import annotations

import functools
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.layout.source import ROOT

KUBECTL = Path(sys.executable).with_name("kubectl")
OVERLAYS = ("dev", "production")

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Workload:
    """Pods that are alike, and the object that makes them."""

    name: str
    manifest: Manifest
    template: Manifest
    """Of its pods."""

    @property
    def spec(self) -> Manifest:
        """Of its pods."""
        spec: Manifest = self.template["spec"]
        return spec

    @property
    def labels(self) -> dict[str, str]:
        """Of its pods."""
        labels: dict[str, str] = self.template["metadata"]["labels"]
        return labels

    @property
    def containers(self) -> list[Manifest]:
        containers: list[Manifest] = self.spec["containers"]
        return containers

    @property
    def is_stage(self) -> bool:
        return self.labels["app.kubernetes.io/component"] == "stage"

    @property
    def kind(self) -> str:
        return str(self.manifest["kind"])

    @property
    def runs_for_ever(self) -> bool:
        return self.kind != "CronJob"


@functools.cache
def rendered(overlay: str) -> tuple[Manifest, ...]:
    """Every object of an overlay."""
    return render(ROOT / "k8s/overlays" / overlay)


def render(folder: Path) -> tuple[Manifest, ...]:
    """Every object that a folder describes."""
    command = [str(KUBECTL), "kustomize", str(folder)]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return tuple(yaml.safe_load_all(text))


def of_kind(overlay: str, kind: str) -> dict[str, Manifest]:
    """The objects of one kind, by name."""
    return {it["metadata"]["name"]: it for it in rendered(overlay) if it["kind"] == kind}


def workloads(overlay: str) -> list[Workload]:
    return workloads_in(rendered(overlay))


def workloads_in(objects: Iterable[Manifest]) -> list[Workload]:
    return [_workload(it) for it in objects if it["kind"] in {"Deployment", "StatefulSet", "CronJob"}]


def stage_workloads(overlay: str) -> dict[str, Workload]:
    """The workloads of the stages, by stage."""
    return {it.labels["app.kubernetes.io/name"]: it for it in workloads(overlay) if it.is_stage}


def config(overlay: str, name: str) -> dict[str, str]:
    """The data of the ConfigMap whose name, without the hash of what is in it, is `name`."""
    (found,) = (it for full, it in of_kind(overlay, "ConfigMap").items() if full.rpartition("-")[0] == name)
    data: dict[str, str] = found["data"]
    return data


def selects(selector: Manifest, labels: dict[str, str]) -> bool:
    """Whether a label selector matches."""
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items()) and all(
        labels.get(rule["key"]) in rule["values"] for rule in selector.get("matchExpressions", [])
    )


def environment(workload: Workload, overlay: str) -> Iterator[str]:
    """Names of the variables that its containers get out of the overlay; what Secrets hold is not known."""
    for container in workload.containers:
        yield from (it["name"] for it in container.get("env", []))
        for source in container.get("envFrom", []):
            if "configMapRef" in source:
                data = of_kind(overlay, "ConfigMap")[source["configMapRef"]["name"]]["data"]
                yield from (source.get("prefix", "") + name for name in data)


def _workload(manifest: Manifest) -> Workload:
    spec = manifest["spec"]
    template = spec["jobTemplate"]["spec"]["template"] if manifest["kind"] == "CronJob" else spec["template"]
    return Workload(manifest["metadata"]["name"], manifest, template)
