"""An erased job leaves a signed tombstone and nothing else; what others name stays."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from coordinator.garbage.erasing import erase, foresee, jobs_of_film
from coordinator.garbage.tombstone import parse_tombstone
from coordinator.jobs import Jobs, JobState, Outcome
from coordinator.lineage.findings import RULES, Severity
from coordinator.lineage.seals.facts import Trust
from coordinator.lineage.seals.listing import verify_list
from coordinator.lineage.verify import verify, verify_all
from coordinator.sealing.notary import NOBODY
from services.runtime.artifact import digest_bytes
from services.runtime.errors import InvalidSetting, JobErased, WrongJobState
from services.runtime.store import keys
from services.runtime.store.memory import MemoryStore
from tests.erased_jobs import ASKED, CAUSES, TOMBSTONE, erased, reusing_job, signed_anew, tombstone_of
from tests.jobs_in_memory import START, write_job
from tests.sealed_jobs import COORDINATOR, SEAL, STRANGER, TRUST, edited, notary, signed_job
from tests.small_jobs import small_job


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    signed_job(store, COORDINATOR)
    return store


def codes(store: MemoryStore, job: str = "film", trust: Trust = TRUST) -> list[str]:
    return [finding.code for finding in verify(store, job, trust=trust).findings]


def test_only_the_tombstone_is_left_and_verifies_as_erased(store: MemoryStore) -> None:
    erased(store)
    assert list(store.list("jobs/")) == [TOMBSTONE]
    assert list(store.list("blobs/")) == []
    report = verify(store, "film", trust=TRUST)
    assert (report.findings, report.ok) == ((), True)
    assert "erased" in report.to_text()
    assert ASKED.reason in report.to_text()


def test_the_tombstone_names_every_object_by_digest_and_size_and_the_seal(store: MemoryStore) -> None:
    before = {key: store.get(key) for prefix in ("jobs/", "blobs/") for key in store.list(prefix)}
    erased(store)
    record = tombstone_of(store)
    found = {it.key: (it.digest, it.size_bytes) for it in record.erased}
    assert found == {key: (digest_bytes(data), len(data)) for key, data in before.items()}
    assert record.seal == digest_bytes(before[SEAL])
    assert (record.by, record.reason, record.outcome) == (ASKED.by, ASKED.reason, JobState.SUCCEEDED)


def test_the_tombstone_tells_no_title_and_no_name_of_a_file(store: MemoryStore) -> None:
    erased(store)
    payload = parse_tombstone(store.get(TOMBSTONE)).envelope.payload.decode().lower()
    assert not re.search(r"bright|\.mkv|\.srt", payload)


def test_a_dry_run_changes_nothing_and_foresees_all_that_goes(store: MemoryStore) -> None:
    before = list(store.list(""))
    (foreseen,) = foresee(Jobs(store), ["film"])
    assert list(store.list("")) == before
    (done,) = erased(store)
    assert done == foreseen


@pytest.mark.parametrize("code", sorted(CAUSES))
def test_each_fault_of_an_erasure_is_told_by_its_code_and_no_other(store: MemoryStore, code: str) -> None:
    reusing_job(store)
    erased(store)
    CAUSES[code].tamper(store)
    report = verify(store, CAUSES[code].job, trust=TRUST)
    assert [finding.code for finding in report.findings] == [code]
    assert report.ok is (RULES[code].severity is Severity.WARNING)


@pytest.mark.parametrize(
    ("forge", "code"),
    [
        (lambda store: edited(store, TOMBSTONE, reason="nothing"), "SIGNATURE_INVALID"),
        (lambda store: signed_anew(store, tombstone_of(store)), "SIGNATURE_MISSING"),
        (lambda store: signed_anew(store, tombstone_of(store), STRANGER), "SIGNATURE_UNKNOWN"),
        (lambda store: store.put(TOMBSTONE, b"{}"), "TOMBSTONE_INVALID"),
    ],
)
def test_a_tombstone_that_is_forged_or_unsigned_is_an_error(
    store: MemoryStore, forge: Callable[[MemoryStore], None], code: str
) -> None:
    erased(store)
    forge(store)
    assert codes(store) == [code]
    assert not verify(store, "film", trust=TRUST).ok


def test_a_forged_tombstone_excuses_neither_a_seal_nor_an_original_that_is_gone(store: MemoryStore) -> None:
    reusing_job(store)
    erased(store)
    signed_anew(store, tombstone_of(store), STRANGER)
    assert codes(store, "heir") == ["ORIGINAL_MISSING"]
    assert "SEAL_MISSING" in {finding.code for finding in verify_list(store, TRUST).findings}


def test_the_list_of_seals_holds_without_the_seals_of_an_erased_job(store: MemoryStore) -> None:
    erased(store)
    assert verify_list(store, TRUST).findings == ()


def test_what_another_job_names_stays_and_it_is_said_who_does(store: MemoryStore) -> None:
    reusing_job(store)
    (erasure,) = erased(store)
    assert set(erasure.kept.values()) == {"job heir"}
    assert set(tombstone_of(store).kept) == set(erasure.kept)
    assert codes(store, "heir") == ["ORIGINAL_ERASED"]


def test_an_erased_job_that_took_over_from_another_takes_nothing_from_it(store: MemoryStore) -> None:
    reusing_job(store)
    erased(store, "heir")
    assert codes(store) == []


def test_a_file_that_is_gone_and_was_not_erased_is_still_missing(store: MemoryStore) -> None:
    heir = reusing_job(store)
    erased(store)
    store.delete(heir.outputs["film"].artifact.uri)
    assert set(codes(store, "heir")) == {"ORIGINAL_ERASED", "BLOB_MISSING"}


def test_all_jobs_of_a_film_go_together(store: MemoryStore) -> None:
    reusing_job(store)
    names = jobs_of_film(Jobs(store), "heir")
    assert names == ["heir", "film"]
    assert all(not it.kept for it in erased(store, *names))
    assert list(store.list("blobs/")) == []


def test_an_erased_job_is_told_of_as_erased_and_never_comes_back(store: MemoryStore) -> None:
    record = Jobs(store).get("film")
    erased(store)
    jobs = Jobs(store)
    assert (jobs.state("film"), jobs.known("film")) == (JobState.ERASED, "film")
    with pytest.raises(JobErased):
        jobs.get("film")
    with pytest.raises(JobErased):
        jobs.create(record)
    assert [report.job for report in verify_all(store, trust=TRUST)] == ["film"]


def test_a_job_that_is_not_over_is_refused() -> None:
    store = MemoryStore()
    small_job(store)
    with pytest.raises(WrongJobState):
        foresee(Jobs(store), ["job1"])
    with pytest.raises(WrongJobState):
        erased(store, "job1")
    assert store.size(keys.erased("job1")) is None


def test_without_a_key_to_sign_with_nothing_is_erased(store: MemoryStore) -> None:
    before = list(store.list(""))
    with pytest.raises(InvalidSetting):
        erase(Jobs(store, NOBODY), ["film"], ASKED)
    assert list(store.list("")) == before


def test_a_failed_job_can_be_erased() -> None:
    store = MemoryStore()
    writer = write_job(store, seal=False)
    Jobs(store).end("film", 1, Outcome(JobState.FAILED, START))
    writer.seal(notary(COORDINATOR), JobState.FAILED)
    erased(store)
    assert codes(store) == []
    assert tombstone_of(store).outcome == JobState.FAILED


class Dying(MemoryStore):
    """A store whose writer is killed before its next deletion, after so many."""

    left = -1

    def delete(self, key: str) -> None:
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1
        super().delete(key)


@pytest.mark.parametrize("deletions", range(0, 40, 3))
def test_an_erasure_that_was_interrupted_is_gone_on_with(deletions: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coordinator.garbage.sweeping._runs", lambda _: False)  # who was killed is gone
    store = Dying()
    signed_job(store, COORDINATOR)
    reusing_job(store)
    store.left = deletions
    try:
        erased(store)
    except KeyboardInterrupt:
        assert "ERASURE_INCOMPLETE" in codes(store) or list(store.list("jobs/film/")) == [TOMBSTONE]
    store.left = -1
    erased(store)
    assert list(store.list("jobs/film/")) == [TOMBSTONE]
    assert (codes(store), codes(store, "heir")) == ([], ["ORIGINAL_ERASED"])
    named = {it.key for it in tombstone_of(store).erased if it.key.startswith(keys.BLOBS)}
    assert not named & set(store.list(keys.BLOBS))
