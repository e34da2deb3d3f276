"""The list of seals: whoever races writes one list without gaps, its end is found without reading it, changes show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.jobs import JobState
from coordinator.lineage.seals.facts import NOBODY
from coordinator.lineage.seals.listing import verify_list
from coordinator.sealing import chain
from coordinator.sealing.chain import AnchoredSeal
from coordinator.sealing.notary import NOBODY as NO_NOTARY
from coordinator.sealing.sealing import anchor_job, seal_round
from services.runtime.artifact import digest_bytes
from services.runtime.errors import StoreUnavailable
from services.runtime.store import keys
from services.runtime.store.file import FileStore
from services.runtime.store.memory import MemoryStore
from tests.jobs_in_memory import SEALED, write_job
from tests.sealed_jobs import ANCHOR, COORDINATOR, REQUIRED, SEAL, TRUST, edited, signed_job


class CountingStore(MemoryStore):
    """Counts what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = Counter[str]()

    def size(self, key: str) -> int | None:
        self.asked["size"] += 1
        return super().size(key)

    def list(self, prefix: str) -> Iterator[str]:
        self.asked["list"] += 1
        return super().list(prefix)


class SilentStore(MemoryStore):
    """Answers nobody."""

    def size(self, key: str) -> int | None:
        raise StoreUnavailable("no answer; try again")


def seal(number: int) -> AnchoredSeal:
    return AnchoredSeal(f"job{number}", f"jobs/job{number}/seal.json", digest_bytes(str(number).encode()))


@given(last=st.integers(0, 3_000), behind=st.integers(0, 3_000))
def test_the_end_of_the_list_is_found_from_any_place_that_is_taken(last: int, behind: int) -> None:
    store = CountingStore()
    for sequence in range(1, last + 1):
        store.put(keys.anchor(sequence), b"")
    assert chain.head(store, max(0, last - behind)) == last
    assert store.asked["size"] <= 2 * (min(last, behind) + 1).bit_length() + 1


def test_a_long_list_is_appended_to_without_listing_it() -> None:
    store = CountingStore()
    for number in range(1, 1_001):
        chain.append(store, [seal(number)], (), SEALED)
    store.asked.clear()
    assert chain.append(store, [seal(0)], (), SEALED)[0] == 1_001
    assert (store.asked["list"], store.asked["size"]) == (0, 2)
    store.delete(keys.ANCHOR_HINT)
    store.asked.clear()
    assert chain.append(store, [seal(0)], (), SEALED)[0] == 1_002
    assert store.asked["size"] <= 21


@pytest.mark.parametrize("hint", [b"", b"[]", b"{}", b'{"sequence": 99}', b'{"sequence": -1}', b'{"sequence": "2"}'])
def test_a_hint_that_is_of_no_use_is_not_believed(hint: bytes) -> None:
    store = MemoryStore()
    chain.append(store, [seal(1)], (), SEALED)
    store.put(keys.ANCHOR_HINT, hint)
    assert chain.append(store, [seal(2)], (), SEALED)[0] == 2


def test_many_who_append_at_once_write_one_list(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        places = pool.map(lambda number: chain.append(store, [seal(number)], (), SEALED)[0], range(40))
    assert sorted(places) == list(range(1, 41))
    entries = [chain.read_anchor(store.get(keys.anchor(place))) for place in range(1, 41)]
    assert {entry.record.seals[0].job for entry in entries} == {f"job{number}" for number in range(40)}
    assert [entry.record.previous for entry in entries] == ["", *(entry.digest for entry in entries[:-1])]


def test_a_second_store_catches_up_with_what_it_missed() -> None:
    store, second = MemoryStore(), MemoryStore()
    for number in range(1, 6):
        chain.append(store, [seal(number)], (), SEALED)
    chain.copy_to(second, store, 2)
    chain.copy_to(second, store, 5)
    assert [second.get(keys.anchor(n)) for n in range(1, 6)] == [store.get(keys.anchor(n)) for n in range(1, 6)]


def test_a_second_store_that_is_lost_ends_no_job(caplog: pytest.LogCaptureFixture) -> None:
    store = MemoryStore()
    signed_job(store, COORDINATOR, second=SilentStore())
    assert store.size(ANCHOR) is not None
    assert "STORE_UNAVAILABLE" in caplog.text


def test_a_seal_is_written_once_and_what_was_interrupted_is_gone_on_with() -> None:
    store = MemoryStore()
    job = write_job(store, seal=False).record(("demux",))
    seal_round(store, job, 1, JobState.SUCCEEDED, NO_NOTARY)
    first = store.get(SEAL)
    store.delete(ANCHOR)
    seal_round(store, job, 1, JobState.SUCCEEDED, NO_NOTARY)
    assert store.get(SEAL) == first
    assert store.get(ANCHOR) == store.get(keys.anchor(2))


def test_seals_that_are_not_in_the_list_are_put_there_once() -> None:
    store = MemoryStore()
    signed_job(store)
    store.delete(ANCHOR)
    assert anchor_job(store, "film", NO_NOTARY) == [SEAL]
    assert anchor_job(store, "film", NO_NOTARY) == []


def test_a_whole_list_holds() -> None:
    store, second = MemoryStore(), MemoryStore()
    signed_job(store, COORDINATOR, second=second)
    report = verify_list(store, REQUIRED)
    assert (report.ok, report.entries, report.findings) == (True, 2, ())
    assert report.to_text() == "the list of seals holds (2 entries)"
    assert report.to_json() == {"ok": True, "entries": 2, "findings": []}


def test_an_empty_list_holds() -> None:
    assert verify_list(MemoryStore(), NOBODY).to_json() == {"ok": True, "entries": 0, "findings": []}


@pytest.mark.parametrize(
    ("key", "codes"),
    [
        (keys.anchor(1), ["ANCHOR_BROKEN", "ANCHOR_BROKEN"]),
        (keys.anchor(2), []),
        (SEAL, ["SEAL_MISSING"]),
    ],
)
def test_what_is_taken_away_is_missed(key: str, codes: list[str]) -> None:
    store = MemoryStore()
    signed_job(store, COORDINATOR)
    store.delete(key)
    assert [finding.code for finding in verify_list(store, TRUST).findings] == codes


def test_the_end_of_the_list_is_missed_only_where_it_is_kept_twice() -> None:
    store, second = MemoryStore(), MemoryStore()
    signed_job(store, COORDINATOR, second=second)
    store.delete(keys.anchor(2))
    trust = type(TRUST)(TRUST.keys, second_store=second)
    assert [finding.code for finding in verify_list(store, trust).findings] == ["ANCHOR_BROKEN"]


def test_an_entry_that_was_rewritten_shows_by_its_signature_and_by_the_next() -> None:
    store = MemoryStore()
    signed_job(store, COORDINATOR)
    edited(store, keys.anchor(1), time="2026-01-01T00:00:00Z")
    report = verify_list(store, TRUST)
    assert [finding.code for finding in report.findings] == ["SIGNATURE_INVALID", "ANCHOR_BROKEN"]
    assert "does NOT hold" in report.to_text()


def test_what_is_no_entry_is_told() -> None:
    store = MemoryStore()
    signed_job(store, COORDINATOR)
    store.put(keys.anchor(2), store.get(SEAL))
    assert [finding.code for finding in verify_list(store, TRUST).findings] == ["ANCHOR_BROKEN"]
