"""Whatever is changed of a signed job is told, and a seal is called as strong as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from coordinator.jobs import JobState
from coordinator.lineage.findings import RULES, Severity
from coordinator.lineage.report import Report
from coordinator.lineage.seals.facts import NOBODY, Trust
from coordinator.lineage.seals.standing import Strength
from coordinator.lineage.verify import verify, verify_all
from coordinator.records import record_json
from coordinator.sealing.record import FIRST_SCHEMA, SealedFile, SealRecord, read_record
from services.runtime import commits
from services.runtime.manifest import Status, to_json
from services.runtime.signing import TrustedKeys
from services.runtime.store import keys
from services.runtime.store.memory import MemoryStore
from tests.jobs_in_memory import STAGES, rewrite, step_of, write_job, write_seal
from tests.sealed_jobs import (
    ANCHOR,
    ASR,
    CAUSES,
    COORDINATOR,
    OUTCOME,
    REQUIRED,
    ROUND_SEAL,
    SEAL,
    STRANGER,
    TRUST,
    edited,
    failed_round,
    notary,
    public,
    sign_manifest,
    signed_job,
)


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    signed_job(store, COORDINATOR)
    return store


def codes(store: MemoryStore, trust: Trust = TRUST) -> list[str]:
    return [finding.code for finding in verify(store, "film", trust=trust).findings]


@pytest.mark.parametrize("code", sorted(CAUSES))
def test_each_tampering_is_told_by_its_code_and_no_other(store: MemoryStore, code: str) -> None:
    cause = CAUSES[code]
    cause.tamper(store)
    report = verify(store, "film", trust=cause.trust)
    assert {finding.code for finding in report.findings} == {code}
    assert report.ok is (RULES[code].severity is Severity.WARNING)
    assert RULES[code].remedy in report.findings[0].message


def test_an_untouched_signed_job_is_anchored_and_says_whose_word_it_is(store: MemoryStore) -> None:
    report = verify(store, "film", trust=REQUIRED)
    assert (report.findings, report.standing.strength) == ((), Strength.ANCHORED)
    assert (report.standing.key_ids, report.standing.entry_key_ids) == ((COORDINATOR.key_id,), (COORDINATOR.key_id,))
    assert report.standing.entry == 2
    assert report.to_json()["standing"]["strength"] == "anchored"
    assert f"strength: anchored; sealed by {COORDINATOR.key_id[:12]}; entry 2" in report.to_text()


def test_all_jobs_are_judged_by_the_same_keys(store: MemoryStore) -> None:
    (report,) = verify_all(store, trust=TRUST)
    assert report.standing.strength is Strength.ANCHORED
    (report,) = verify_all(store)
    assert [finding.code for finding in report.findings] == ["SIGNATURE_UNKNOWN"] * 2


def without_entry(store: MemoryStore) -> None:
    store.delete(ANCHOR)


def without_list(store: MemoryStore) -> None:
    """As in a copy of the job alone."""
    for key in list(store.list(keys.ANCHORS)):
        store.delete(key)


def in_first_version(store: MemoryStore) -> None:
    old = replace(read_record(store.get(SEAL)), deliverables=(), logs=(), evidence=(), time=None, schema=FIRST_SCHEMA)
    store.put(SEAL, record_json(old))
    store.delete(ANCHOR)


def without_seals(store: MemoryStore) -> None:
    for key in (SEAL, ROUND_SEAL):
        store.delete(key)


@pytest.mark.parametrize(
    ("change", "trust", "strength"),
    [
        (without_seals, TRUST, Strength.NONE),
        (in_first_version, TRUST, Strength.HASH_CHAIN),
        (lambda _: None, NOBODY, Strength.HASH_CHAIN),
        (CAUSES["SIGNATURE_MISSING"].tamper, TRUST, Strength.HASH_CHAIN),
        (CAUSES["SIGNATURE_INVALID"].tamper, TRUST, Strength.HASH_CHAIN),
        (lambda _: None, CAUSES["SIGNATURE_REVOKED"].trust, Strength.HASH_CHAIN),
        (without_entry, TRUST, Strength.SIGNED),
        (without_list, TRUST, Strength.SIGNED),
        (CAUSES["ANCHOR_BROKEN"].tamper, TRUST, Strength.SIGNED),
    ],
)
def test_a_seal_is_no_stronger_than_what_holds(
    store: MemoryStore, change: Callable[[MemoryStore], None], trust: Trust, strength: Strength
) -> None:
    change(store)
    assert verify(store, "film", trust=trust).standing.strength is strength


def test_a_seal_of_the_first_version_still_verifies(store: MemoryStore) -> None:
    in_first_version(store)
    assert codes(store) == []
    assert codes(store, REQUIRED) == ["SIGNATURE_MISSING"]
    rewrite(store, step_of("asr"), trace_id="changed")
    assert codes(store) == ["MANIFEST_ALTERED", "MANIFEST_ALTERED"]


def test_a_seal_put_back_to_the_first_version_contradicts_its_entry(store: MemoryStore) -> None:
    entry = store.get(ANCHOR)
    in_first_version(store)
    store.put(ANCHOR, entry)
    assert codes(store) == ["ANCHOR_BROKEN"]


def test_a_seal_that_is_signed_by_a_stranger_is_an_error_where_a_signature_is_required(store: MemoryStore) -> None:
    CAUSES["SIGNATURE_UNKNOWN"].tamper(store)
    (finding,) = verify(store, "film", trust=REQUIRED).findings
    assert (finding.code, finding.severity) == ("SIGNATURE_UNKNOWN", Severity.ERROR)


def test_after_a_rotation_old_and_new_seals_hold(store: MemoryStore) -> None:
    new = write_job(store, "later", seal=False)
    new.seal(notary(STRANGER))
    both = Trust(TrustedKeys.of(map(public, (COORDINATOR, STRANGER))), is_required=True)
    assert [report.ok for report in verify_all(store, trust=both)] == [True, True]


def test_a_changed_signature_says_nothing_else_of_the_seal(store: MemoryStore) -> None:
    data = store.get(SEAL).decode()
    sig = data.split('"sig": "')[1]
    store.put(SEAL, data.replace(sig, ("B" if sig[0] == "A" else "A") + sig[1:]).encode())
    assert codes(store) == ["SIGNATURE_INVALID"]


def test_a_seal_rewritten_to_fit_a_changed_manifest_is_forged(store: MemoryStore) -> None:
    digest = rewrite(store, step_of("mux"), trace_id="changed")
    manifests = [
        {"key": it.key, "digest": digest if it.key.startswith(step_of("mux").prefix) else it.digest}
        for it in read_record(store.get(SEAL)).manifests
    ]
    edited(store, SEAL, manifests=manifests)
    assert "SIGNATURE_INVALID" in codes(store)
    assert not verify(store, "film", trust=TRUST).ok


def test_a_changed_manifest_is_told_as_that(store: MemoryStore) -> None:
    rewrite(store, step_of("asr"), trace_id="changed")
    assert codes(store) == ["MANIFEST_ALTERED", "MANIFEST_ALTERED"]


def test_a_changed_deliverable_is_told_as_that(store: MemoryStore) -> None:
    found = commits.find(store, step_of("subtitles"))
    assert found is not None
    output = found[0].output("subtitles_srt")
    assert output is not None
    data = store.get(output.artifact.uri)
    store.put(output.artifact.uri, data[:-1] + b"!")
    assert codes(store) == ["BLOB_ALTERED"]


def test_a_failed_attempt_that_is_taken_away_is_missed() -> None:
    store = MemoryStore()
    writer = write_job(store, seal=False)
    manifest, _ = commits.find(store, step_of("mux"))  # type: ignore[misc]
    failed = replace(manifest, attempt=2, status=Status.FAILED, outputs=())
    key = step_of("mux").attempt(2, "manifest")
    store.create(step_of("mux").attempt(2, "started"), b"{}\n")
    store.create(key, to_json(failed))
    writer.seal(notary(COORDINATOR))
    assert codes(store) == []
    store.put(key, to_json(replace(failed, trace_id="changed")))
    assert codes(store) == ["MANIFEST_ALTERED"]
    store.delete(key)
    assert "MANIFEST_MISSING" in codes(store)


def test_a_deliverable_that_the_seal_does_not_name_makes_it_incomplete(store: MemoryStore) -> None:
    record = read_record(store.get(SEAL))
    assert [file.role for file in record.deliverables] == ["film"]
    write_seal(store, SEAL, replace(record, deliverables=()), notary(COORDINATOR))
    assert codes(store) == ["SEAL_INCOMPLETE"]


def test_a_log_may_grow_after_the_seal_and_may_not_change() -> None:
    store = MemoryStore()
    writer = write_job(store, seal=False)
    log = keys.pipeline_log("film", "20260314T092653.000000Z")
    store.put(log, b"started\n")
    writer.seal(notary(COORDINATOR))
    store.put(log, b"started\nand went on\n")
    assert codes(store) == []
    store.put(log, b"nothing happened\n")
    assert codes(store) == ["LOG_ALTERED"]
    store.delete(log)
    assert codes(store) == ["LOG_MISSING"]


def unfinished_job(store: MemoryStore) -> None:
    writer = write_job(store, seal=False)
    for key in list(store.list(step_of("mux").prefix)):
        store.delete(key)
    failed_round(store, writer, COORDINATOR)
    store.delete(keys.round_file("film", 2, "requested"))


def test_a_job_that_failed_is_sealed_as_it_is() -> None:
    store = MemoryStore()
    unfinished_job(store)
    report = verify(store, "film", trust=REQUIRED)
    assert ([finding.code for finding in report.findings], report.ok) == (["STEP_GIVEN_UP"], True)
    assert report.standing.strength is Strength.ANCHORED
    rewrite(store, step_of("asr"), trace_id="changed")
    assert codes(store)[:2] == ["MANIFEST_ALTERED", "MANIFEST_ALTERED"]


def test_what_a_late_worker_commits_after_a_round_failed_is_no_fault() -> None:
    store = MemoryStore()
    writer = write_job(store, seal=False)
    failed_round(store, writer, COORDINATOR)
    writer.step(len(STAGES), "mux", attempt=2)
    assert codes(store)[0] == "SEAL_MISSING"
    assert "SEAL_INCOMPLETE" not in codes(store)


def test_the_seal_of_a_round_in_the_place_of_another_is_misplaced(store: MemoryStore) -> None:
    store.put(keys.round_file("film", 3, "seal"), store.get(ROUND_SEAL))
    assert codes(store) == ["SEAL_MISPLACED"]
    store.delete(keys.round_file("film", 3, "seal"))
    store.put(SEAL, store.get(ROUND_SEAL))
    assert codes(store) == ["SEAL_MISPLACED"]


def test_a_stage_with_a_key_of_its_own_is_named() -> None:
    store = MemoryStore()
    writer = write_job(store, seal=False)
    key = sign_manifest(store, "asr", ASR)
    writer.seal(notary(COORDINATOR))
    report = verify(store, "film", trust=REQUIRED)
    assert (report.findings, report.standing.manifest_key_ids) == ((), (ASR.key_id,))
    assert key in [entry.key for entry in read_record(store.get(SEAL)).evidence]


@pytest.mark.parametrize(
    ("signer", "data", "code"),
    [(STRANGER, None, "SIGNATURE_UNKNOWN"), (ASR, b"other bytes", "SIGNATURE_INVALID")],
)
def test_a_signature_on_a_manifest_is_held_against_its_bytes(signer: object, data: bytes | None, code: str) -> None:
    store = MemoryStore()
    writer = write_job(store, seal=False)
    sign_manifest(store, "asr", signer, data)  # type: ignore[arg-type]
    writer.seal(notary(COORDINATOR))
    assert codes(store) == [code]


def test_no_signature_beside_a_manifest_can_be_read(store: MemoryStore) -> None:
    store.put(step_of("asr").attempt(1, "manifest.dsse"), b"{}")
    assert codes(store) == ["SIGNATURE_INVALID"]


def second_store_report(second: MemoryStore, change: Callable[[MemoryStore], None]) -> Report:
    store = MemoryStore()
    signed_job(store, COORDINATOR, second=second)
    change(second)
    return verify(store, "film", trust=replace(TRUST, second_store=second))


def test_a_second_store_has_the_same_list() -> None:
    report = second_store_report(MemoryStore(), lambda _: None)
    assert (report.findings, report.standing.is_in_second_store) == ((), True)
    assert "in the second store too" in report.to_text()


def test_a_second_store_that_says_otherwise_shows_that_the_list_was_rewritten() -> None:
    report = second_store_report(MemoryStore(), lambda second: second.put(keys.anchor(2), second.get(keys.anchor(1))))
    assert [finding.code for finding in report.findings] == ["ANCHOR_BROKEN"]
    assert report.standing.strength is Strength.SIGNED


def test_a_second_store_that_lacks_the_entry_is_told() -> None:
    report = second_store_report(MemoryStore(), lambda second: second.delete(keys.anchor(2)))
    assert [finding.code for finding in report.findings] == ["ANCHOR_MISSING"]


def test_a_file_that_the_seal_gives_a_job_is_listed_with_role_name_digest_and_size(store: MemoryStore) -> None:
    (file,) = read_record(store.get(SEAL)).deliverables
    found = commits.find(store, step_of("mux"))
    assert found is not None
    film = found[0].outputs[0].artifact
    assert file == SealedFile("film", "A Bright Day.mkv", film.digest, film.size_bytes)


def test_what_a_round_left_is_in_the_seal_of_the_next(store: MemoryStore) -> None:
    record: SealRecord = read_record(store.get(SEAL))
    assert (record.round, record.outcome) == (2, JobState.SUCCEEDED)
    assert [entry.key for entry in record.evidence] == [
        OUTCOME,
        ROUND_SEAL,
        keys.round_file("film", 2, "requested"),
    ]
