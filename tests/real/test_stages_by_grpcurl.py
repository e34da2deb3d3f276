"""Each stage alone, over gRPC, with a public client: by the very command that its page gives."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.runtime.registry import STAGES
from tests.cuegraph import COMMAND
from tests.hard_job import Made

DOCS = Path(__file__).parents[2] / "docs/stages"
ADDRESS = "127.0.0.1:50051"
"""As the pages write it."""
SKIPPING = {"metadata"}
"""It has no key here."""

pytestmark = pytest.mark.timeout(900)


@dataclass(frozen=True)
class Served:
    """All stages in one process, on a store of their own."""

    address: str
    environment: dict[str, str]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("alone")
    environment = {
        **os.environ,
        "CUEGRAPH_STORE": str(folder / "store"),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    command = [str(COMMAND), "stage", "serve", *STAGES, "--listen", "127.0.0.1:0", "--profile", "cpu-small"]
    with (folder / "log").open("w") as log, subprocess.Popen(command, env=environment, stderr=log) as process:
        try:
            yield Served(address_in(folder / "log", process), environment)
        finally:
            process.terminate()
            process.wait(60)


def address_in(log: Path, process: subprocess.Popen[bytes]) -> str:
    for _ in range(1200):
        if found := re.search(r"serving .* on (\S+)", log.read_text()):
            return found[1]
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.1)
    raise AssertionError(log.read_text())


@pytest.mark.parametrize("stage", STAGES)
def test_the_page_says_how_the_stage_is_served(stage: str) -> None:
    assert f"cuegraph stage serve {stage} --listen {ADDRESS}" in (DOCS / f"{stage}.md").read_text()


@pytest.fixture(scope="module")
def job_folder(made: Made) -> Path:
    """The folder of a job, with the film and a glossary as the pages call them."""
    (made.folder / "film.mkv").symlink_to(made.film.path)
    (made.folder / "names.tsv").write_text("term\taliases\nDashwood\tDash wood\n")
    return made.folder


@pytest.mark.parametrize("stage", STAGES)
def test_the_command_of_the_page_runs_the_stage(job_folder: Path, served: Served, stage: str) -> None:
    (command,) = re.findall(r"```sh\n(cuegraph stage request .*?)```", (DOCS / f"{stage}.md").read_text(), re.DOTALL)
    ran = subprocess.run(
        ["bash", "-c", "set -o pipefail; " + command.replace(ADDRESS, served.address)],
        cwd=job_folder, env=served.environment, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    status = "SKIPPED" if stage in SKIPPING else "SUCCEEDED"
    assert f'"status": "STEP_STATUS_{status}"' in ran.stdout, ran.stdout
