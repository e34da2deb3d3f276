"""On Kubernetes every stage grows and shrinks with its own backlog, and by nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from services.runtime.metrics import BACKLOG_MEDIA_SECONDS, BACKLOG_STEPS
from services.runtime.registry import STAGES
from tests.layout.manifests import Manifest, of_kind, render, selects, stage_workloads, workloads
from tests.layout.source import ROOT


def scaled(stage: str) -> Manifest:
    spec: Manifest = of_kind("production", "ScaledObject")[f"cuegraph-{stage}"]["spec"]
    return spec


def test_every_stage_is_scaled_and_nothing_else_is() -> None:
    assert set(of_kind("production", "ScaledObject")) == {f"cuegraph-{stage}" for stage in STAGES}


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_is_scaled_on_its_own_backlog_counted_once_for_all_coordinators(stage: str) -> None:
    assert scaled(stage)["scaleTargetRef"] == {"name": f"cuegraph-{stage}"}
    assert [trigger["metadata"]["query"] for trigger in scaled(stage)["triggers"]] == [
        f'sum(max by (state) ({metric.name}{{stage="{stage}"}}))' for metric in (BACKLOG_MEDIA_SECONDS, BACKLOG_STEPS)
    ]


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_starts_from_no_pod_and_a_pod_is_there_for_a_film_at_least(stage: str) -> None:
    assert scaled(stage)["minReplicaCount"] == 0
    assert scaled(stage)["maxReplicaCount"] > 1
    assert int(scaled(stage)["triggers"][0]["metadata"]["threshold"]) >= 2 * 3600


@pytest.mark.parametrize("stage", STAGES)
def test_a_metric_that_is_missing_takes_no_pod_away(stage: str) -> None:
    assert {trigger["metadata"]["ignoreNullValues"] for trigger in scaled(stage)["triggers"]} == {"false"}
    assert scaled(stage)["fallback"]["behavior"] == "currentReplicasIfHigher"


def test_prometheus_collects_from_the_port_where_every_process_shows_its_metrics() -> None:
    (monitor,) = of_kind("production", "PodMonitor").values()
    (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
    for workload in workloads("production"):
        if selects(monitor["spec"]["selector"], workload.labels):
            (container,) = workload.containers
            ports = {port["name"]: port["containerPort"] for port in container["ports"]}
            assert f"--metrics=0.0.0.0:{ports[endpoint['port']]}" in container["args"]


def test_what_is_scaled_is_not_told_how_many_it_should_be() -> None:
    counted = [stage for stage, it in stage_workloads("production").items() if "replicas" in it.manifest["spec"]]
    assert not counted


def test_stages_that_share_a_gpu_are_found_where_they_are_and_their_backlogs_count_together(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text(
        f"resources: [{relative(tmp_path, 'overlays/production')}]\n"
        f"components: [{relative(tmp_path, 'components/gpu-shared')}]\n"
    )
    objects = {(it["kind"], it["metadata"]["name"]): it for it in render(tmp_path)}
    assert not [name for _, name in objects if name == "cuegraph-vad"]
    (addresses,) = (it["data"] for (kind, _), it in objects.items() if kind == "ConfigMap" and "asr" in it["data"])
    assert addresses["vad"] == addresses["asr"]
    shared = objects["Deployment", "cuegraph-asr"]["spec"]["template"]["spec"]["containers"][0]
    assert shared["args"][:4] == ["stage", "serve", "$(STAGE)", "vad"]
    triggers = objects["ScaledObject", "cuegraph-asr"]["spec"]["triggers"]
    assert all('{stage=~"asr|vad"}' in trigger["metadata"]["query"] for trigger in triggers)


def relative(here: Path, there: str) -> str:
    """kustomize wants paths from where it is."""
    return os.path.relpath(ROOT / "k8s" / there, here)
