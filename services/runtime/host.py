"""What a manifest says about the machine, the program and what an attempt used."""

from __future__ import annotations

import functools
import importlib.metadata
import os
import platform
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar
from weakref import WeakSet

import psutil

from .artifact import digest_bytes
from .manifest import CodeRecord, HostRecord, ResourceRecord

_SOURCE = Path(__file__).resolve().parents[2]
_PROGRAM_SECONDS = 10.0
"""How long a program may take to tell its version."""


def host(libraries: Iterable[str], pod: str) -> HostRecord:
    """This machine, with the versions of the named distributions and programs."""
    accelerators, driver = _accelerators()
    return HostRecord(
        node=socket.gethostname(),
        pod=pod,
        process_id=os.getpid(),
        operating_system=platform.platform(),
        python=platform.python_version(),
        cpu=_cpu(),
        cpu_count=os.cpu_count() or 1,
        memory_bytes=psutil.virtual_memory().total,
        accelerators=accelerators,
        driver=driver,
        libraries={name: library_version(name) for name in libraries},
    )


def has_gpu() -> bool:
    """Whether an NVIDIA GPU answers on this machine."""
    return bool(_accelerators()[0])


@functools.cache
def code(commit: str = "", image_digest: str = "") -> CodeRecord:
    """This program. In an image the commit is given; in a working tree it is asked of git."""
    dirty: bool | None = False if commit else None
    if not commit and (_SOURCE / ".git").exists():
        commit = _program("git", "-C", str(_SOURCE), "rev-parse", "HEAD") or ""
        changes = _program("git", "-C", str(_SOURCE), "status", "--porcelain") if commit else None
        dirty = None if changes is None else bool(changes)
    return CodeRecord(
        version=importlib.metadata.version("cuegraph"),
        commit=commit,
        dirty=dirty,
        image_digest=image_digest,
        lock_digest=_lock_digest(),
    )


@functools.cache
def library_version(name: str) -> str:
    """Version of a distribution, or of a program that knows `-version`; empty if neither is there."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return (_program(name, "-version") or "").partition("\n")[0]


class Meter:
    """Measures what this process and its finished children use from its making until `read`.

    Peaks begin anew with each attempt, except beside another: that would lose its own.
    The largest child is that of the process's whole life, as the system tells no other; of GPU memory only what torch
    takes is seen.
    """

    _under_way: ClassVar[WeakSet[Meter]] = WeakSet()

    def __init__(self) -> None:
        self._cpu = _cpu_seconds()
        self._started = time.monotonic()
        if not self._under_way:
            _reset_peaks()
        self._under_way.add(self)

    @property
    def seconds(self) -> float:
        """Wall-clock seconds since the start."""
        return time.monotonic() - self._started

    def read(self) -> ResourceRecord:
        """What was used up to now, which ends the measuring."""
        self._under_way.discard(self)
        children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
        cuda = _cuda()
        return ResourceRecord(
            cpu_seconds=round(_cpu_seconds() - self._cpu, 3),
            peak_memory_bytes=max(_peak_memory_bytes(), children),
            peak_gpu_memory_bytes=int(cuda.max_memory_allocated()) if cuda else 0,
        )


def _cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _reset_peaks() -> None:
    if cuda := _cuda():
        cuda.reset_peak_memory_stats()
    # Linux forgets VmHWM on a 5; where that is not allowed the peak is that of the process's whole life.
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def _peak_memory_bytes() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _cuda() -> Any:
    """torch's part for CUDA; None as long as no engine has put it to use."""
    torch = sys.modules.get("torch")
    try:
        return torch.cuda if torch and torch.cuda.is_initialized() else None
    except AttributeError:
        return None  # another thread is in the midst of importing it


@functools.cache
def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


@functools.cache
def _accelerators() -> tuple[tuple[str, ...], str]:
    answer = _program("nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader") or ""
    rows = [row.split(", ") for row in answer.splitlines() if ", " in row]
    return tuple(row[0] for row in rows), rows[0][1] if rows else ""


@functools.cache
def _lock_digest() -> str:
    pins = {f"{d.name}=={d.version}" for d in importlib.metadata.distributions()}
    return digest_bytes("\n".join(sorted(pins)).encode())


def _program(*arguments: str) -> str | None:
    """What a program prints; None if it is not there, fails, or hangs, as nvidia-smi may with a broken driver."""
    try:
        answer = subprocess.run(
            arguments,
            capture_output=True,
            timeout=_PROGRAM_SECONDS,
            check=True,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.decode(errors="replace").strip()
