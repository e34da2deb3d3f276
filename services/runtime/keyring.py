"""The keys of an installation: the one that it signs with, and those whose signatures it trusts."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from .errors import AlreadyExists, OutNotWritable, UnknownName
from .signing import Signer, TrustedKey, TrustedKeys

_PRIVATE_MODE, _PUBLIC_MODE, _FOLDER_MODE = 0o600, 0o644, 0o700
_NAME_DIGITS = 16
"""Of a key's id, in the name of its file."""


@dataclass(frozen=True)
class Keyring:
    """Where keys lie. Nothing is read or made before it is needed."""

    own: Path | None
    """Private key (PEM); None: nothing is signed."""
    is_named: bool
    """Whether somebody said which key that is. Else it is made at its first use, like a host key of SSH."""
    folder: Path
    """Public keys (PEM) whose signatures count."""
    is_own_trusted: bool = True

    def signers(self) -> tuple[Signer, ...]:
        """What is signed with now: read each time, as keys are exchanged while processes run. Raises InvalidSetting."""
        if self.own is None:
            return ()
        if not self.is_named and not self.own.exists():
            with contextlib.suppress(AlreadyExists):  # another process was faster: its key counts
                create_key(self.own)
        return (Signer.from_file(self.own),)

    def named_signers(self) -> tuple[Signer, ...]:
        """Those of a process that was given a key of its own. Raises InvalidSetting."""
        return self.signers() if self.is_named else ()

    def trusted(self) -> TrustedKeys:
        """Whose signatures count. Raises InvalidSetting."""
        places = [self.folder] if self.folder.is_dir() else []
        known = TrustedKeys.read(*places)
        if not self.is_own_trusted or self.own is None or not self.own.exists():
            return known
        return TrustedKeys.of([*known.by_id.values(), *TrustedKeys.own(Signer.from_file(self.own)).by_id.values()])

    def trust(self, key: TrustedKey) -> Path:
        """Keeps a public key with its marks, in place of what was kept of it. Raises OutNotWritable."""
        path = self.folder / f"{key.key_id[:_NAME_DIGITS]}.pem"
        _write(path, key.pem, _PUBLIC_MODE, os.replace)
        return path

    def mark(self, key_id: str, retired: datetime | None, revoked: datetime | None) -> TrustedKey:
        """Retires or revokes a key whose id begins so. Raises UnknownName if there is no such key, or several."""
        found = [key for known, key in self.trusted().by_id.items() if known.startswith(key_id)]
        if len(found) != 1:
            raise UnknownName(f"{len(found)} keys have an id that begins with {key_id!r}; see: cuegraph keys list")
        marked = found[0].marked(retired, revoked)
        self.trust(marked)
        return marked

    def rotate(self) -> Signer:
        """A new key to sign with; the old one stays trusted for what it signed, and its private half is gone.

        Raises UnknownName if nothing is signed here, OutNotWritable if the key cannot be replaced.
        """
        if self.own is None:
            raise UnknownName("nothing is signed here: CUEGRAPH_SIGNING_KEY is none; name a key there")
        for signer in self.signers():
            self.trust(TrustedKey.from_pem(signer.public_pem, "own"))
        _write(self.own, _new_private_pem(), _PRIVATE_MODE, os.replace)
        return Signer.from_file(self.own)


NO_KEYS = Keyring(own=None, is_named=False, folder=Path("/nonexistent"))


def create_key(path: Path) -> Signer:
    """Writes a new private key that only its owner can read. Raises AlreadyExists, OutNotWritable."""
    try:
        _write(path, _new_private_pem(), _PRIVATE_MODE, os.link)
    except FileExistsError:
        raise AlreadyExists(f"there is a key at {path} already; replace it with: cuegraph keys rotate") from None
    return Signer.from_file(path)


def _new_private_pem() -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415  slow to load
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415  slow to load
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(path: Path, data: bytes, mode: int, publish: Callable[[Path, Path], None]) -> None:
    """All of it or nothing, whoever else writes. Raises FileExistsError if `publish` does, else OutNotWritable."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with _reported(path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=_FOLDER_MODE)
        file = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with _reported(path), os.fdopen(file, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        publish(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def _reported(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutNotWritable(f"the key {path} cannot be written: {error.strerror}; name another place") from error
