"""Every stage has an image, a container in the compose file and a way for the coordinator to find it."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from services.runtime.registry import STAGES
from tests.layout.source import ROOT

DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text("utf-8")
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text("utf-8"))["services"]
OWN = (*STAGES, "coordinator")


def test_the_dockerfile_says_what_each_image_stands_on() -> None:
    assert sorted(re.findall(r"^FROM \w+ AS (\w+)-base$", DOCKERFILE, re.MULTILINE)) == sorted(OWN)


def test_all_images_are_built_by_one_command() -> None:
    names = re.search(r"ALL=\((.*?)\)", (ROOT / "deploy/images.sh").read_text("utf-8"), re.DOTALL)
    assert names is not None
    assert sorted(names[1].split()) == sorted([*OWN, "seaweedfs"])


def test_the_code_comes_after_the_libraries() -> None:
    image = DOCKERFILE[DOCKERFILE.index("AS image") :]
    assert image.index("--from=libraries") < image.index("--from=program") < image.index("ARG COMMIT")
    assert "COPY services" not in image


def test_every_image_runs_on_this_host() -> None:
    assert SERVICES.keys() >= {*OWN, "seaweedfs"}


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
    assert service["environment"]["CUEGRAPH_IMAGE_DIGEST"] == f"${{CUEGRAPH_DIGEST_{name.upper()}:-}}"
    assert "/opt/cuegraph/share/healthcheck.py" in service["healthcheck"]["test"]


def test_the_coordinator_knows_where_each_stage_is() -> None:
    told = [word.removeprefix("--stage=") for word in SERVICES["coordinator"]["command"] if "--stage=" in word]
    assert told == [f"{stage}={stage}:50051" for stage in STAGES]


def test_nothing_in_the_compose_file_reports_to_its_makers() -> None:
    assert "-master.telemetry=false" in SERVICES["seaweedfs"]["command"]
