"""Where the files of a model come from: installed packages, a hub commit, a folder on this machine.

    package:NAME==VERSION[,NAME==VERSION...]   files inside installed distributions; needs no network
    hf:OWNER/REPOSITORY@COMMIT                 a commit of the Hugging Face hub, 40 hexadecimal digits
    file:/absolute/folder                      a folder on this machine

A floating name (a branch, `latest`) cannot be written down.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from .errors import InvalidDocument, ModelMissing

_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class ModelFile:
    """One file of a model."""

    path: str
    """Where it lies in the model, relative, with slashes."""
    sha256: str
    """Of its bytes, 64 lower-case hexadecimal digits."""
    parts: tuple[str, ...] = ()
    """Paths in the source whose bytes, put together, make the file; empty if it has the same path there."""

    @property
    def origins(self) -> tuple[str, ...]:
        """Paths in the source."""
        return self.parts or (self.path,)


class Source(Protocol):
    """A place that holds a model's files."""

    @property
    def is_local(self) -> bool:
        """Whether the files are on this machine already, so that no pull is needed."""

    @property
    def revision(self) -> str:
        """Version of the packages or commit of the hub; empty for a folder."""

    def bring(self, files: Sequence[ModelFile], folder: Path) -> None:
        """Brings the files into `folder`.

        Raises ModelMissing if the source does not have them, OSError if the folder cannot take them.
        """


@dataclass(frozen=True)
class PackageSource:
    """Files inside installed distributions, each pinned to one version."""

    pins: tuple[tuple[str, str], ...]
    """Distribution and version."""
    is_local: bool = True

    @property
    def revision(self) -> str:
        return ",".join(dict.fromkeys(version for _, version in self.pins))

    def bring(self, files: Sequence[ModelFile], folder: Path) -> None:
        roots = [_root(distribution, version) for distribution, version in self.pins]
        for file in files:
            _assemble([_find(roots, origin) for origin in file.origins], folder / file.path)


@dataclass(frozen=True)
class HubSource:
    """One commit of a repository of the Hugging Face hub."""

    repository: str
    revision: str
    is_local: bool = False

    def bring(self, files: Sequence[ModelFile], folder: Path) -> None:
        # Only a pull from the hub needs the library, and only stages with hub models have it.
        import huggingface_hub  # noqa: PLC0415

        try:
            huggingface_hub.snapshot_download(
                self.repository,
                revision=self.revision,
                local_dir=folder,
                allow_patterns=[file.path for file in files],
            )
        # The hub's errors are OSErrors, as are those of the network below it.
        except OSError as error:
            raise ModelMissing(
                f"{self.repository}@{self.revision} cannot be fetched from the hub: {error}; "
                "try again where the hub can be reached"
            ) from error
        shutil.rmtree(folder / ".cache", ignore_errors=True)


@dataclass(frozen=True)
class FolderSource:
    """A folder on this machine."""

    folder: Path
    revision: str = ""
    is_local: bool = True

    def bring(self, files: Sequence[ModelFile], folder: Path) -> None:
        for file in files:
            _assemble([_find([self.folder], origin) for origin in file.origins], folder / file.path)


def parse_source(text: str) -> Source:
    """The source that the catalog writes as `text`. Raises InvalidDocument."""
    kind, _, place = text.partition(":")
    if kind == "package" and all("==" in pin for pin in place.split(",")):
        pins = (pin.partition("==") for pin in place.split(","))
        return PackageSource(tuple((name, version) for name, _, version in pins))
    repository, _, revision = place.partition("@")
    if kind == "hf" and _COMMIT.fullmatch(revision):
        return HubSource(repository, revision)
    if kind == "file" and place.startswith("/"):
        return FolderSource(Path(place))
    raise InvalidDocument(
        f"{text!r} is no source of a model; write package:NAME==VERSION, hf:OWNER/REPOSITORY@COMMIT or file:/FOLDER"
    )


def _root(distribution: str, version: str) -> Path:
    advice = f"install it: pip install '{distribution}=={version}'"
    try:
        found = importlib.metadata.distribution(distribution)
    except importlib.metadata.PackageNotFoundError:
        raise ModelMissing(f"the model comes inside package {distribution}, which is not installed; {advice}") from None
    if found.version != version:
        raise ModelMissing(
            f"the model comes inside {distribution} {version}, and {found.version} is installed; {advice}"
        )
    return Path(str(found.locate_file("")))


def _find(roots: Sequence[Path], origin: str) -> Path:
    for root in roots:
        if (root / origin).is_file():
            return root / origin
    raise ModelMissing(f"{origin} of the model is not in {roots[0]}; install or restore it there")


def _assemble(parts: Sequence[Path], target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if len(parts) == 1:
        _link(parts[0], target)
    else:
        _concatenate(parts, target)


def _link(source: Path, target: Path) -> None:
    """Hard link where the file system can, which costs no space; a copy where it cannot."""
    try:
        os.link(source.resolve(), target)
    except OSError:
        shutil.copyfile(source, target)


def _concatenate(parts: Sequence[Path], target: Path) -> None:
    with target.open("xb") as file:
        for part in parts:
            with part.open("rb") as piece:
                shutil.copyfileobj(piece, file)
