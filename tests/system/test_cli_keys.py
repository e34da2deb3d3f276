"""Keys and seals from the command line: what one installation sealed another checks with a public key alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.runtime.keyring import create_key
from services.runtime.signing import Signer
from services.runtime.store import keys
from services.runtime.store.file import FileStore
from tests.cuegraph import cuegraph
from tests.sealed_jobs import signed_job


@pytest.fixture
def sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Signer:
    """A store with a job that the installation of these commands sealed."""
    monkeypatch.setenv("CUEGRAPH_DATA", str(tmp_path / "data"))
    signer = create_key(tmp_path / "data" / "keys" / "signing.pem")
    store = FileStore(tmp_path / "store")
    signed_job(store, signer)
    return signer


def test_a_job_is_verified_elsewhere_with_the_public_key_alone(
    sealed: Signer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cuegraph("keys", "export", "--out", tmp_path / "pub.pem").code == 0
    monkeypatch.setenv("CUEGRAPH_DATA", str(tmp_path / "elsewhere"))
    before = sorted((tmp_path / "store").rglob("*"))
    ran = cuegraph("lineage", "verify", "film", "--store", tmp_path / "store", "--key", tmp_path / "pub.pem", "--json")
    assert (ran.code, ran.json["standing"]["strength"]) == (0, "anchored")
    assert ran.json["standing"]["key_ids"] == [sealed.key_id]
    stranger = cuegraph("keys", "create", "--out", tmp_path / "other.pem", "--json")
    (tmp_path / "other.pub").write_text(stranger.json["public_key"])
    refused = cuegraph("lineage", "verify", "film", "--store", tmp_path / "store", "--key", tmp_path / "other.pub")
    assert (refused.code, "SIGNATURE_UNKNOWN" in refused.stdout) == (1, True)
    assert sorted((tmp_path / "store").rglob("*")) == before
    assert not (tmp_path / "elsewhere").exists()


def test_a_key_is_rotated_and_the_old_one_revoked(sealed: Signer, tmp_path: Path) -> None:
    rotated = cuegraph("keys", "rotate", "--json")
    assert rotated.json["key_id"] != sealed.key_id
    listed = cuegraph("keys", "list", "--json").json["keys"]
    assert {key["key_id"] for key in listed} == {sealed.key_id, rotated.json["key_id"]}
    verify = ("lineage", "verify", "film", "--store", tmp_path / "store", "--require-signature")
    assert cuegraph(*verify).code == 0
    assert cuegraph("keys", "trust", sealed.key_id[:9], "--revoked", "2026-01-01T00:00:00+00:00").code == 0
    ran = cuegraph(*verify)
    assert (ran.code, "SIGNATURE_REVOKED" in ran.stdout) == (1, True)


def test_the_list_of_seals_is_verified_and_mended(sealed: Signer, tmp_path: Path) -> None:
    store = FileStore(tmp_path / "store")
    store.delete(keys.anchor_beside(keys.seal("film")))
    mended = cuegraph("lineage", "anchor", "film", "--store", tmp_path / "store", "--json")
    assert mended.json == {"job": "film", "anchored": [keys.seal("film")]}
    whole = cuegraph("lineage", "anchors", "--store", tmp_path / "store", "--require-signature", "--json")
    assert (whole.code, whole.json["entries"], whole.json["findings"]) == (0, 3, [])
    store.delete(keys.anchor(2))
    assert cuegraph("lineage", "anchors", "--store", tmp_path / "store").code == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("create",), "OBJECT_ALREADY_EXISTS"),
        (("trust", "nobody"), "NAME_UNKNOWN"),
        (("trust", "nobody", "--revoked", "yesterday"), "REQUEST_INVALID"),
    ],
)
@pytest.mark.usefixtures("sealed")
def test_what_cannot_be_done_to_a_key_is_told(arguments: tuple[str, ...], code: str) -> None:
    assert f"error {code}" in cuegraph("keys", *arguments).stderr
