"""The folder store under kill -9, in a process of its own, before every single operation on the disk."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from services.runtime.store.file import FileStore

CONTENTS = {"blobs/sha256/ab/big": b"sound" * 100_000, "jobs/film/job.json": b"request", "jobs/film/seal.json": b"seal"}

KILLED_WRITER = """
import os, signal, sys
from pathlib import Path
from services.runtime.store.file import FileStore
from tests.faults.test_store_kill import CONTENTS

left = int(sys.argv[2])

def counted(operation):
    def call(*arguments):
        global left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return operation(*arguments)
    return call

for name in ("open", "write", "fsync", "link", "unlink", "mkdir"):
    setattr(os, name, counted(getattr(os, name)))
store = FileStore(Path(sys.argv[1]))
for key, data in CONTENTS.items():
    store.create(key, data)
    print(key, flush=True)
"""


def write_and_kill(root: Path, operations: int) -> tuple[bool, list[str]]:
    """Whether the writer was killed before its operation number `operations`, and the keys it had written."""
    command = [sys.executable, "-c", KILLED_WRITER, str(root), str(operations)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode in (0, -signal.SIGKILL), ended.stderr
    return ended.returncode != 0, ended.stdout.split()


def test_a_kill_at_any_moment_loses_nothing_promised_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    operations, killed = 0, True
    while killed:
        root = tmp_path / str(operations)
        killed, done = write_and_kill(root, operations)
        store = FileStore(root)
        assert not list((root / "tmp").iterdir())
        for key, data in CONTENTS.items():
            if store.size(key) is None:
                assert key not in done
                store.create(key, data)
            assert store.get(key) == data
        operations += 1
    assert operations > len(CONTENTS) * 5
