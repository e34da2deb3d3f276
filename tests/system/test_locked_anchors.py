"""A list of seals that is kept a second time in a bucket with object lock: what was written first stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from minio import Minio, S3Error
from minio.commonconfig import COMPLIANCE
from minio.objectlockconfig import DAYS, ObjectLockConfig

from coordinator.lineage.verify import verify
from services.runtime.store import open_store
from services.runtime.store.base import Store
from services.runtime.store.keys import anchor
from services.runtime.store.memory import MemoryStore
from services.runtime.store.s3 import S3Access
from tests.sealed_jobs import COORDINATOR, TRUST, signed_job

BUCKET = "locked-anchors"


@pytest.fixture
def admin(seaweed_access: S3Access) -> Iterator[Minio]:
    """An operator, who may do everything that the server lets anybody do."""
    access = seaweed_access
    client = Minio(
        urlsplit(access.endpoint).netloc, access.access_key, access.secret_key, region=access.region, secure=False
    )
    client.make_bucket(BUCKET, object_lock=True)
    client.set_object_lock_config(BUCKET, ObjectLockConfig(COMPLIANCE, 1, DAYS))
    yield client
    client._http.clear()


def findings(store: MemoryStore, second: Store) -> list[str]:
    report = verify(store, "film", trust=replace(TRUST, second_store=second))
    return [finding.code for finding in report.findings]


def test_an_operator_cannot_take_an_entry_out_of_a_locked_bucket(admin: Minio, seaweed_access: S3Access) -> None:
    store, second = MemoryStore(), open_store(f"s3://{BUCKET}", seaweed_access)
    signed_job(store, COORDINATOR, second=second)
    written = second.get(anchor(2))
    assert findings(store, second) == []
    second.put(anchor(2), b"{}")
    assert findings(store, second) == ["ANCHOR_BROKEN"]
    second.delete(anchor(2))
    assert findings(store, second) == ["ANCHOR_MISSING"]
    versions = [it for it in admin.list_objects(BUCKET, anchor(2), include_version=True) if not it.is_delete_marker]
    for version in versions:
        with pytest.raises(S3Error):
            admin.remove_object(BUCKET, anchor(2), version_id=version.version_id)
    assert written in [read(admin, version.version_id) for version in versions]


def read(admin: Minio, version: str | None) -> bytes:
    answer = admin.get_object(BUCKET, anchor(2), version_id=version)
    try:
        return answer.read()
    finally:
        answer.close()
        answer.release_conn()
