"""BagIt: bagit.py and verify both hold the bag of any job to be whole, and both see what is done to it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import bagit
import pytest

from coordinator.lineage.exports.formats import FORMATS, write_whole
from coordinator.lineage.exports.material import Material
from coordinator.lineage.seals.facts import Trust
from coordinator.lineage.seals.standing import Strength
from coordinator.lineage.sources import open_source
from coordinator.lineage.verify import verify
from services.runtime.artifact import Artifact
from services.runtime.errors import CuegraphError, ObjectNotFound
from services.runtime.manifest import IntermediateRecord
from services.runtime.signing import TrustedKeys
from services.runtime.store import blobs, keys
from services.runtime.store.file import FileStore
from services.runtime.store.memory import MemoryStore
from tests.cuegraph import cuegraph
from tests.exported_jobs import HOSTILE, KINDS, film_called
from tests.jobs_in_memory import STAGES, JobWriter, rewrite, step_of
from tests.sealed_jobs import COORDINATOR, TRUST, notary, signed_job
from tests.signers import signer_of
from tests.vouched_jobs import vouched

BAGIT = Path(sys.executable).with_name("bagit.py")


def bagged(material: Material, out: Path) -> Path:
    write_whole(FORMATS["bagit"], material, out)
    return out


def validate(bag: Path) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = [BAGIT, "--validate", "--quiet", bag]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def trusting(material: Material, trust: Trust) -> Material:
    return replace(material, vouching=replace(material.vouching, trust=lambda: trust))


@pytest.fixture
def signed(tmp_path: Path) -> Path:
    """The bag of a job that failed, was retried, and was sealed and listed both times, after another job."""
    store = MemoryStore()
    film_of_another_job(store)
    signed_job(store, COORDINATOR)
    return bagged(trusting(Material.of(store, "film"), TRUST), tmp_path / "bag")


def film_of_another_job(store: MemoryStore) -> None:
    writer = JobWriter(store, "another", title="Another")
    writer.write(STAGES, {})
    writer.seal(notary(COORDINATOR))


@pytest.mark.parametrize("kind", KINDS)
def test_the_bag_of_any_job_is_valid_and_verifies_as_the_job_does(kind: str, tmp_path: Path) -> None:
    material = KINDS[kind](tmp_path / "job")
    bag = bagged(material, tmp_path / "bag")
    bagit.Bag(str(bag)).validate()
    here, there = verify(material.store, material.facts.job), verify(open_source(bag).store, material.facts.job)
    assert there.ok
    assert (there.findings, there.outcome, there.blob_count) == (here.findings, here.outcome, here.blob_count)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_of_strangers_stay_names(name: str, tmp_path: Path) -> None:
    bag = bagit.Bag(str(bagged(film_called(name), tmp_path / "bag")))
    bag.validate()
    assert set(bag.info) == {
        "Bag-Software-Agent", "Bagging-Date", "External-Identifier", "External-Description", "Payload-Oxum"
    }  # fmt: skip
    assert (bag.info["External-Identifier"], bag.info["Bagging-Date"]) == ("film", "2026-03-14")


def test_the_commands_of_both_say_that_it_holds(signed: Path, tmp_path: Path) -> None:
    (tmp_path / "pub.pem").write_bytes(COORDINATOR.public_pem)
    assert validate(signed).returncode == 0
    ran = cuegraph("lineage", "verify", "--at", signed, "--key", tmp_path / "pub.pem", "--json")
    assert (ran.code, ran.json["ok"], ran.json["standing"]["strength"]) == (0, True, "anchored")


def test_a_key_of_a_stranger_does_not_do(signed: Path, tmp_path: Path) -> None:
    (tmp_path / "pub.pem").write_bytes(signer_of("stranger").public_pem)
    assert cuegraph("lineage", "verify", "--at", signed, "--key", tmp_path / "pub.pem").code == 1


def test_the_keys_that_signed_are_beside_the_payload(signed: Path) -> None:
    (key,) = (signed / "keys").iterdir()
    assert TrustedKeys.read(key).by_id.keys() == {COORDINATOR.key_id}
    assert f"keys/{key.name}" in (signed / "tagmanifest-sha256.txt").read_text()


def test_a_bag_has_its_own_job_and_no_other(signed: Path) -> None:
    store = FileStore(signed / "data", read_only=True)
    assert list(store.folders("jobs/")) == ["film"]
    assert list(store.list("seals/")) == [keys.anchor(number) for number in (1, 2, 3)]


def test_a_bag_stays_the_same_when_other_jobs_are_sealed(tmp_path: Path) -> None:
    store = MemoryStore()
    signed_job(store, COORDINATOR)
    before = bagged(Material.of(store, "film"), tmp_path / "before")
    film_of_another_job(store)
    after = bagged(Material.of(store, "film"), tmp_path / "after")
    assert (before / "tagmanifest-sha512.txt").read_bytes() == (after / "tagmanifest-sha512.txt").read_bytes()


def some_blob(bag: Path) -> Path:
    return max((bag / "data/blobs").rglob("*"), key=lambda path: (path.is_file(), path.stat().st_size))


def blob_altered(bag: Path) -> None:
    data = bytearray(some_blob(bag).read_bytes())
    data[0] ^= 1
    some_blob(bag).write_bytes(data)


def blob_gone(bag: Path) -> None:
    some_blob(bag).unlink()


def manifest_altered(bag: Path) -> None:
    commit = next((bag / "data/jobs/film/stages/03_asr").rglob("_/manifest.json"))
    commit.write_bytes(commit.read_bytes().replace(b"SUCCEEDED", b"SKIPPED"))


def seal_gone(bag: Path) -> None:
    (bag / "data/jobs/film/seal.json").unlink()


def list_cut_off(bag: Path) -> None:
    (bag / "data" / keys.anchor(3)).unlink()


@pytest.mark.parametrize("tamper", [blob_altered, blob_gone, manifest_altered, seal_gone, list_cut_off])
def test_what_is_done_to_it_is_told_by_both(tamper: Callable[[Path], None], signed: Path) -> None:
    tamper(signed)
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(signed)).validate()
    report = verify(open_source(signed).store, "film", trust=TRUST)
    assert not report.ok or report.standing.strength is not Strength.ANCHORED


def test_a_bag_that_was_made_anew_around_what_was_altered_convinces_bagit_alone(signed: Path) -> None:
    blob_altered(signed)
    bagit.Bag(str(signed)).save(manifests=True)
    assert validate(signed).returncode == 0
    assert not verify(open_source(signed).store, "film", trust=TRUST).ok


def test_no_file_of_a_bag_is_a_link_into_the_store(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "store")
    signed_job(store, COORDINATOR)
    bag = bagged(Material.of(store, "film"), tmp_path / "bag")
    assert {path.stat().st_nlink for path in bag.rglob("*") if path.is_file()} == {1}
    assert all(os.access(path, os.W_OK) for path in bag.rglob("*") if path.is_file())


def test_a_file_is_fetched_and_never_held_in_memory(tmp_path: Path) -> None:
    """Blobs come by `fetch`, in constant memory; `get` is for records."""

    class Fetching(MemoryStore):
        def get(self, key: str) -> bytes:
            assert not self.is_bagging or not key.startswith("blobs/"), key
            return super().get(key)

        def fetch(self, key: str, path: Path) -> None:
            path.write_bytes(MemoryStore.get(self, key))

        is_bagging = False

    store = Fetching()
    signed_job(store, COORDINATOR)
    material = Material.of(store, "film")
    store.is_bagging = True
    assert validate(bagged(material, tmp_path / "bag")).returncode == 0


def test_a_file_that_is_gone_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    material = film_called("A Bright Day")
    material.store.delete(any_log(material).uri)
    with pytest.raises(CuegraphError) as told:
        bagged(vouched(material), tmp_path / "bag")
    assert told.value.code == ObjectNotFound.code
    assert not list(tmp_path.iterdir())


def any_log(material: Material) -> Artifact:
    manifest = material.facts.manifests[0].content
    assert manifest
    return manifest.logs[0].artifact


def test_a_forged_name_of_a_file_leads_nowhere(tmp_path: Path) -> None:
    material = film_called("A Bright Day")
    stolen = blobs.add_bytes(material.store, b"mine", "text/plain")
    forged = IntermediateRecord("x", replace(stolen, uri="../../../escaped"), True, "scratch")
    rewrite(material.store, step_of("mux"), intermediates=(forged,))
    with pytest.raises(CuegraphError):
        bagged(Material.of(material.store, "film"), tmp_path / "bag")
    assert not list(tmp_path.iterdir())
