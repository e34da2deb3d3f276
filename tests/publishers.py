"""Certificates with which tests sign films: a chain from an authority to a publisher, the same for the same names."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from services.runtime.content_credentials import CredentialFiles

PrivateKey = Ed25519PrivateKey | EllipticCurvePrivateKey

_FROM, _UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2126, 1, 1, tzinfo=UTC)
_LEAF_SERIAL, _ROOT_SERIAL = 8, 7


def ed25519(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


def p256(name: str) -> EllipticCurvePrivateKey:
    return derive_private_key(int.from_bytes(hashlib.sha256(name.encode()).digest()) >> 1, SECP256R1())


@dataclass(frozen=True)
class Publisher:
    """One who may sign films, and the authority that says so."""

    key: PrivateKey
    authority: PrivateKey
    usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.EMAIL_PROTECTION

    @property
    def root(self) -> str:
        """What those trust who trust the authority, as PEM."""
        return self._certificate(is_authority=True).public_bytes(Encoding.PEM).decode()

    def files(self, folder: Path) -> CredentialFiles:
        folder.mkdir(exist_ok=True)
        chain, key = folder / "publisher.pem", folder / "publisher.key"
        leaf = self._certificate(is_authority=False).public_bytes(Encoding.PEM)
        chain.write_bytes(leaf + self.root.encode())
        key.write_bytes(self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return CredentialFiles(str(chain), str(key))

    def _certificate(self, *, is_authority: bool) -> x509.Certificate:
        key = self.authority if is_authority else self.key
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name("An authority" if is_authority else "A publisher"))
            .issuer_name(_name("An authority"))
            .public_key(key.public_key())
            .serial_number(_ROOT_SERIAL if is_authority else _LEAF_SERIAL)
            .not_valid_before(_FROM)
            .not_valid_after(_UNTIL)
            .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
            .add_extension(_usage(signs_certificates=is_authority), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(_issued_by(self.authority), critical=False)
        )
        if not is_authority:
            builder = builder.add_extension(x509.ExtendedKeyUsage([self.usage]), critical=False)
        return builder.sign(self.authority, None if isinstance(self.authority, Ed25519PrivateKey) else SHA256())


def _name(common_name: str) -> x509.Name:
    organisation = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Tests")
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name), organisation])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _issued_by(authority: PrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())


PUBLISHER = Publisher(ed25519("publisher"), ed25519("authority"))
