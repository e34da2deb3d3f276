"""Verifies jobs: are all records and bytes there, unaltered, and do they fit together?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING

from services.runtime.store.base import Store

from .blobs import Facts, Looker, OnceLooker, StoreLooker, lookers
from .checks.actions import check_actions
from .checks.attempts import check_attempts, check_chains, check_orphans
from .checks.beside import check_cycles, check_differences
from .checks.blobs import BlobFact, Claim, Places, check_blobs, claims, in_store
from .checks.elements import check_elements
from .checks.erasure import check_erasure
from .checks.origins import check_inputs, check_reused, dangling
from .checks.program import check_code, check_models
from .checks.records import check_job
from .checks.seal import check_seal
from .checks.signatures import check_signatures
from .checks.steps import check_manifests, check_outcome, check_plan
from .checks.times import check_times
from .depth import FULL, Depth
from .evidence import Evidence
from .facts import JobFacts
from .findings import Finding
from .gathering import all_manifests, difference, gather, outputs_digest, succeeded
from .ledger import Ledger
from .reading import read_all_records, read_job, read_jobs
from .report import Report, from_line, to_line
from .seals.facts import NOBODY, Trust
from .seals.reading import unjudged
from .seals.standing import standing

if TYPE_CHECKING:
    from .sources import Source

_CHECKS: tuple[Callable[[JobFacts], Iterator[Finding]], ...] = (
    check_attempts,
    check_chains,
    check_manifests,
    check_orphans,
    check_times,
    check_actions,
    check_models,
    check_code,
    check_elements,
)
_CHECKS_WITH_EVIDENCE: tuple[Callable[[JobFacts, Evidence], Iterator[Finding]], ...] = (
    check_outcome,
    check_plan,
    check_cycles,
    check_inputs,
    check_reused,
)

_BATCH = 32
"""Jobs beside which is looked at once."""


def verify(store: Store, job: str, depth: Depth = FULL, trust: Trust = NOBODY) -> Report:
    """Verifies one job of a store; `trust` says whose signatures count.

    Raises ObjectNotFound if there is no such job, StoreUnavailable if the store does not answer.
    """
    facts = read_job(store, job)
    evidence = gather(store, facts, trust)
    if wanted := dangling(facts):
        evidence = replace(evidence, elsewhere={d: key for d, key in all_manifests(store) if d in wanted})
    with lookers() as pool:
        return _report(facts, evidence, depth, StoreLooker(store, pool))


def verify_source(source: Source, depth: Depth = FULL) -> Report:
    """Verifies the one job that a folder for people shows."""
    facts = read_job(source.store, source.job)
    with lookers() as pool:
        looker = StoreLooker(source.store, pool)
        report = _report(facts, source.evidence(facts), depth, looker, source.places)
    told = (finding for finding in report.findings if finding.code not in source.hidden)
    findings = tuple(replace(it, location=source.names.get(it.location, it.location)) for it in told)
    return replace(report, findings=findings, not_shown=source.not_shown)


def verify_all(
    store: Store, depth: Depth = FULL, ledger: Ledger | None = None, trust: Trust = NOBODY
) -> Iterator[Report]:
    """Verifies every job of the store in order of name, those first that the ledger knows from an earlier run.

    A quick look at all of them does not read their documents.
    """
    kept = ledger or Ledger(None, {})
    last = kept.last_job
    yield from map(from_line, kept.reports())
    with lookers() as pool:
        looker = OnceLooker(StoreLooker(store, pool), kept)
        for facts, evidence in _all(store, depth, pool, last, trust):
            report = _report(facts, _compared(store, facts, evidence, kept), depth, looker)
            kept.keep(report.job, to_line(report))
            yield report


def check(
    facts: JobFacts, evidence: Evidence, seen: Mapping[str, BlobFact], places: Places = in_store
) -> Iterator[Finding]:
    """All findings of one job, from what was read of it and beside it, and what was seen of its files.

    Of a job with a tombstone nothing else is asked: if that is in order, all else is gone.
    """
    if facts.tombstone is not None:
        return check_erasure(facts, evidence.seals.trust)
    return chain(check_records(facts, evidence), check_differences(evidence), check_blobs(facts, seen, places))


def check_records(facts: JobFacts, evidence: Evidence | None = None) -> Iterator[Finding]:
    """What the records say against each other, whether or not the blobs are there."""
    beside = evidence or Evidence(seals=unjudged(facts))
    alone = (one(facts) for one in _CHECKS)
    sealed = (check_job(facts), check_seal(facts, beside), check_signatures(facts, beside))
    return chain(*sealed, *alone, *(one(facts, beside) for one in _CHECKS_WITH_EVIDENCE))


def _all(
    store: Store, depth: Depth, pool: ThreadPoolExecutor, after: str, trust: Trust
) -> Iterator[tuple[JobFacts, Evidence]]:
    """Of each job its records, and unless the look is quick its documents, which are too large for many at once."""
    if depth.share:
        for facts in read_jobs(store, after):
            yield facts, gather(store, facts, trust)
    else:
        records = read_all_records(store, after)
        while batch := list(islice(records, _BATCH)):
            yield from zip(batch, pool.map(partial(gather, store, trust=trust), batch), strict=True)


def _compared(store: Store, facts: JobFacts, evidence: Evidence, ledger: Ledger) -> Evidence:
    """The evidence with what jobs before this one wrote, and with where manifests lie that it does not have."""
    told = {it.commit for it in evidence.differences}
    earlier = [
        difference(store, found, done, other)
        for found, done in succeeded(facts)
        if (other := ledger.other_of(done.action_key, outputs_digest(done), found.key)) and found.key not in told
    ]
    wanted = dangling(facts)
    elsewhere = ledger.where(wanted, all_manifests(store)) if wanted else {}
    return replace(evidence, elsewhere=elsewhere, differences=evidence.differences + tuple(it for it in earlier if it))


def _report(facts: JobFacts, evidence: Evidence, depth: Depth, looker: Looker, places: Places = in_store) -> Report:
    claimed = list(claims(facts))
    wanted = {place for claim in claimed for place in places(claim.artifact.digest)}
    read = depth.chosen(wanted, _delivered(claimed, places))
    hashed, sized = looker.hashed(sorted(read)), looker.sized(sorted(wanted - read))
    seen = _there({**hashed, **sized})
    return Report(
        facts.job,
        tuple(check(facts, evidence, seen, places)),
        manifest_count=len(facts.manifests),
        blob_count=len(wanted),
        is_sealed=facts.seal is not None,
        standing=standing(evidence.seals),
        outcome=evidence.state,
        depth=depth.name,
        seed=depth.seed,
        read_count=len(_there(hashed)),
        read_bytes=_bytes(hashed),
        total_bytes=_bytes(seen),
        erased=_erased(facts),
    )


def _erased(facts: JobFacts) -> str:
    tombstone = facts.tombstone.content if facts.tombstone else None
    return tombstone.record.to_text() if tombstone else ""


def _delivered(claimed: list[Claim], places: Places) -> frozenset[str]:
    return frozenset(place for claim in claimed if claim.is_delivered for place in places(claim.artifact.digest))


def _there(facts: Facts) -> Mapping[str, BlobFact]:
    return {place: fact for place, fact in facts.items() if fact is not None}


def _bytes(facts: Facts) -> int:
    return sum(fact.size_bytes for fact in facts.values() if fact)
