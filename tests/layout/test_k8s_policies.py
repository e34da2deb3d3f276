"""On Kubernetes no pod may do, take or reach more than it needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from services.runtime.registry import STAGES
from tests.layout.manifests import OVERLAYS, Manifest, Workload, of_kind, selects, workloads

Way = tuple[str, str, int]
"""Who may open a connection, where to (a workload, or who lives outside), and the port."""
PRODUCTION: set[Way] = {("cuegraph-models", "0.0.0.0/0", 443), ("cuegraph-coordinator", "203.0.113.16/28", 7233)}
"""To the hub of models, and to Temporal."""

pytestmark = pytest.mark.parametrize("overlay", OVERLAYS)


def test_pods_are_restricted_as_the_namespace_demands(overlay: str) -> None:
    (namespace,) = of_kind(overlay, "Namespace").values()
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    for workload in workloads(overlay):
        security = workload.spec["securityContext"]
        assert security["runAsNonRoot"] is True
        assert security["runAsUser"] >= 10_000
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not {"hostNetwork", "hostPID", "hostIPC"} & workload.spec.keys()


def test_containers_have_no_rights_and_write_to_nothing_but_their_volumes(overlay: str) -> None:
    for container in containers(overlay):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


def containers(overlay: str) -> Iterator[Manifest]:
    for workload in workloads(overlay):
        assert "initContainers" not in workload.spec
        yield from workload.containers


def test_volumes_are_such_as_a_restricted_pod_may_have_and_none_is_of_the_node(overlay: str) -> None:
    allowed = {"name", "emptyDir", "persistentVolumeClaim", "secret", "configMap", "projected"}
    for workload in workloads(overlay):
        assert not {kind for volume in workload.spec["volumes"] for kind in volume} - allowed


def test_containers_say_what_they_need_and_how_much_they_may_take(overlay: str) -> None:
    for container in containers(overlay):
        for which in ("requests", "limits"):
            assert {"cpu", "memory", "ephemeral-storage"} <= container["resources"][which].keys()


def test_containers_that_stay_are_watched(overlay: str) -> None:
    for workload in workloads(overlay):
        for container in workload.containers if workload.runs_for_ever else ():
            assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys()


def test_every_workload_has_an_account_of_its_own_and_none_has_a_token(overlay: str) -> None:
    accounts = [workload.spec["serviceAccountName"] for workload in workloads(overlay)]
    assert len(accounts) == len(set(accounts))
    assert set(accounts) == set(of_kind(overlay, "ServiceAccount"))
    assert not any(workload.spec["automountServiceAccountToken"] for workload in workloads(overlay))
    assert not any(it["automountServiceAccountToken"] for it in of_kind(overlay, "ServiceAccount").values())


def test_every_workload_has_keys_of_its_own(overlay: str) -> None:
    keys = [name for it in workloads(overlay) for name in secrets(it) if name.startswith("cuegraph-s3")]
    assert sorted(keys) == sorted(
        it.name.replace("cuegraph", "cuegraph-s3") for it in workloads(overlay) if secrets(it)
    )


def secrets(workload: Workload) -> list[str]:
    sources = [source for container in workload.containers for source in container.get("envFrom", [])]
    return [source["secretRef"]["name"] for source in sources if "secretRef" in source]


def test_deployments_spread_and_can_be_drained_one_pod_at_a_time(overlay: str) -> None:
    budgets = of_kind(overlay, "PodDisruptionBudget")
    for name in of_kind(overlay, "Deployment"):
        assert budgets[name]["spec"]["maxUnavailable"] == 1
    for workload in workloads(overlay):
        if workload.name in budgets:
            spread = {it["topologyKey"]: it["labelSelector"] for it in workload.spec["topologySpreadConstraints"]}
            assert spread.keys() == {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}
            assert all(selects(selector, workload.labels) for selector in spread.values())


def test_what_no_policy_allows_is_denied(overlay: str) -> None:
    everything = [it["spec"] for it in of_kind(overlay, "NetworkPolicy").values() if it["spec"]["podSelector"] == {}]
    assert {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} in everything


def test_there_are_exactly_the_ways_that_are_needed(overlay: str) -> None:
    assert set(ways(overlay, "Egress")) == egress(overlay)
    assert set(ways(overlay, "Ingress")) == ingress(overlay)


def egress(overlay: str) -> set[Way]:
    processes = {f"cuegraph-{name}" for name in (*STAGES, "coordinator")}
    store = ("cuegraph-store", 8333) if overlay == "dev" else ("203.0.113.0/28", 443)
    names = {(workload.name, "kube-dns", 53) for workload in workloads(overlay)}
    return (
        names
        | {("cuegraph-coordinator", f"cuegraph-{stage}", 50051) for stage in STAGES}
        | {(process, *store) for process in processes}
        | {("cuegraph-metadata", "0.0.0.0/0", 443)}
        | (PRODUCTION if overlay == "production" else set())
    )


def ingress(overlay: str) -> set[Way]:
    within = {way for way in egress(overlay) if way[1].startswith("cuegraph-")}
    watched = [*STAGES, "coordinator"] if overlay == "production" else []
    return (
        within
        | {("cuegraph-client", "cuegraph-coordinator", 50051)}
        | {("prometheus", f"cuegraph-{name}", 9464) for name in watched}
    )


def ways(overlay: str, direction: str) -> Iterator[Way]:
    """Every way that a policy opens, seen from the side that it speaks of."""
    for policy in of_kind(overlay, "NetworkPolicy").values():
        for rule in policy["spec"].get(direction.lower(), []):
            peers = rule["to" if direction == "Egress" else "from"]
            for here in chosen(overlay, policy["spec"]["podSelector"]):
                for there in (name for peer in peers for name in who(overlay, peer)):
                    for port in rule["ports"]:
                        yield (here, there, port["port"]) if direction == "Egress" else (there, here, port["port"])


def who(overlay: str, peer: Manifest) -> list[str]:
    """The workloads that a peer means, or what the outside is called."""
    if "ipBlock" in peer:
        return [peer["ipBlock"]["cidr"]]
    if "namespaceSelector" in peer:
        return [outside(peer["namespaceSelector"]["matchLabels"] | peer.get("podSelector", {}).get("matchLabels", {}))]
    return chosen(overlay, peer["podSelector"]) or [outside(peer["podSelector"]["matchLabels"])]


def outside(labels: dict[str, str]) -> str:
    """What pods that are not ours are called, by their labels."""
    return labels.get("k8s-app") or labels.get("app.kubernetes.io/name") or next(iter(labels))


def chosen(overlay: str, selector: Any) -> list[str]:
    return [workload.name for workload in workloads(overlay) if selects(selector, workload.labels)]


def test_the_web_is_no_way_into_the_cluster_or_to_the_cloud_below_it(overlay: str) -> None:
    policies = of_kind(overlay, "NetworkPolicy").values()
    rules = [rule for policy in policies for rule in policy["spec"].get("egress", [])]
    blocks = [peer["ipBlock"] for rule in rules for peer in rule["to"] if "ipBlock" in peer]
    for block in blocks:
        if block["cidr"] == "0.0.0.0/0":
            assert {"10.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"} <= set(block["except"])
