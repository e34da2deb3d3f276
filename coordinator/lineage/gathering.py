"""Reads what stands beside a job: how it ended, what its originals reuse, and what equal actions wrote elsewhere."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import zip_longest
from pathlib import Path

from services.runtime import manifest as manifests
from services.runtime.artifact import Artifact, digest_bytes
from services.runtime.canonical import canonical_json
from services.runtime.errors import InvalidDocument, InvalidRequest, ObjectNotFound, UnknownName
from services.runtime.manifest import Manifest, OutputRecord, Status
from services.runtime.registry import load_stage
from services.runtime.store import keys
from services.runtime.store.base import Store

from ..jobs import Jobs
from ..turns import scope_of
from .evidence import Difference, Evidence
from .facts import FoundManifest, JobFacts
from .layout import JOBS, place_of
from .seals.facts import Trust
from .seals.reading import read_seals
from .tombstones import erased_digest

_COMPARED_BYTES = 1 << 20


def gather(store: Store, facts: JobFacts, trust: Trust) -> Evidence:
    """What the store says of the job itself and of what the cache knows of its actions, and what its seals are worth to
    those who trust these keys. Safe in many threads.

    Raises StoreUnavailable if the store does not answer.
    """
    beside = Evidence(
        circles=dict(_circles(store, facts)),
        differences=tuple(_differences(store, facts)),
        seals=read_seals(store, facts, trust),
        erased=dict(_erased(store, facts, trust)),
    )
    try:
        outcome = Jobs(store).outcome(facts.job)
    except (InvalidDocument, ValueError) as error:  # ValueError: a forged round may have a name that is no number
        return replace(beside, outcome_problem=str(error))
    errors = tuple(dict.fromkeys(error.code for error in outcome.errors)) if outcome else ()
    return replace(beside, state=outcome.state if outcome else "", errors=errors)


def all_manifests(store: Store) -> Iterator[tuple[str, str]]:
    """Digest and key of every commit of the store."""
    places = (place_of(key) for key in store.list(JOBS))
    for place in places:
        if place and place.is_commit:
            yield digest_bytes(store.get(place.key)), place.key


def succeeded(facts: JobFacts) -> Iterator[tuple[FoundManifest, Manifest]]:
    """The commits of work that was really done, and that done again would give the same."""
    for found in facts.commits.values():
        done = found.content
        if done and done.status is Status.SUCCEEDED and done.action_key and _is_repeatable(done.stage):
            yield found, done


def outputs_digest(manifest: Manifest) -> str:
    """Equal for equal outputs."""
    return digest_bytes(canonical_json([[it.role, it.file_name, it.artifact.digest] for it in manifest.outputs]))


def difference(store: Store, found: FoundManifest, done: Manifest, other: str) -> Difference | None:
    """Where a step's outputs differ from those of the manifest at the key `other`; None if they do not."""
    earlier = _manifest_at(store, other)
    if earlier is None or outputs_digest(earlier) == outputs_digest(done):
        return None
    pairs = zip_longest(done.outputs, earlier.outputs)
    here, there = next(pair for pair in pairs if _named(pair[0]) != _named(pair[1]))
    return Difference(found.key, other, _where(store, here, there))


@cache
def _is_repeatable(stage: str) -> bool:
    try:
        return load_stage(stage).repeatable
    except UnknownName:
        return True


def _differences(store: Store, facts: JobFacts) -> Iterator[Difference]:
    """Between the job's commits and what the cache would hand out for the same actions."""
    scope = scope_of(facts.job_record.tenant) if facts.job_record else ""
    for found, done in succeeded(facts):
        entry = _entry(store, keys.cache(done.action_key, scope))
        if entry and entry.digest != found.digest:
            differing = difference(store, found, done, entry.uri)
            if differing:
                yield differing


def _circles(store: Store, facts: JobFacts) -> Iterator[tuple[str, tuple[str, ...]]]:
    for found in {found.digest: found for found in facts.manifests}.values():
        way, manifest = [found.key], found.content
        while manifest and manifest.status is Status.REUSED and manifest.reused:
            way.append(manifest.reused.uri)
            if way[-1] in way[:-1]:
                yield found.key, tuple(way)
                break
            manifest = _manifest_at(store, way[-1])


def _erased(store: Store, facts: JobFacts, trust: Trust) -> Iterator[tuple[str, str]]:
    """What tombstones that count say of reused manifests that are not there."""
    for key in (key for key, original in facts.originals.items() if original is None):
        digest = erased_digest(store, key, trust)
        if digest:
            yield key, digest


def _entry(store: Store, key: str) -> Artifact | None:
    try:
        return Artifact(media_type=manifests.MEDIA_TYPE, **json.loads(store.get(key)))
    except (ObjectNotFound, InvalidRequest, TypeError, ValueError):
        return None  # a cache entry that is of no use is written anew


def _manifest_at(store: Store, key: str) -> Manifest | None:
    try:
        return manifests.from_json(store.get(key))
    except (ObjectNotFound, InvalidDocument, InvalidRequest):
        return None


def _named(output: OutputRecord | None) -> tuple[str, str, str] | None:
    return (output.role, output.file_name, output.artifact.digest) if output else None


def _where(store: Store, here: OutputRecord | None, there: OutputRecord | None) -> str:
    if here is None or there is None or here.role != there.role:
        return (
            f"they differ first in {here.role if here else 'nothing'!r} here and {there.role if there else 'nothing'!r}"
        )
    place = f"they differ first in {here.role!r} ({here.file_name})"
    if here.artifact.digest == there.artifact.digest:
        return f"{place}, which is called {there.file_name} there"
    offset = _first_difference(store, here.artifact, there.artifact)
    digests = f"{here.artifact.digest[:12]} here and {there.artifact.digest[:12]} there"
    return f"{place}, {digests}" + ("" if offset is None else f", from byte {offset} on")


def _first_difference(store: Store, here: Artifact, there: Artifact) -> int | None:
    """Counted from 0; None if either is not there."""
    with tempfile.TemporaryDirectory(prefix="cuegraph-verify-") as folder:
        one, two = Path(folder, "here"), Path(folder, "there")
        try:
            store.fetch(here.uri, one)
            store.fetch(there.uri, two)
        except (ObjectNotFound, InvalidRequest):
            return None
        return _first_differing_byte(one, two)


def _first_differing_byte(one: Path, two: Path) -> int:
    offset = 0
    with one.open("rb") as first, two.open("rb") as second:
        while (mine := first.read(_COMPARED_BYTES)) == (other := second.read(_COMPARED_BYTES)) and mine:
            offset += len(mine)
    return offset + _common(mine, other)


def _common(one: bytes, two: bytes) -> int:
    """How many bytes the two begin with alike."""
    pairs: Iterable[tuple[int, int]] = zip(one, two, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(two)))
