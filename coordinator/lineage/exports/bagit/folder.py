"""Writes the bag, as RFC 8493 has it (BagIt 1.0): payload, what it is, and the digests of both."""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path

from ...text import plain
from ..copying import copy_file, write_file
from ..history import History, history_of
from ..material import Material
from .contents import files, records, signed_with

PAYLOAD, KEYS = "data", "keys"
_DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_ALGORITHMS = ("sha256", "sha512")
_KEY_DIGITS = 16
"""Of a key's id, in the name of its file."""

Digests = Mapping[str, str]
"""By algorithm."""


@dataclass
class _Bag:
    """A bag that is being filled."""

    folder: Path
    payload: dict[str, Digests] = field(default_factory=dict)
    tags: dict[str, Digests] = field(default_factory=dict)
    payload_bytes: int = 0

    def add_record(self, material: Material, key: str) -> None:
        name, data = f"{PAYLOAD}/{key}", material.store.get(key)
        write_file(self.folder / name, data)
        self._count(name, _digests(data), len(data))

    def add_files(self, material: Material, history: History) -> None:
        for key, artifact in files(history).items():
            name = f"{PAYLOAD}/{key}"
            digests = copy_file(material.store, artifact, self.folder / name, _ALGORITHMS)
            self._count(name, digests, artifact.size_bytes)

    def tag(self, name: str, text: str) -> None:
        data = text.encode()
        write_file(self.folder / name, data)
        self.tags[name] = _digests(data)

    def close(self) -> None:
        """Manifests of the payload are tags, and manifests of tags are nothing's."""
        for algorithm in _ALGORITHMS:
            self.tag(f"manifest-{algorithm}.txt", _listed(self.payload, algorithm))
        for algorithm in _ALGORITHMS:
            write_file(self.folder / f"tagmanifest-{algorithm}.txt", _listed(self.tags, algorithm).encode())

    def _count(self, name: str, digests: Digests, size_bytes: int) -> None:
        self.payload[name] = digests
        self.payload_bytes += size_bytes


def write(material: Material, folder: Path) -> None:
    """Raises ObjectNotFound or BlobAltered if a file of the job is not in the store as it was made."""
    history = history_of(material)
    folder.mkdir()
    bag = _Bag(folder)
    for key in records(material, history):
        bag.add_record(material, key)
    bag.add_files(material, history)
    bag.tag("bagit.txt", _DECLARATION)
    bag.tag("bag-info.txt", _info(history, bag))
    for trusted in signed_with(material):
        bag.tag(f"{KEYS}/{trusted.key_id[:_KEY_DIGITS]}.pem", trusted.pem.decode())
    bag.close()


def _info(history: History, bag: _Bag) -> str:
    """Names of strangers are one line: an end of a line in them would begin another field."""
    record = history.record
    fields = {
        "Bag-Software-Agent": f"Cuegraph {importlib.metadata.version('cuegraph')}",
        "Bagging-Date": f"{history.last_time.astimezone(UTC):%Y-%m-%d}",
        "External-Identifier": record.job,
        "External-Description": plain(record.media.title),
        "Payload-Oxum": f"{bag.payload_bytes}.{len(bag.payload)}",
    }
    return "".join(f"{name}: {value}\n" for name, value in fields.items())


def _listed(names: Mapping[str, Digests], algorithm: str) -> str:
    return "".join(f"{names[name][algorithm]}  {name}\n" for name in sorted(names))


def _digests(data: bytes) -> Digests:
    return {name: hashlib.new(name, data).hexdigest() for name in _ALGORITHMS}
