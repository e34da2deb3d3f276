"""The keys of an installation: made once, exchanged without a gap, and lost ones count no more."""

from __future__ import annotations

import multiprocessing
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.runtime.errors import AlreadyExists, OutNotWritable, UnknownName
from services.runtime.keyring import Keyring, create_key
from services.runtime.signing import Signer, TrustedKey, TrustedKeys, Verdict, read, sign
from tests.signers import private_pem, signer_of

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return Keyring(tmp_path / "keys" / "signing.pem", is_named=False, folder=tmp_path / "keys" / "trusted")


def test_the_first_use_makes_a_key_that_only_its_owner_can_read(keyring: Keyring) -> None:
    (signer,) = keyring.signers()
    assert keyring.own is not None
    assert stat.S_IMODE(keyring.own.stat().st_mode) == 0o600
    assert keyring.signers()[0].key_id == signer.key_id
    assert [path.name for path in keyring.own.parent.iterdir()] == ["signing.pem"]


def key_id_made_by(own: Path, folder: Path) -> str:
    return Keyring(own, is_named=False, folder=folder).signers()[0].key_id


def test_of_many_processes_that_sign_first_one_makes_the_key_for_all(keyring: Keyring) -> None:
    assert keyring.own is not None
    with multiprocessing.get_context("forkserver").Pool(4) as pool:
        made = pool.starmap(key_id_made_by, [(keyring.own, keyring.folder)] * 8)
    assert len(set(made)) == 1


def test_a_key_that_is_named_and_not_there_is_not_made(keyring: Keyring) -> None:
    with pytest.raises(Exception, match=r"signing\.pem") as error:
        replace(keyring, is_named=True).signers()
    assert getattr(error.value, "code", "") == "SETTING_INVALID"


def test_only_a_process_that_was_given_a_key_signs_for_itself(keyring: Keyring, tmp_path: Path) -> None:
    given = tmp_path / "asr.pem"
    given.write_bytes(private_pem("asr"))
    assert keyring.named_signers() == ()
    assert [s.key_id for s in replace(keyring, own=given, is_named=True).named_signers()] == [signer_of("asr").key_id]


def test_without_a_key_nothing_is_signed(keyring: Keyring) -> None:
    unsigned = replace(keyring, own=None, is_named=True)
    assert unsigned.signers() == ()
    assert not unsigned.trusted()
    with pytest.raises(UnknownName):
        unsigned.rotate()


def test_after_a_rotation_the_new_key_signs_and_the_old_one_counts_still(keyring: Keyring) -> None:
    (old,) = keyring.signers()
    signed_before = read(sign(b"before", "t", [old]))
    new = keyring.rotate()
    assert [signer.key_id for signer in keyring.signers()] == [new.key_id] != [old.key_id]
    assert set(keyring.trusted().by_id) == {old.key_id, new.key_id}
    assert signed_before.signed_by(keyring.trusted()) == (old.key_id,)


def test_a_key_is_revoked_by_the_beginning_of_its_id(keyring: Keyring) -> None:
    (old,) = keyring.signers()
    keyring.rotate()
    keyring.mark(old.key_id[:8], None, NOON)
    assert read(sign(b"x", "t", [old])).verdicts(keyring.trusted()) == {old.key_id: Verdict.REVOKED}


def test_ones_own_key_can_be_retired_too(keyring: Keyring) -> None:
    (own,) = keyring.signers()
    keyring.mark(own.key_id, NOON, None)
    assert keyring.trusted().by_id[own.key_id].retired == NOON


def test_a_key_that_nobody_knows_cannot_be_marked(keyring: Keyring) -> None:
    with pytest.raises(UnknownName):
        keyring.mark("ffff", NOON, None)


def test_a_folder_that_was_named_says_alone_whom_to_trust(keyring: Keyring) -> None:
    keyring.signers()
    keyring.trust(TrustedKey.from_pem(signer_of("other").public_pem, "other"))
    assert set(replace(keyring, is_own_trusted=False).trusted().by_id) == {signer_of("other").key_id}


def test_asking_whom_to_trust_makes_no_key(keyring: Keyring) -> None:
    assert keyring.trusted() == TrustedKeys()
    assert keyring.own is not None
    assert not keyring.own.exists()


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    first = create_key(tmp_path / "key.pem")
    with pytest.raises(AlreadyExists):
        create_key(tmp_path / "key.pem")
    assert Signer.from_file(tmp_path / "key.pem").key_id == first.key_id


def test_where_no_key_can_be_written_the_error_names_the_place(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutNotWritable, match="file"):
        create_key(tmp_path / "file" / "key.pem")
