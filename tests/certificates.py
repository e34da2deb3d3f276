"""Certificates made for one test, and the files that name them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import trustme

from services.runtime.tls import TlsFiles

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Authority:
    """An authority whose certificates lie in `folder`."""

    folder: Path

    @cached_property
    def _authority(self) -> trustme.CA:
        self.folder.mkdir()
        return trustme.CA()

    @cached_property
    def certificate(self) -> str:
        """The file by which others trust it."""
        path = self.folder / "ca.pem"
        self._authority.cert_pem.write_to_path(path)
        return str(path)

    def pair(self, name: str) -> tuple[str, str]:
        """Files of a certificate for that name and of its key."""
        issued = self._authority.issue_cert(name)
        chain, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        chain.write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
        issued.private_key_pem.write_to_path(key)
        return str(chain), str(key)

    def server(self, *, mutual: bool, name: str = HOST) -> TlsFiles:
        cert, key = self.pair(name)
        return TlsFiles(cert=cert, key=key, client_ca=self.certificate if mutual else "")

    def client(self, *, trusted: Authority | None = None) -> TlsFiles:
        """A client with a certificate of its own."""
        cert, key = self.pair("coordinator.example")
        return TlsFiles(cert=cert, key=key, ca=(trusted or self).certificate)

    def nameless_client(self) -> TlsFiles:
        return TlsFiles(ca=self.certificate)
