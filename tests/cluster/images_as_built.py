"""The images as they are built.

Not part of `make test`: `make test-images` builds the images and names this file.
"""

from __future__ import annotations

import json
import re

import pytest

from tests.cluster.built_images import IMAGES, OWN_IMAGES, ROOT, engine, inside, megabytes, name_of, run
from tests.layout.test_image_locks import foreign_imports

SBOM = "/opt/cuegraph/share/sbom.cdx.json"


@pytest.mark.parametrize("image", IMAGES)
def test_nobody_in_an_image_is_root_and_nothing_in_it_builds(image: str) -> None:
    found = inside(image, "sh", "-c", "id -u; for tool in pip pip3 gcc cc make; do command -v $tool; done; true")
    assert found == "10001"


@pytest.mark.parametrize("image", OWN_IMAGES)
def test_an_image_tells_everything_that_is_in_it(image: str) -> None:
    """A version may end in how it was built, as torch's in `+cpu`, which the lock leaves open."""
    components = json.loads(inside(image, "cat", SBOM))["components"]
    listed = {f"{one['name']}=={one['version'].partition('+')[0]}" for one in components}
    lock = (ROOT / f"deploy/locks/{image}.txt").read_text("utf-8").splitlines()[1:]
    assert {line.partition(" ")[0] for line in lock} <= listed


@pytest.mark.parametrize("image", OWN_IMAGES)
def test_an_image_says_what_it_was_made_from(image: str) -> None:
    (described,) = json.loads(run(engine(), "image", "inspect", name_of(image)))
    labels, variables = described["Config"]["Labels"], described["Config"]["Env"]
    assert labels["org.opencontainers.image.title"] == f"cuegraph-{image}"
    assert len(labels["org.opencontainers.image.revision"].removesuffix("-dirty")) == 40
    assert f"CUEGRAPH_COMMIT={labels['org.opencontainers.image.revision']}" in variables
    assert {"HF_HUB_OFFLINE=1", "PYANNOTE_METRICS_ENABLED=false"} <= set(variables)


@pytest.mark.parametrize("image", IMAGES)
def test_nothing_of_the_machine_that_built_an_image_is_in_it(image: str) -> None:
    """Neither what was mounted for the build nor the place where it was mounted."""
    foreign = "ls -d /etc/pip.conf 2>/dev/null; find /opt /media /mnt /srv -mindepth 1 -not -path '/opt/cuegraph*'"
    assert inside(image, "sh", "-c", foreign) == ""


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_is_at_most_a_tenth_larger_than_its_page_says(image: str) -> None:
    assert megabytes(image) <= 1.1 * listed_megabytes()[image]


def listed_megabytes() -> dict[str, int]:
    """Of each image, by the table of docs/images.md, whose rows are those of one image or of several."""
    page = (ROOT / "docs/images.md").read_text("utf-8")
    rows = re.findall(r"^\| ([a-z, ]+) \| (\d+) \|", page, re.MULTILINE)
    return {image: int(size) for images, size in rows for image in images.split(", ")}


@pytest.mark.parametrize("stage", [image for image in OWN_IMAGES if image != "coordinator"])
def test_everything_that_a_stage_imports_is_in_its_image(stage: str) -> None:
    names = ["coordinator.cli.main", f"services.{stage}.stage", *foreign_imports(stage)]
    inside(stage, "python", "-c", "import " + ", ".join(names))
