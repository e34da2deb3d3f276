"""What a manifest says about machine and program is so, or is said not to be known."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from weakref import WeakSet

import pytest

from services.runtime import host

LARGE = 512 << 20
"""Bytes: more than the tests need otherwise."""


def program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return tmp_path


def test_the_version_of_a_program_is_its_first_line(bin_folder: Path) -> None:
    program(bin_folder, "talker", "echo talker 1.2; echo built yesterday")
    assert host.library_version("talker") == "talker 1.2"


def test_a_program_that_hangs_has_no_version_and_holds_nothing_up(
    bin_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host, "_PROGRAM_SECONDS", 0.1)
    program(bin_folder, "hanger", "exec sleep 60")
    assert host.library_version("hanger") == ""


def test_a_program_that_cannot_be_started_has_no_version(bin_folder: Path) -> None:
    (bin_folder / "folder-of-that-name").mkdir()
    program(bin_folder, "no-interpreter", "")
    (bin_folder / "no-interpreter").write_text("#!/nowhere\n")
    assert host.library_version("folder-of-that-name") == host.library_version("no-interpreter") == ""


@pytest.mark.parametrize(
    ("status", "dirty"), [("exit 0", False), ("echo ' M file'", True), ("exit 128", None)], ids=["clean", "dirty", "?"]
)
def test_whether_the_tree_is_dirty_is_said_only_if_git_tells(
    bin_folder: Path, monkeypatch: pytest.MonkeyPatch, status: str, dirty: bool | None
) -> None:
    (bin_folder / ".git").mkdir()
    monkeypatch.setattr(host, "_SOURCE", bin_folder)
    program(bin_folder, "git", f'[ "$3" = rev-parse ] && echo 0123abc && exit\n{status}')
    code = host.code("", image_digest=f"of the tree with {status}")  # answers are kept by what was asked
    assert (code.commit, code.dirty) == ("0123abc", dirty)


def test_an_attempt_that_begins_beside_another_does_not_take_its_peak_away() -> None:
    first = host.Meter()
    large = len(b"x" * LARGE)
    host.Meter()
    assert first.read().peak_memory_bytes >= large


def test_the_peak_of_gpu_memory_is_that_of_the_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    peaks = [8_000_000_000]  # of an attempt before
    fake_cuda = SimpleNamespace(
        is_initialized=lambda: True,
        reset_peak_memory_stats=lambda: peaks.append(0),
        max_memory_allocated=lambda: peaks[-1],
    )
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=fake_cuda))
    monkeypatch.setattr(host.Meter, "_under_way", WeakSet())  # whatever other tests left
    meter = host.Meter()
    peaks.append(2_000_000)
    assert meter.read().peak_gpu_memory_bytes == 2_000_000


def test_a_torch_that_another_thread_is_importing_is_let_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace())
    assert host.Meter().read().peak_gpu_memory_bytes == 0
