"""Small stages, each served in a process of its own, that do as the setting `suffix` says.

python -m tests.stage_processes NAME LISTEN FOLDER     serves one on the store of the environment; prints the address

`fail` fails; `wait PATH` works until PATH exists; `tell` logs and prints a secret; all but the first join their inputs.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

from services.runtime.client import RemoteStage
from services.runtime.errors import StageError
from services.runtime.local import LocalStage
from services.runtime.request import StageClient
from services.runtime.server import serve
from services.runtime.settings import process_settings
from services.runtime.stage import Run
from services.runtime.store import open_store
from services.runtime.store.s3 import S3Access
from tests.small_jobs import join, stage_named
from tests.small_stages import UpperSettings, node_of

ROOT = Path(__file__).parents[1]
SECRET = "correct-horse-battery"
PATIENCE_SECONDS = 60.0
"""How long a test waits for what must happen before it fails."""

_log = logging.getLogger("services.small")


def obey(run: Run[UpperSettings]) -> None:
    """Does what the suffix says, then joins the inputs."""
    command, _, argument = run.settings.suffix.partition(" ")
    _log.info("%s begins", command or "join")
    match command:
        case "fail":
            raise StageError(f"cannot; the password is {SECRET}")
        case "wait":
            wait_for(Path(argument), run)
        case "tell":
            _log.info("the token is %s", SECRET)
            sys.stdout.write(f"it is {SECRET}\n")
    join(run)


def wait_for(path: Path, run: Run[UpperSettings]) -> None:
    with path.with_suffix(".begun").open("a") as begun:
        begun.write(f"{os.getpid()}\n")
    for second in range(int(PATIENCE_SECONDS * 50)):
        run.progress(float(second), 10_000.0)
        if path.exists():
            return
        threading.Event().wait(0.02)


class StageProcesses:
    """Pools of stages in processes of their own, which start side by side and keep their ports."""

    def __init__(self, names: Iterable[str], folder: Path, store: str, access: S3Access | None) -> None:
        self._folder = folder
        self._environment = {**os.environ, **_environment(store, access), "PYTHONPATH": f"{ROOT}:{ROOT / 'proto'}"}
        self._clients: dict[str, RemoteStage] = {}
        self._lock = threading.Lock()
        self._processes = {name: self._begin(name, "127.0.0.1:0") for name in names}
        self.addresses = {name: _address(process) for name, process in self._processes.items()}

    def client(self, stage: str) -> StageClient:
        with self._lock:
            if stage not in self._clients:
                self._clients[stage] = RemoteStage(self.addresses[stage], stage, patience_seconds=PATIENCE_SECONDS)
            return self._clients[stage]

    def restart(self, stage: str) -> None:
        """Starts the process of a stage again, where it was before."""
        self._processes[stage] = self._begin(stage, self.addresses[stage])
        assert _address(self._processes[stage]) == self.addresses[stage]

    def kill(self, stage: str) -> None:
        process = self._processes[stage]
        process.kill()
        assert process.wait(PATIENCE_SECONDS) == -signal.SIGKILL
        assert process.stdout is not None
        process.stdout.close()

    def close(self) -> None:
        for client in self._clients.values():
            client.close()
        for stage, process in self._processes.items():
            if process.poll() is None:
                self.kill(stage)

    def _begin(self, stage: str, listen: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.stage_processes", stage, listen, str(self._folder)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=self._environment)


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _environment(store: str, access: S3Access | None) -> Mapping[str, str]:
    known = {"CUEGRAPH_STORE": store, "SMALL_TOKEN": SECRET}
    if access is None:
        return known
    keys = {"AWS_ACCESS_KEY_ID": access.access_key, "AWS_SECRET_ACCESS_KEY": access.secret_key}
    return {**known, **keys, "AWS_ENDPOINT_URL": access.endpoint, "AWS_REGION": access.region}


def main(name: str, listen: str, folder: Path) -> None:
    process = process_settings()
    node = node_of(open_store(process.store, process.s3), folder / name, process.secrets)
    stage = LocalStage(stage_named(name, obey), node)
    serve([stage], listen, ready=lambda address: print(address, flush=True))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
