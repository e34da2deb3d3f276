"""The certificate and key that films are signed with, checked before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from services.runtime.content_credentials import CredentialFiles
from services.runtime.errors import InvalidRequest, InvalidSetting

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}


@dataclass(frozen=True)
class Credential:
    """A certificate chain and its key, both PEM."""

    algorithm: str
    """As C2PA calls it, e.g. `ed25519` or `es256`."""
    chain: bytes
    key: bytes = field(repr=False)


def read_credential(files: CredentialFiles) -> Credential:
    """Raises InvalidRequest if none is named, InvalidSetting for one that cannot be used."""
    if not files:
        raise InvalidRequest(
            "films are signed for C2PA with a certificate of their publisher, and none is named: "
            "set CUEGRAPH_C2PA_CERT and CUEGRAPH_C2PA_KEY"
        )
    chain, key = _bytes(files.cert), _bytes(files.key)
    private = _private(key, files.key)
    _require_pair(chain, private, files)
    return Credential(_algorithm(private, files.key), chain, key)


def _private(key: bytes, path: str) -> PrivateKeyTypes:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415  slow to load

    try:
        return load_pem_private_key(key, None)
    except (ValueError, TypeError) as error:
        raise InvalidSetting(f"{path} holds no private key as PEM without a passphrase ({error})") from error


def _require_pair(chain: bytes, private: PrivateKeyTypes, files: CredentialFiles) -> None:
    from cryptography.x509 import load_pem_x509_certificates  # noqa: PLC0415  slow to load

    try:
        signer = load_pem_x509_certificates(chain)[0]
    except ValueError as error:
        raise InvalidSetting(f"{files.cert} holds no certificate as PEM ({error})") from error
    if signer.public_key() != private.public_key():
        raise InvalidSetting(f"{files.key} is not the key of the first certificate in {files.cert}; put that one first")


def _algorithm(private: PrivateKeyTypes, path: str) -> str:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey  # noqa: PLC0415  slow to load
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415  slow to load

    if isinstance(private, Ed25519PrivateKey):
        return "ed25519"
    if isinstance(private, EllipticCurvePrivateKey) and private.curve.name in _CURVES:
        return _CURVES[private.curve.name]
    raise InvalidSetting(f"{path} is no Ed25519 key and none of a curve of NIST; C2PA is signed with one of these here")


def _bytes(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InvalidSetting(f"{path} cannot be read: {error.strerror}; check the path and its rights") from error
