"""On Kubernetes every stage has all that it needs, and whoever names something names what there is."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import kubernetes_validate
import pytest
import typer

from coordinator.cli.main import app
from services.runtime.models import Catalog
from services.runtime.registry import STAGES
from services.runtime.server import CANCEL_PATIENCE_SECONDS
from services.runtime.serving import FAREWELL_SECONDS
from services.runtime.settings import profile_layer
from services.runtime.tls import TlsFiles
from tests.layout.manifests import (
    OVERLAYS,
    Workload,
    config,
    environment,
    of_kind,
    rendered,
    selects,
    stage_workloads,
    workloads,
)
from tests.layout.source import ROOT

PORT = 50051
FOREIGN = {"keda.sh", "monitoring.coreos.com", "cert-manager.io"}
"""Groups of the objects that controllers bring their own schemas for."""

pytestmark = pytest.mark.parametrize("overlay", OVERLAYS)


def test_every_stage_has_a_folder_and_every_folder_is_a_stage(overlay: str) -> None:
    folders = {path.parent.name for path in (ROOT / "k8s/stages").glob("*/kustomization.yaml")}
    assert folders == set(STAGES) == set(stage_workloads(overlay))


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("kind", ["Deployment", "Service", "ServiceAccount", "PodDisruptionBudget"])
def test_a_stage_has_one_of_each_under_its_name(overlay: str, kind: str, stage: str) -> None:
    assert f"cuegraph-{stage}" in of_kind(overlay, kind)


def test_every_object_of_kubernetes_own_fits_its_schema(overlay: str) -> None:
    for manifest in rendered(overlay):
        group = manifest["apiVersion"].rpartition("/")[0]
        if group not in FOREIGN:
            kubernetes_validate.validate(manifest, "1.37", strict=True)


def test_no_secret_is_in_any_file(overlay: str) -> None:
    assert not of_kind(overlay, "Secret")


def test_all_that_pods_name_is_there(overlay: str) -> None:
    for workload in workloads(overlay):
        assert workload.spec["serviceAccountName"] in of_kind(overlay, "ServiceAccount")
        named = {it["configMapRef"]["name"] for it in env_sources(workload) if "configMapRef" in it}
        assert named <= set(of_kind(overlay, "ConfigMap"))
        volumes = workload.spec["volumes"]
        claims = {it["persistentVolumeClaim"]["claimName"] for it in volumes if "persistentVolumeClaim" in it}
        assert claims <= set(of_kind(overlay, "PersistentVolumeClaim"))


def env_sources(workload: Workload) -> list[Any]:
    return [source for container in workload.containers for source in container.get("envFrom", [])]


def test_selectors_find_the_pods_that_are_meant_and_no_others(overlay: str) -> None:
    for workload in workloads(overlay):
        for selector in selectors_of(workload, overlay) if workload.runs_for_ever else ():
            assert [it.name for it in workloads(overlay) if selects(selector, it.labels)] == [workload.name]


def selectors_of(workload: Workload, overlay: str) -> list[Any]:
    """Its own, its service's and its disruption budget's; a store of one pod has no budget."""
    budget = of_kind(overlay, "PodDisruptionBudget").get(workload.name)
    return [
        workload.manifest["spec"]["selector"],
        {"matchLabels": of_kind(overlay, "Service")[workload.name]["spec"]["selector"]},
        *([budget["spec"]["selector"]] if budget else []),
    ]


def test_the_name_of_a_stage_resolves_to_its_pods(overlay: str) -> None:
    for stage in STAGES:
        service = of_kind(overlay, "Service")[f"cuegraph-{stage}"]
        assert service["spec"]["clusterIP"] == "None"
        assert [port["port"] for port in service["spec"]["ports"] if port["name"] == "grpc"] == [PORT]


def test_the_coordinator_looks_for_every_stage_where_it_is(overlay: str) -> None:
    assert config(overlay, "cuegraph-stages") == {stage: f"cuegraph-{stage}:{PORT}" for stage in STAGES}
    options = [it for it in coordinator(overlay).containers[0]["args"] if it.startswith("--stage=")]
    assert options == [f"--stage={stage}=$(AT_{stage})" for stage in STAGES]


def coordinator(overlay: str) -> Workload:
    (found,) = (it for it in workloads(overlay) if it.name == "cuegraph-coordinator")
    return found


def test_images_are_named_for_what_runs_in_them_and_tagged_in_one_place(overlay: str) -> None:
    images = {it.containers[0]["image"].partition("@")[0] for it in workloads(overlay)}
    names = {image.partition(":")[0] for image in images}
    assert names - {"cuegraph/seaweedfs"} == {f"cuegraph/{name}" for name in (*STAGES, "coordinator")}
    assert len({image.partition(":")[2].removesuffix("-cuda") for image in images}) == 1


def test_commands_are_such_as_the_program_knows(overlay: str) -> None:
    for workload in workloads(overlay):
        for container in workload.containers:
            if not container["image"].startswith("cuegraph/seaweedfs"):
                parse(container["args"])


def parse(arguments: list[str]) -> None:
    """Raises click's UsageError for an argument that nobody knows."""
    command: Any = typer.main.get_command(app)
    while hasattr(command, "commands"):
        command, arguments = command.commands[arguments[0]], arguments[1:]
    command.make_context("cuegraph", list(arguments))


