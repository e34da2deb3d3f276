"""Who signs films with their provenance: a certificate of X.509 and its key, as C2PA asks for."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import InvalidSetting


@dataclass(frozen=True)
class CredentialFiles:
    """PEM files; empty where there is none."""

    cert: str = ""
    """Certificate of the signer, then those of the authorities above it."""
    key: str = ""
    """Private key of the first certificate, without a passphrase."""

    def __post_init__(self) -> None:
        if bool(self.cert) != bool(self.key):
            raise InvalidSetting(
                "a C2PA certificate and its key belong together; name both: CUEGRAPH_C2PA_CERT, CUEGRAPH_C2PA_KEY"
            )

    def __bool__(self) -> bool:
        return bool(self.cert)


NO_CREDENTIAL = CredentialFiles()
