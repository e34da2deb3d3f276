"""Least rights in a bucket: with the key of its policy a process does its own work, and nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from coordinator.lineage.seals.standing import Strength
from coordinator.lineage.verify import verify
from coordinator.pauses import set_paused
from services.runtime.errors import StoreRefused
from services.runtime.manifest import Status
from services.runtime.registry import STAGES
from services.runtime.store import open_store
from services.runtime.store.keys import ANCHOR_HINT, Step, anchor, blob, erased, job, quarantine
from services.runtime.store.rights import COLLECTOR, COORDINATOR, policy
from services.runtime.store.s3 import S3Access, S3Store
from tests.sealed_jobs import COORDINATOR as SIGNER
from tests.sealed_jobs import REQUIRED, signed_job
from tests.small_stages import Upper, node_of, run_step, step_of
from tests.store_servers import BUCKET, Guest, seaweed

NAMES = ("asr", "subtitles", Upper.name, COORDINATOR)
AUDITOR = "auditor"
READ_ALL = {"Version": "2012-10-17", "Statement": policy(COORDINATOR, BUCKET)["Statement"][:2]}


@dataclass(frozen=True)
class Bucket:
    """A bucket, by who asks."""

    admin: S3Access
    guests: dict[str, Guest]

    def access(self, name: str) -> S3Access:
        return self.guests[name].access(self.admin)

    def store(self, name: str) -> S3Store:
        return S3Store(BUCKET, "", self.access(name), timedelta(seconds=20))


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    guests = {name: Guest(name, policy(name, BUCKET)) for name in (*NAMES, COLLECTOR)}
    guests[AUDITOR] = Guest(AUDITOR, READ_ALL)
    with seaweed(tmp_path_factory.mktemp("rights"), list(guests.values())) as access:
        yield Bucket(access, guests)


def commit_of(stage: str, job_id: str) -> str:
    return Step(job_id, STAGES.index(stage) + 1 if stage in STAGES else 1, stage).commit


def test_a_stage_does_all_its_work_with_its_own_key(bucket: Bucket, tmp_path: Path) -> None:
    own = node_of(open_store(f"s3://{BUCKET}", bucket.access(Upper.name)), tmp_path)
    assert run_step(Upper(), own)[0].status is Status.SUCCEEDED
    assert run_step(Upper(), own, step=step_of("job2"))[0].status is Status.REUSED
    assert run_step(Upper(), own, step=step_of("job3"), cache_scope="studio-a")[0].status is Status.SUCCEEDED


def test_a_large_blob_goes_in_parts_with_the_key_of_a_stage(bucket: Bucket, tmp_path: Path) -> None:
    film = tmp_path / "film"
    film.write_bytes(b"x" * (17 << 20))
    key = blob("a" * 64)
    bucket.store("asr").create_file(key, film)
    assert bucket.store("subtitles").size(key) == film.stat().st_size


def test_a_stage_commits_its_own_steps_and_no_others(bucket: Bucket) -> None:
    asr = bucket.store("asr")
    asr.create(commit_of("asr", "own"), b"{}")
    for key in (commit_of("subtitles", "own"), job("own"), "jobs/own/seal.json", "requests/own.json", "other/key"):
        with pytest.raises(StoreRefused):
            asr.create(key, b"{}")
        with pytest.raises(StoreRefused):
            asr.put(key, b"{}")
        assert asr.size(key) is None


def test_the_coordinator_writes_jobs_and_pauses(bucket: Bucket) -> None:
    coordinator = bucket.store(COORDINATOR)
    coordinator.create(job("asked"), b"{}")
    coordinator.create(commit_of("asr", "asked"), b"{}")  # a step that is skipped is committed by it
    set_paused(coordinator, "asr", paused=True)
    coordinator.create(anchor(999), b"{}")


def test_a_stage_signs_its_own_manifests_and_no_entry_of_the_list_of_seals(bucket: Bucket) -> None:
    asr, step = bucket.store("asr"), Step("signed", STAGES.index("asr") + 1, "asr")
    asr.create(step.attempt(1, "manifest.dsse"), b"{}")
    for key in (anchor(998), ANCHOR_HINT, Step("signed", 1, "demux").attempt(1, "manifest.dsse")):
        with pytest.raises(StoreRefused):
            asr.put(key, b"{}")


def test_who_may_only_read_verifies_what_was_signed(bucket: Bucket) -> None:
    signed_job(S3Store(BUCKET, "", bucket.admin), SIGNER)
    auditor = bucket.access(AUDITOR)
    with pytest.raises(StoreRefused):
        open_store(f"s3://{BUCKET}", auditor)
    store = open_store(f"s3://{BUCKET}", auditor, read_only=True)
    report = verify(store, "film", trust=REQUIRED)
    assert (report.findings, report.standing.strength) == ((), Strength.ANCHORED)


@pytest.mark.parametrize("name", NAMES)
def test_nobody_deletes_anything_but_a_probe(bucket: Bucket, name: str) -> None:
    keys = [blob("b" * 64), commit_of("asr", "kept"), job("kept"), f"cache/{'c' * 64}"]
    admin, own = S3Store(BUCKET, "", bucket.admin), bucket.store(name)
    for key in keys:
        admin.put(key, b"{}")
        with pytest.raises(StoreRefused):
            own.delete(key)
        assert admin.size(key) == 2
    own.create(f"probe/{name}", b"x")
    own.delete(f"probe/{name}")
    assert admin.size(f"probe/{name}") is None


def test_only_the_collector_deletes_and_it_writes_nothing_but_its_own(bucket: Bucket) -> None:
    admin, collector = S3Store(BUCKET, "", bucket.admin), bucket.store(COLLECTOR)
    for key in (blob("d" * 64), f"cache/{'d' * 64}", "requests/d.json", job("gone")):
        admin.put(key, b"{}")
        collector.delete(key)
        assert admin.size(key) is None
    collector.create(quarantine(999), b"{}")
    collector.create(erased("gone"), b"{}")
    for key in (blob("e" * 64), job("forged"), anchor(997)):
        with pytest.raises(StoreRefused):
            collector.put(key, b"{}")
    admin.put(anchor(996), b"{}")
    with pytest.raises(StoreRefused):
        collector.delete(anchor(996))
