"""Containers on a network of their own, and what may befall them."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path

from tests.cluster.built_images import engine, run

_MEMORY_GROUPS = Path("/sys/fs/cgroup/memory")
_DEATH_SECONDS = 90.0
_FREEZE_SECONDS = 60.0
_TAKE_MEMORY = "head -c 50m /dev/zero | tail >/dev/null"
"""Less than any process of ours has: it is not the one that is killed."""
_ADDRESS = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"


def command(*words: str) -> str:
    """What a command of the engine prints; it must end well and in time."""
    return run(engine(), *words, seconds=120.0)


@dataclass(frozen=True)
class Container:
    """A container that keeps its name, as a pod does, whatever happens to it."""

    name: str
    """Its own name and that of its host."""
    alias: str
    """The name that the network knows it by, and its siblings: a headless service."""
    network: str
    address: str = ""
    """Fixed, for what other containers reach behind one address whatever becomes of it; empty: as it comes."""

    def run(self, image: str, arguments: Sequence[str], options: Sequence[str]) -> None:
        """Creates and starts it, with as few rights as in production."""
        rights = ("--read-only", "--tmpfs=/tmp", "--cap-drop=ALL", "--security-opt=no-new-privileges")
        place = ("--network", self.network, *self._placed("--network-alias"))
        command("run", "--detach", "--name", self.name, "--hostname", self.name, *rights, *place, *options, image,
                *arguments)  # fmt: skip

    def start(self) -> None:
        command("start", self.name)

    def stop(self, grace_seconds: int) -> None:
        """SIGTERM, and SIGKILL for what has not ended after the grace."""
        command("stop", "--time", str(grace_seconds), self.name)

    def kill(self) -> None:
        command("kill", "--signal", "KILL", self.name)
        self._await_death()

    def kill_for_memory(self) -> None:
        """The kernel kills its largest process for lack of memory: it may have no more, and asks for more.

        At first the kernel finds room by forgetting files that it had read.
        """
        group = _MEMORY_GROUPS / self._inspected("{{.State.CgroupPath}}").lstrip("/")
        limit, used = group / "memory.limit_in_bytes", group / "memory.usage_in_bytes"
        assert limit.exists(), "a memory kill needs the memory controller of cgroup v1"
        deadline = time.monotonic() + _DEATH_SECONDS
        while self.is_running() and time.monotonic() < deadline:
            try:
                limit.write_text(used.read_text("ascii"), "ascii")
            except OSError:
                continue  # it has taken more meanwhile, or is gone
            self._does("exec", "sh", "-c", _TAKE_MEMORY)
        self._await_death()

    def pause(self) -> None:
        """Tries again: the freezer of cgroup v1 gives up where a process of many is long in the kernel."""
        deadline = time.monotonic() + _FREEZE_SECONDS
        while not self._does("pause"):
            assert time.monotonic() < deadline, f"{self.name} cannot be frozen"

    def unpause(self) -> None:
        command("unpause", self.name)

    def cut(self) -> None:
        """Takes its network away: what was open hangs, and nobody can be reached."""
        command("network", "disconnect", self.network, self.name)

    def mend(self) -> None:
        command("network", "connect", *self._placed("--alias"), self.network, self.name)

    def is_running(self) -> bool:
        return self._inspected("{{.State.Running}}") == "true"

    def place(self) -> str:
        """Its address now."""
        return self.address or self._inspected(_ADDRESS)

    def log(self) -> str:
        """All that its processes wrote."""
        done = subprocess.run([engine(), "logs", self.name], check=False, capture_output=True, text=True, timeout=60)
        return done.stdout + done.stderr

    def _does(self, *words: str) -> bool:
        """Whether a command for it ends well."""
        whole = [engine(), words[0], self.name, *words[1:]]
        return subprocess.run(whole, check=False, capture_output=True, timeout=_DEATH_SECONDS).returncode == 0

    def _placed(self, alias_option: str) -> list[str]:
        if not self.address:
            return [alias_option, self.alias]
        # Neighbours remember for a minute which card an address belongs to: a new one would keep them away.
        card = "02:00:" + ":".join(f"{int(part):02x}" for part in self.address.split("."))
        return [alias_option, self.alias, "--ip", self.address, "--mac-address", card]

    def _inspected(self, template: str) -> str:
        return command("inspect", "--format", template, self.name)

    def _await_death(self) -> None:
        deadline = time.monotonic() + _DEATH_SECONDS
        while self.is_running():
            assert time.monotonic() < deadline, f"{self.name} lives on"
            time.sleep(0.05)


@contextmanager
def network(name: str) -> Iterator[IPv4Network]:
    """A network with its addresses; it is removed in the end."""
    command("network", "create", name)
    try:
        yield IPv4Network(command("network", "inspect", "--format", "{{range .Subnets}}{{.Subnet}}{{end}}", name))
    finally:
        command("network", "rm", "--force", name)


@contextmanager
def volume(name: str) -> Iterator[str]:
    command("volume", "create", name)
    try:
        yield name
    finally:
        command("volume", "rm", "--force", name)


def remove_all(prefix: str) -> None:
    """Removes every container whose name begins so, whatever its state, with the volumes that are its own."""
    for name in command("ps", "--all", "--filter", f"name=^{prefix}-", "--format", "{{.Names}}").split():
        subprocess.run([engine(), "unpause", name], check=False, capture_output=True, timeout=60)
        command("rm", "--force", "--volumes", "--time", "0", name)
