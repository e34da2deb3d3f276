"""Every stage has an image, a container in the compose file and a way for the coordinator to find it."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from services.runtime.registry import STAGES
from tests.layout.manifests import workloads
from tests.layout.source import ROOT

DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text("utf-8")
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text("utf-8"))["services"]
OWN = (*STAGES, "coordinator")
SERVERS = ("seaweedfs", "temporal")


def test_the_dockerfile_says_what_each_image_stands_on() -> None:
    assert sorted(re.findall(r"^FROM \w+ AS (\w+)-base$", DOCKERFILE, re.MULTILINE)) == sorted(OWN)


def test_all_images_are_built_by_one_command() -> None:
    names = re.search(r"ALL=\((.*?)\)", (ROOT / "deploy/images.sh").read_text("utf-8"), re.DOTALL)
    assert names is not None
    assert sorted(names[1].split()) == sorted([*OWN, *SERVERS])


def test_the_code_comes_after_the_libraries() -> None:
    image = DOCKERFILE[DOCKERFILE.index("AS image") :]
    assert image.index("--from=libraries") < image.index("--from=program") < image.index("ARG COMMIT")
    assert "COPY services" not in image


def test_every_image_runs_on_this_host() -> None:
    assert SERVICES.keys() == {*OWN, *SERVERS}


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_has_no_more_rights_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))


@pytest.mark.parametrize("name", OWN)
def test_a_container_is_told_the_digest_of_its_image_and_asked_for_its_health(name: str) -> None:
    service = SERVICES[name]
    assert service["environment"]["CUEGRAPH_IMAGE_DIGEST"] == f"${{CUEGRAPH_DIGEST_{name.upper()}}}"
    assert "/opt/cuegraph/share/healthcheck.py" in service["healthcheck"]["test"]


@pytest.mark.parametrize("name", OWN)
def test_a_container_may_take_as_much_memory_as_on_a_cluster(name: str) -> None:
    (container,) = next(it for it in workloads("dev") if it.name == f"cuegraph-{name}").containers
    assert SERVICES[name]["mem_limit"] == container["resources"]["limits"]["memory"].removesuffix("i").lower()


def test_the_coordinator_knows_where_each_stage_is() -> None:
    told = [word.removeprefix("--stage=") for word in SERVICES["coordinator"]["command"] if "--stage=" in word]
    assert told == [f"{stage}={stage}:50051" for stage in STAGES]


def test_the_coordinator_drives_its_jobs_with_temporal() -> None:
    assert {"--engine=temporal", "--temporal-address=temporal:7233"} <= set(SERVICES["coordinator"]["command"])
    assert "--db-filename=/data/temporal.db" in SERVICES["temporal"]["command"]
    assert SERVICES["temporal"]["volumes"] == ["rounds:/data"]


@pytest.mark.parametrize("name", OWN)
def test_every_container_shows_metrics_and_logs_json(name: str) -> None:
    """A stage has no arguments: then its image shows metrics by itself."""
    entrypoint = (ROOT / "deploy/entrypoint.sh").read_text("utf-8")
    assert "--metrics=0.0.0.0:9464" in SERVICES[name].get("command", entrypoint.split())
    assert SERVICES[name]["environment"]["CUEGRAPH_LOG_FORMAT"] == "json"


def test_no_server_reports_to_its_makers() -> None:
    assert "-master.telemetry=false" in SERVICES["seaweedfs"]["command"]
    assert "ENV TEMPORAL_VERSION_CHECK_DISABLED=1" in DOCKERFILE
