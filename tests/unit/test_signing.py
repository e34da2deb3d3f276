"""Envelopes: signed bytes are told from changed ones, and whose signatures count."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from services.runtime.errors import InvalidDocument, InvalidSetting
from services.runtime.signing import Signer, TrustedKey, TrustedKeys, Verdict, read, sign
from tests.signers import signer_of

TYPE = "application/vnd.cuegraph.test+json"
NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)


def trusted(*signers: Signer, retired: datetime | None = None, revoked: datetime | None = None) -> TrustedKeys:
    keys = (TrustedKey.from_pem(signer.public_pem, "key.pem") for signer in signers)
    return TrustedKeys.of(replace(key, retired=retired, revoked=revoked) for key in keys)


@given(st.binary(max_size=200))
def test_what_was_signed_is_read_back_with_its_signature(payload: bytes) -> None:
    signer = signer_of("one")
    envelope = read(sign(payload, TYPE, [signer]))
    assert (envelope.payload, envelope.payload_type) == (payload, TYPE)
    assert envelope.signed_by(trusted(signer)) == (signer.key_id,)


def test_the_same_payload_and_key_give_the_same_bytes() -> None:
    assert sign(b"payload", TYPE, [signer_of("one")]) == sign(b"payload", TYPE, [signer_of("one")])


@pytest.mark.parametrize("field", ["payload", "payloadType", "sig"])
def test_whatever_of_an_envelope_is_changed_the_signature_is_wrong(field: str) -> None:
    signer = signer_of("one")
    form = json.loads(sign(b"payload", TYPE, [signer]))
    holder = form["signatures"][0] if field == "sig" else form
    holder[field] = "AAAA" + holder[field][4:]
    envelope = read(json.dumps(form).encode())
    assert envelope.verdicts(trusted(signer)) == {signer.key_id: Verdict.WRONG}
    assert envelope.signed_by(trusted(signer)) == ()


def test_a_signature_under_the_name_of_a_trusted_key_is_wrong_and_not_unknown() -> None:
    one, other = signer_of("one"), signer_of("other")
    forged = sign(b"payload", TYPE, [other]).replace(other.key_id.encode(), one.key_id.encode())
    assert read(forged).verdicts(trusted(one)) == {one.key_id: Verdict.WRONG}


def test_a_signature_of_a_stranger_is_unknown() -> None:
    one, other = signer_of("one"), signer_of("other")
    assert read(sign(b"payload", TYPE, [other])).verdicts(trusted(one)) == {other.key_id: Verdict.UNKNOWN}


def test_two_may_sign_and_each_counts_for_those_who_trust_them() -> None:
    one, other = signer_of("one"), signer_of("other")
    envelope = read(sign(b"payload", TYPE, [one, other]))
    assert envelope.signed_by(trusted(one, other)) == (one.key_id, other.key_id)
    assert envelope.signed_by(trusted(other)) == (other.key_id,)


def test_a_retired_key_counts_for_what_was_signed_before() -> None:
    signer = signer_of("one")
    envelope, keys = read(sign(b"payload", TYPE, [signer])), trusted(signer, retired=NOON)
    assert envelope.signed_by(keys, NOON - timedelta(hours=1)) == (signer.key_id,)
    assert envelope.verdicts(keys, NOON + timedelta(hours=1)) == {signer.key_id: Verdict.RETIRED}


def test_a_revoked_key_counts_for_nothing_whatever_the_date() -> None:
    signer = signer_of("one")
    envelope, keys = read(sign(b"payload", TYPE, [signer])), trusted(signer, revoked=NOON)
    assert envelope.verdicts(keys, NOON - timedelta(days=900)) == {signer.key_id: Verdict.REVOKED}


def test_the_mark_of_a_key_stands_in_its_file_and_one_file_of_several_is_enough(tmp_path: Path) -> None:
    signer = signer_of("one")
    (tmp_path / "a.pem").write_bytes(signer.public_pem)
    (tmp_path / "b.pem").write_bytes(b"Revoked: 2026-03-14T12:00:00+00:00\n" + signer.public_pem)
    keys = TrustedKeys.read(tmp_path)
    assert keys.by_id[signer.key_id].revoked == NOON
    assert TrustedKey.from_pem(keys.by_id[signer.key_id].pem, "again") == replace(
        keys.by_id[signer.key_id], name="again"
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 10_000,
        b'{"payload": "*", "payloadType": "t", "signatures": []}',
        '{"payload": "é", "payloadType": "t", "signatures": []}'.encode(),
        b'{"payload": "", "payloadType": "t", "signatures": [{"keyid": "a", "sig": "="}]}',
        b'{"payload": "", "payloadType": "t", "signatures": [{"keyid": "a", "sig": ""}, {"keyid": "a", "sig": ""}]}',
    ],
)
def test_what_is_no_envelope_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidDocument):
        read(data)


def test_only_ed25519_keys_without_a_passphrase_are_taken() -> None:
    elliptic = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for data in (b"no key", elliptic, signer_of("one").public_pem):
        with pytest.raises(InvalidSetting):
            Signer.from_pem(data)
    raw = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(InvalidSetting):
        TrustedKey.from_pem(raw, "private.pem")


@pytest.mark.parametrize("mark", [b"Retired: yesterday\n", b"Revoked: 2026-03-14\n"])
def test_a_mark_that_is_no_time_with_its_zone_is_refused(mark: bytes) -> None:
    with pytest.raises(InvalidSetting):
        TrustedKey.from_pem(mark + signer_of("one").public_pem, "key.pem")


def test_a_key_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match=r"gone\.pem"):
        Signer.from_file(tmp_path / "gone.pem")


def test_libraries_of_signing_are_loaded_only_once_something_is_signed() -> None:
    code = "import sys, services.runtime.signing, coordinator.cli.main; sys.exit('securesystemslib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
