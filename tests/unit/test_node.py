"""A workspace is there while somebody works in it, and goes when nobody does, even after a kill."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from services.runtime.store.memory import MemoryStore
from tests.small_stages import node_of

KILLED = """
import os, signal, sys
from pathlib import Path
from services.runtime.store.memory import MemoryStore
from tests.small_stages import node_of

with node_of(MemoryStore(), Path(sys.argv[1])).workspace() as folder:
    (folder / "audio.wav").write_bytes(b"sound")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_workspace_in_use_is_spared_and_one_that_a_kill_left_is_removed(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], timeout=60, check=False)
    node = node_of(MemoryStore(), tmp_path)
    (left,) = node.scratch.iterdir()
    with node.workspace() as folder:
        node.sweep()
        assert folder.is_dir()
        assert not left.exists()
    assert list(node.scratch.iterdir()) == []


def test_a_workspace_is_removed_though_the_number_of_its_process_is_in_use_again(tmp_path: Path) -> None:
    node = node_of(MemoryStore(), tmp_path)
    with node.workspace() as folder:
        prefix = folder.name[:-8]  # of this very process: as good as that of a container's last start
    left = Path(tempfile.mkdtemp(prefix=prefix, dir=node.scratch))
    node.sweep()
    assert not left.exists()


def test_what_others_keep_in_the_scratch_folder_is_left_alone(tmp_path: Path) -> None:
    node = node_of(MemoryStore(), tmp_path)
    photos = node.scratch / "1999999999-holidays"
    photos.mkdir(parents=True)
    node.sweep()
    assert photos.is_dir()