def test_variables_are_such_as_the_program_reads(overlay: str) -> None:
    told = {name for it in workloads(overlay) for name in environment(it, overlay)}
    assert {name for name in told if name.startswith(("CUEGRAPH_", "AWS_"))} <= variables()


def variables() -> set[str]:
    """Those that the one module that reads the environment names, and those that it puts together."""
    named = re.findall(r"(?:CUEGRAPH|AWS)_[A-Z_]+", (ROOT / "services/runtime/settings.py").read_text("utf-8"))
    return {*named, *(f"CUEGRAPH_TLS_{field.name.upper()}" for field in dataclasses.fields(TlsFiles))}


def test_services_are_not_told_as_variables_that_would_be_settings_of_a_stage(overlay: str) -> None:
    assert not [it.name for it in workloads(overlay) if it.spec["enableServiceLinks"]]


def test_a_pod_is_killed_only_after_its_process_had_the_time_to_end(overlay: str) -> None:
    for workload in (coordinator(overlay), *stage_workloads(overlay).values()):
        (grace,) = re.findall(r"--grace=(\d+)", " ".join(workload.containers[0]["args"]))
        least = int(grace) + CANCEL_PATIENCE_SECONDS + FAREWELL_SECONDS
        assert workload.spec["terminationGracePeriodSeconds"] > least


def test_probes_ask_the_port_that_is_served_and_give_models_time(overlay: str) -> None:
    for workload in (coordinator(overlay), *stage_workloads(overlay).values()):
        (container,) = workload.containers
        assert f"--listen=0.0.0.0:{PORT}" in container["args"]
        probes = [container[name] for name in ("startupProbe", "readinessProbe", "livenessProbe")]
        assert {probe["grpc"]["port"] for probe in probes} == {probed_port(overlay)}
        assert probed_port(overlay) in {port["containerPort"] for port in container["ports"]}
        assert probes[0]["periodSeconds"] * probes[0]["failureThreshold"] >= 1800
        assert workload.manifest["spec"]["progressDeadlineSeconds"] > 1800


def probed_port(overlay: str) -> int:
    """Where health is answered in the clear: with TLS, at an address of its own."""
    return int(config(overlay, "cuegraph-settings").get("CUEGRAPH_PROBES", f":{PORT}").rpartition(":")[2])


def test_with_tls_every_process_shows_who_it_is_and_asks_who_calls(overlay: str) -> None:
    names = {"CUEGRAPH_TLS_CERT", "CUEGRAPH_TLS_KEY", "CUEGRAPH_TLS_CLIENT_CA", "CUEGRAPH_TLS_CA", "CUEGRAPH_PROBES"}
    told = names & config(overlay, "cuegraph-settings").keys()
    assert told == (names if overlay == "production" else set())
    certificates = {it["spec"]["secretName"]: it["spec"] for it in of_kind(overlay, "Certificate").values()}
    for workload in (coordinator(overlay), *stage_workloads(overlay).values()) if told else ():
        (secret,) = (it["secret"]["secretName"] for it in workload.spec["volumes"] if it["name"] == "tls")
        assert "server auth" in certificates[secret]["usages"]
        assert ("client auth" in certificates[secret]["usages"]) != workload.is_stage


def test_only_where_everything_is_in_one_namespace_may_anyone_call_the_coordinator(overlay: str) -> None:
    (container,) = coordinator(overlay).containers
    assert ("--insecure-anyone" in container["args"]) == (overlay == "dev")
    assert ("CUEGRAPH_ACCESS_FILE" in environment(coordinator(overlay), overlay)) == (overlay == "production")


def test_a_stage_has_a_gpu_where_its_profile_runs_it_on_one(overlay: str) -> None:
    profile = profile_layer(config(overlay, "cuegraph-settings")["CUEGRAPH_PROFILE"])
    wanted = {name.partition(".")[0] for name, value in profile.values.items() if value == "cuda"}
    limits = {stage: it.containers[0]["resources"]["limits"] for stage, it in stage_workloads(overlay).items()}
    assert {stage for stage, limit in limits.items() if "nvidia.com/gpu" in limit} == wanted


def test_models_that_a_profile_needs_of_a_hub_can_be_pulled(overlay: str) -> None:
    profile = profile_layer(config(overlay, "cuegraph-settings")["CUEGRAPH_PROFILE"]).values
    catalog = Catalog.load()
    named = {name for name in profile.values() if isinstance(name, str) and name in catalog.names()}
    pulled = {model for it in pulls(overlay) for model in it["args"][2:]}
    assert pulled <= set(catalog.names())
    assert {name for name in named if not catalog[name].origin.is_local} <= pulled


def pulls(overlay: str) -> list[Any]:
    return [container for it in workloads(overlay) if not it.runs_for_ever for container in it.containers]


def test_coordinators_share_the_key_that_seals_are_signed_with(overlay: str) -> None:
    (coordinator,) = (it for it in workloads(overlay) if it.name == "cuegraph-coordinator")
    (container,) = coordinator.containers
    (key,) = (it["value"] for it in container["env"] if it["name"] == "CUEGRAPH_SIGNING_KEY")
    (mount,) = (it for it in container["volumeMounts"] if key == f"{it['mountPath']}/signing.pem")
    (volume,) = (it for it in coordinator.spec["volumes"] if it["name"] == mount["name"])
    assert mount["readOnly"]
    assert volume["secret"]["secretName"] == "cuegraph-signing"
