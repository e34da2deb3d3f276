"""In production a digest says which image runs, and the process in it is told that digest for its manifests."""

from __future__ import annotations

import shutil
from collections.abc import Mapping

import pytest

from services.runtime.registry import STAGES
from tests.layout.manifests import Manifest, render, workloads, workloads_in
from tests.layout.source import ROOT

IMAGES = ("coordinator", *STAGES)
DIGESTS = "components/digests/digests.env"


@pytest.fixture(scope="module")
def digests() -> Mapping[str, str]:
    """One for each image, no two alike."""
    return {image: f"sha256:{number:064x}" for number, image in enumerate(IMAGES, start=1)}


@pytest.fixture(scope="module")
def containers(digests: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[Manifest]]:
    """The containers of production with these digests, by the name of what makes their pods."""
    k8s = shutil.copytree(ROOT / "k8s", tmp_path_factory.mktemp("installation") / "k8s")
    (k8s / DIGESTS).write_text("".join(f"{image}={digest}\n" for image, digest in digests.items()))
    return {it.name: it.containers for it in workloads_in(render(k8s / "overlays/production"))}


@pytest.mark.parametrize("image", IMAGES)
def test_a_process_is_told_the_digest_of_the_image_that_it_is_started_from(
    image: str, digests: Mapping[str, str], containers: Mapping[str, list[Manifest]]
) -> None:
    (container,) = containers[f"cuegraph-{image}"]
    name, _, digest = container["image"].partition("@")
    assert name.partition(":")[0] == f"cuegraph/{image}"
    assert digest == digests[image]
    assert [it["value"] for it in container["env"] if it["name"] == "CUEGRAPH_IMAGE_DIGEST"] == [digest]


def test_what_pulls_models_is_pinned_too(digests: Mapping[str, str], containers: Mapping[str, list[Manifest]]) -> None:
    pinned = {it["name"]: it["image"].partition("@")[2] for it in containers["cuegraph-models"]}
    assert pinned == {name: digests[name] for name in ("asr", "separation")}


def test_whoever_forgets_to_name_the_digests_starts_nothing() -> None:
    images = {it.containers[0]["image"].partition("@")[2] for it in workloads("production")}
    assert images == {f"sha256:{0:064x}"}
