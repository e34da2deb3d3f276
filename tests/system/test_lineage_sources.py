"""Verifying where nothing may be written: a job folder that people got, and a bag with the keys of a store in it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from coordinator.folder import lay_out
from coordinator.jobs import Jobs
from coordinator.lineage.depth import QUICK
from coordinator.lineage.report import Report
from coordinator.lineage.sources import open_source
from coordinator.lineage.verify import verify, verify_all, verify_source
from services.runtime import manifest as manifests
from services.runtime.errors import StoreRefused, UnknownName
from services.runtime.store.file import FileStore
from tests.jobs_of_every_kind import KINDS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A job laid out for people: `01_first` to `04_last` and `A film.txt`."""
    store = FileStore(tmp_path / "store")
    KINDS["succeeded"](store, tmp_path / "work")
    laid_out, _ = lay_out(Jobs(store), Jobs(store).get("job1"), tmp_path / "out")
    shutil.rmtree(tmp_path / "store")
    return laid_out


def found(report: Report) -> list[tuple[str, str]]:
    return [(finding.code, finding.location) for finding in report.findings]


def altered(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1] + b"!")


def emptied(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("name", ["A film.txt", "04_last/text.txt", "02_left/text.txt"])
@pytest.mark.parametrize(
    ("change", "code"), [(altered, "BLOB_ALTERED"), (emptied, "BLOB_SIZE_WRONG"), (Path.unlink, "BLOB_MISSING")]
)
def test_each_file_of_the_folder_is_checked_and_named_by_its_path(
    folder: Path, name: str, change: Callable[[Path], None], code: str
) -> None:
    change(folder / name)
    assert found(verify_source(open_source(folder))) == [(code, name)]


def test_a_log_of_the_folder_is_checked_too(folder: Path) -> None:
    altered(folder / "03_right/stage.log")
    assert found(verify_source(open_source(folder))) == [("LOG_ALTERED", "03_right/stage.log")]
    assert verify_source(open_source(folder), QUICK).ok


def test_a_manifest_of_the_folder_that_was_altered_shows_by_those_who_read_it(folder: Path) -> None:
    path = folder / "02_left/manifest.json"
    path.write_bytes(manifests.to_json(replace(manifests.from_json(path.read_bytes()), trace_id="another")))
    assert found(verify_source(open_source(folder))) == [("INPUT_DANGLING", "04_last/manifest.json")]


def test_a_step_that_was_taken_out_of_the_folder_is_missed(folder: Path) -> None:
    shutil.rmtree(folder / "03_right")
    codes = [code for code, _ in found(verify_source(open_source(folder)))]
    assert codes == ["STEP_MISSING", "INPUT_DANGLING"]


def test_a_folder_may_have_another_name_than_its_job(folder: Path) -> None:
    renamed = folder.rename(folder.with_name("my film"))
    report = verify_source(open_source(renamed))
    assert (report.job, report.findings) == ("job1", ())


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/hostname", "../../secret.txt", "a\0b", "x" * 300])
def test_a_forged_name_leads_nowhere_outside_of_the_folder(folder: Path, name: str) -> None:
    (folder.parent / "secret.txt").write_bytes((folder / "04_last/text.txt").read_bytes())
    path = folder / "04_last/manifest.json"
    manifest = json.loads(path.read_bytes())
    manifest["outputs"][0]["file_name"] = name
    path.write_text(json.dumps(manifest))
    assert "BLOB_MISSING" in {code for code, _ in found(verify_source(open_source(folder)))}


def test_a_link_out_of_the_folder_is_not_followed(folder: Path) -> None:
    (folder / "04_last/text.txt").rename(folder.parent / "text.txt")
    (folder / "04_last/text.txt").symlink_to(folder.parent / "text.txt")
    assert found(verify_source(open_source(folder))) == [("BLOB_MISSING", "04_last/text.txt")]


def test_a_job_folder_cannot_be_written_to(folder: Path) -> None:
    store = open_source(folder).store
    for write in (store.create, store.put):
        with pytest.raises(StoreRefused):
            write("jobs/job1/seal.json", b"{}")
    with pytest.raises(StoreRefused):
        store.delete("jobs/job1/job.json")


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    bag = tmp_path / "bag"
    store = FileStore(bag / "data")
    KINDS["succeeded"](store, tmp_path / "work")
    shutil.rmtree(bag / "data/tmp")
    (bag / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    return bag


def tree(folder: Path) -> dict[str, tuple[int, int, int, int]]:
    """Everything that would differ had anybody written there or made a link to it."""
    paths = [folder, *folder.rglob("*")]
    return {
        str(it): (it.stat().st_mtime_ns, it.stat().st_ctime_ns, it.stat().st_size, it.stat().st_nlink) for it in paths
    }


def test_a_bag_verifies_and_is_left_exactly_as_it_was(bag: Path) -> None:
    before = tree(bag)
    source = open_source(bag)
    assert verify(source.store, "job1").findings == ()
    assert [report.ok for report in verify_all(source.store)] == [True]
    assert tree(bag) == before


def test_a_file_of_a_bag_that_was_altered_is_named_by_its_key(bag: Path) -> None:
    blob = next(path for path in (bag / "data/blobs").rglob("*") if path.is_file() and path.stat().st_size > 4)
    blob.chmod(0o644)
    altered(blob)
    ((code, location),) = found(verify(open_source(bag).store, "job1"))
    assert code in ("BLOB_ALTERED", "LOG_ALTERED")
    assert bag / "data" / location == blob


def test_a_store_that_is_not_to_be_touched_is_verified_by_its_path(bag: Path) -> None:
    before = tree(bag)
    store = open_source(bag / "data").store
    assert verify(store, "job1").ok
    with pytest.raises(StoreRefused):
        store.put("jobs/job1/heartbeat.json", b"{}")
    assert tree(bag) == before


def test_a_folder_with_none_of_these_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownName):
        open_source(tmp_path)
