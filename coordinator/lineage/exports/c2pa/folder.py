"""Writes the folder: every file that people asked for, and all sound that a model made, each with its provenance."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from services.runtime import signing
from services.runtime.artifact import digest_bytes
from services.runtime.errors import InvalidRequest
from services.runtime.signing import Signer
from services.runtime.store import blobs

from ..copying import copy_file, write_file
from ..history import Attempt, File, history_of
from ..in_toto.chain import Chain
from ..in_toto.statement import PAYLOAD_TYPE, statement
from ..material import Material
from .claim import Claimed, definition, ingredient
from .credential import Credential, read_credential
from .embedding import FORMATS, Inscription, embed

FORMAT = "c2pa"
SIDECAR = ".dsse.json"
_SOUND = "audio/"
_ROUND_SEAL = re.compile(r"jobs/[^/]+/rounds/(\d+)/seal\.json")


@dataclass(frozen=True)
class _Handed:
    """One file of the folder."""

    place: str
    """Its path in the folder."""
    file: File

    @property
    def name(self) -> str:
        return self.place.rpartition("/")[2]

    @property
    def holds_manifest(self) -> bool:
        return self.file.artifact.media_type in FORMATS


def write(material: Material, folder: Path) -> None:
    """Raises InvalidRequest if there is nothing to hand on, or no certificate or key to sign it with; LineageBroken for
    a job that does not hold; ObjectNotFound or BlobAltered if a file is not in the store as it was made."""
    chain = Chain(history_of(material))
    handed = list(_handed(chain))
    if not handed:
        raise InvalidRequest(f"{material.facts.job} has made nothing that is handed on, so there is nothing to sign")
    by = _Signing.of(material, chain, handed)
    folder.mkdir()
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".") as scratch:
        film = by.film_in(Path(scratch))
        for one in handed:
            by.write(one, folder / one.place, film)


def _handed(chain: Chain) -> Iterator[_Handed]:
    """Sound that a model made is handed on too: whoever hears it should learn that."""
    history = chain.history
    delivered = {file.name for _, file in history.delivered}
    yield from (_Handed(name, file) for name, file in history.delivered)
    for attempt in history.attempts:
        for file in attempt.outputs if attempt.manifest.models and attempt.manifest.status.is_done else ():
            if file.artifact.media_type.startswith(_SOUND) and file.name not in delivered:
                yield _Handed(chain.path(file), file)


@dataclass(frozen=True)
class _Signing:
    """What all files of a folder are signed with."""

    material: Material
    chain: Chain
    signers: tuple[Signer, ...]
    credential: Credential | None
    """None if no file can hold a manifest."""
    seal: dict[str, str]

    @staticmethod
    def of(material: Material, chain: Chain, handed: list[_Handed]) -> _Signing:
        vouching = material.vouching
        has_films = any(one.holds_manifest for one in handed)
        has_others = not all(one.holds_manifest for one in handed)
        credential = read_credential(vouching.credential) if has_films else None
        signers = vouching.signers_for(FORMAT) if has_others else ()
        vouching.require_whole(material.store, material.facts.job)
        return _Signing(material, chain, signers, credential, _seal(material))

    def film_in(self, folder: Path) -> Path | None:
        """The film, if it may carry a manifest of its own."""
        film = self.chain.history.film.artifact
        if self.credential is None or film.media_type not in FORMATS:
            return None
        blobs.fetch(self.material.store, film, folder / "film")
        return folder / "film"

    def write(self, handed: _Handed, path: Path, film: Path | None) -> None:
        if handed.holds_manifest and self.credential:
            self._embed(handed, path, film, self.credential)
        else:
            copy_file(self.material.store, handed.file.artifact, path)
            payload = statement(self.chain, self._producer(handed.file), [handed.file])
            write_file(path.with_name(path.name + SIDECAR), signing.sign(payload, PAYLOAD_TYPE, self.signers))

    def _embed(self, handed: _Handed, path: Path, film: Path | None, credential: Credential) -> None:
        history = self.chain.history
        claimed = Claimed(history, handed.file, handed.name, self.seal)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".") as folder:
            source = Path(folder, "source")
            blobs.fetch(self.material.store, handed.file.artifact, source)
            embed(Inscription(definition(claimed), ingredient(history), film), source, path, credential)

    def _producer(self, file: File) -> Attempt:
        return next(it for it in self.chain.history.attempts if it.digest == file.producer)


def _seal(material: Material) -> dict[str, str]:
    """Key and digest of the seal that counts: of the job, or else of its last round that has one."""
    if material.facts.seal:
        return {"key": material.facts.seal.key, "sha256": material.facts.seal.digest}
    rounds = {int(match[1]): match.string for match in map(_ROUND_SEAL.fullmatch, material.facts.beside) if match}
    if not rounds:
        return {}
    key = rounds[max(rounds)]
    return {"key": key, "sha256": digest_bytes(material.store.get(key))}
