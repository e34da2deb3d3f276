"""Signatures: DSSE envelopes signed with Ed25519 keys, and whose signatures count.

The form is that of https://github.com/secure-systems-lab/dsse, protocol version 1.0.0; a key's id is the one that TUF
and in-toto give it, so that their tools know ours. securesystemslib is loaded only once something is signed or read.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from .canonical import canonical_json, first_problem
from .errors import InvalidDocument, InvalidSetting

if TYPE_CHECKING:
    from securesystemslib import dsse
    from securesystemslib.signer import CryptoSigner, Key, SSlibKey

MEDIA_TYPE = "application/vnd.dsse.envelope.v1+json"
_MARK = re.compile(r"^(Retired|Revoked): *(\S+) *$", re.MULTILINE)
_PEM = "-----BEGIN "


class Verdict(StrEnum):
    """What one signature is worth to who trusts certain keys."""

    VALID = "valid"
    WRONG = "wrong"
    """By a trusted key, if it were: the payload, its type or the signature was changed."""
    UNKNOWN = "unknown"
    """By a key that nobody here trusts."""
    RETIRED = "retired"
    """Right, but dated after the key had been retired."""
    REVOKED = "revoked"
    """Right, but by a key that was lost to others, who can sign what they like and date it as they like."""


@dataclass(frozen=True)
class Signer:
    """A private key at hand."""

    key_id: str
    _key: CryptoSigner = field(repr=False)

    @staticmethod
    def from_file(path: Path) -> Signer:
        """Raises InvalidSetting if the file holds no Ed25519 key as PEM (PKCS #8, without a passphrase)."""
        return Signer.from_pem(_bytes(path), str(path))

    @staticmethod
    def from_pem(data: bytes, name: str = "this") -> Signer:
        """Raises InvalidSetting; `name` is what the message calls it."""
        from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415  slow to load
        from securesystemslib.signer import CryptoSigner  # noqa: PLC0415  slow to load

        try:
            key = CryptoSigner(load_pem_private_key(data, None))
        except (ValueError, TypeError) as error:
            raise InvalidSetting(_no_key("private", name, error)) from error
        _require_ed25519(key.public_key, name)
        return Signer(key.public_key.keyid, key)

    @property
    def public_pem(self) -> bytes:
        """The public half, as others need it to trust this key."""
        return public_pem(self._key.public_key)

    def add_to(self, envelope: dsse.Envelope) -> None:
        envelope.sign(self._key)


@dataclass(frozen=True)
class TrustedKey:
    """A public key whose signatures count, unless and until its file says otherwise."""

    key_id: str
    name: str
    """Of its file."""
    key: SSlibKey = field(repr=False)
    retired: datetime | None = None
    """From then on nothing new is signed with it; what was signed before stays signed."""
    revoked: datetime | None = None
    """Since then others may have the private half: nothing that it signed counts, whatever its date."""

    @staticmethod
    def from_pem(data: bytes, name: str) -> TrustedKey:
        """A PEM key, above which lines `Retired: <time>` and `Revoked: <time>` may stand. Raises InvalidSetting."""
        from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415  slow to load
        from securesystemslib.signer import SSlibKey  # noqa: PLC0415  slow to load

        head, begin, body = data.decode("utf-8", "replace").partition(_PEM)
        try:
            key = SSlibKey.from_crypto(load_pem_public_key((begin + body).encode()))
        except ValueError as error:
            raise InvalidSetting(_no_key("public", name, error)) from error
        _require_ed25519(key, name)
        marks = {mark: _time(text, name) for mark, text in _MARK.findall(head)}
        return TrustedKey(key.keyid, name, key, marks.get("Retired"), marks.get("Revoked"))

    @property
    def pem(self) -> bytes:
        """The key and its marks, as its file holds them."""
        marks = {"Retired": self.retired, "Revoked": self.revoked}
        head = "".join(f"{mark}: {time.isoformat()}\n" for mark, time in marks.items() if time)
        return head.encode() + public_pem(self.key)

    def marked(self, retired: datetime | None, revoked: datetime | None) -> TrustedKey:
        """The key with these marks; where one is not given, the one that it has stays."""
        return replace(self, retired=retired or self.retired, revoked=revoked or self.revoked)

    def verdict(self, envelope: Envelope, signed: datetime | None) -> Verdict:
        """What the signature of this key on the envelope is worth, if it was made at the time that is said there."""
        if not _is_right(envelope, self.key):
            return Verdict.WRONG
        if self.revoked:
            return Verdict.REVOKED
        return Verdict.RETIRED if self.retired and signed and signed > self.retired else Verdict.VALID


@dataclass(frozen=True)
class TrustedKeys:
    """Whose signatures count. While keys are exchanged there are several; old ones stay for what they signed."""

    by_id: Mapping[str, TrustedKey] = field(default_factory=dict)

    @staticmethod
    def read(*places: Path) -> TrustedKeys:
        """The keys of PEM files, and of all `*.pem` of folders; the mark of any file counts. Raises InvalidSetting."""
        files = [file for place in places for file in (sorted(place.glob("*.pem")) if place.is_dir() else (place,))]
        return TrustedKeys.of(TrustedKey.from_pem(_bytes(file), file.name) for file in files)

    @staticmethod
    def of(keys: Iterable[TrustedKey]) -> TrustedKeys:
        by_id: dict[str, TrustedKey] = {}
        for key in keys:
            by_id[key.key_id] = _stricter(by_id.get(key.key_id, key), key)
        return TrustedKeys(by_id)

    @staticmethod
    def own(signer: Signer) -> TrustedKeys:
        """Those of one who trusts nobody else."""
        return TrustedKeys.of([TrustedKey.from_pem(signer.public_pem, "own")])

    def __bool__(self) -> bool:
        return bool(self.by_id)


@dataclass(frozen=True)
class Envelope:
    """Something signed, or meant to be: the signatures are not checked by reading it."""

    payload: bytes
    payload_type: str
    _dsse: dsse.Envelope = field(repr=False, compare=False)

    @property
    def signatures(self) -> tuple[str, ...]:
        """The ids of the keys that are said to have signed it."""
        return tuple(self._dsse.signatures)

    def signed_by(self, trusted: TrustedKeys, signed: datetime | None = None) -> tuple[str, ...]:
        """Ids of the trusted keys whose signatures are right and count. `signed` is the time that the payload names."""
        verdicts = self.verdicts(trusted, signed)
        return tuple(key_id for key_id, verdict in verdicts.items() if verdict is Verdict.VALID)

    def verdicts(self, trusted: TrustedKeys, signed: datetime | None = None) -> Mapping[str, Verdict]:
        """What each signature is worth, by key id."""
        known = trusted.by_id
        return {
            key_id: known[key_id].verdict(self, signed) if key_id in known else Verdict.UNKNOWN
            for key_id in self.signatures
        }


def sign(payload: bytes, payload_type: str, signers: Iterable[Signer]) -> bytes:
    """The envelope as canonical JSON: the same bytes for the same payload and keys, as Ed25519 has no randomness.

    Without signers it is an envelope without signatures.
    """
    from securesystemslib import dsse  # noqa: PLC0415  slow to load

    envelope = dsse.Envelope(payload, payload_type, {})
    for signer in signers:
        signer.add_to(envelope)
    return canonical_json(envelope.to_dict())


def read(data: bytes) -> Envelope:
    """The envelope in these bytes, whose signatures are yet to be checked. Raises InvalidDocument."""
    from securesystemslib import dsse  # noqa: PLC0415  slow to load

    try:
        envelope = dsse.Envelope.from_dict(asdict(_form().validate_json(data)))
    except ValidationError as error:
        raise InvalidDocument(f"this is no DSSE envelope: {first_problem(error)}") from error
    except ValueError as error:  # no Base64, or two signatures of one key
        raise InvalidDocument(f"this is no DSSE envelope: {error}") from error
    return Envelope(envelope.payload, envelope.payload_type, envelope)


def public_pem(key: SSlibKey) -> bytes:
    """A public key as PEM (SubjectPublicKeyInfo)."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415  slow to load
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415  slow to load

    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key.keyval["public"]))
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@dataclass(frozen=True)
class _Signature:
    keyid: str
    sig: str


@dataclass(frozen=True)
class _Form:
    payload: str
    payloadType: str  # noqa: N815  the name that DSSE gives it
    signatures: list[_Signature]


@functools.cache
def _form() -> TypeAdapter[_Form]:
    return TypeAdapter(_Form)


def _is_right(envelope: Envelope, key: Key) -> bool:
    from securesystemslib.exceptions import VerificationError  # noqa: PLC0415  slow to load

    try:
        envelope._dsse.verify([key], 1)
    except VerificationError:
        return False
    return True


def _stricter(one: TrustedKey, other: TrustedKey) -> TrustedKey:
    retired = min(filter(None, (one.retired, other.retired)), default=None)
    revoked = min(filter(None, (one.revoked, other.revoked)), default=None)
    return replace(one, retired=retired, revoked=revoked)


def _require_ed25519(key: SSlibKey, name: str) -> None:
    if key.keytype != "ed25519":
        raise InvalidSetting(f"{name} holds a key of type {key.keytype}; make an Ed25519 key: cuegraph keys create")


def _no_key(half: str, name: str, error: Exception) -> str:
    return f"{name} holds no {half} key as PEM without a passphrase ({error}); make one: cuegraph keys create"


def _time(text: str, name: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise InvalidSetting(f"{name}: {text!r} is no time with its zone; write it as 2026-03-14T09:26:53+00:00")
    return time


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidSetting(
            f"the key {path} cannot be read: {error.strerror}; check the path and its rights"
        ) from error
