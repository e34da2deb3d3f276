"""Gathers what the index keeps of one job: its record, its manifests, and which terms reached models."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.documents import codec, glossary
from services.documents.glossary import Glossary, GlossaryUsage
from services.runtime import manifest as manifests
from services.runtime.artifact import Artifact, digest_bytes
from services.runtime.errors import BlobAltered, InvalidDocument, ObjectNotFound
from services.runtime.manifest import Manifest
from services.runtime.store import blobs, keys
from services.runtime.store.base import Store

from ...folder import deliverables
from ...records import JobRecord
from ...status import delivering
from ..layout import JOBS, Place, place_of

_ROUND = re.compile(r"jobs/[^/]+/rounds/(\d+)/(requested|outcome)\.json")

TermDocument = Glossary | GlossaryUsage
_KINDS: Mapping[str, type[TermDocument]] = {
    glossary.MEDIA_TYPE: Glossary,
    glossary.USAGE_MEDIA_TYPE: GlossaryUsage,
}

_log = logging.getLogger(__name__)


class Standing(StrEnum):
    """When a job has to be looked at again."""

    OPEN = "open"
    """Always: it waits or is driven."""
    OVER = "over"
    """Once another round is asked for."""
    SETTLED = "settled"
    """Never: all is done and sealed."""


@dataclass(frozen=True)
class GatheredManifest:
    """One attempt, or the commit of it."""

    key: str
    digest: str
    manifest: Manifest
    is_commit: bool
    delivered: tuple[str, ...]
    """Of each output the name of the file that people get; empty if it is none of those."""


@dataclass(frozen=True)
class Gathered:
    """One job, read once."""

    record: JobRecord
    record_digest: str
    seal_digest: str
    """Empty without a seal."""
    standing: Standing
    round: int
    keys: str
    """As `stamp` gives it."""
    manifests: tuple[GatheredManifest, ...]


def keys_of(store: Store, job: str) -> tuple[str, ...]:
    """The keys of all that the index takes from a job."""
    return tuple(key for key in store.list(f"{JOBS}{job}/") if _counts(key, job))


def stamp(listed: Iterable[str]) -> str:
    """Changes when something is added to a job or taken away; nothing that the index reads is ever overwritten."""
    return digest_bytes("\n".join(listed).encode())


def last_round(store: Store, job: str) -> int:
    """The number of the round that was last asked for, from 1."""
    return max([1, *(int(name) for name in store.folders(f"{JOBS}{job}/rounds/") if name.isdigit())])


def gather(store: Store, job: str, listed: tuple[str, ...]) -> Gathered | None:
    """Reads a job of which these keys are there. None for what is none, or has no record that can be read."""
    if keys.job(job) not in listed:
        return None
    data = store.get(keys.job(job))
    try:
        record = JobRecord.from_json(data)
    except InvalidDocument as error:
        _log.warning("job %s is left out of the index: %s", job, error)
        return None
    read = _manifests(store, listed)
    seal = digest_bytes(store.get(keys.seal(job))) if keys.seal(job) in listed else ""
    round_number, is_over = _rounds(listed)
    is_settled = seal and {planned.place for planned in record.plan} <= _done(read)
    return Gathered(
        record=record,
        record_digest=digest_bytes(data),
        seal_digest=seal,
        standing=Standing.SETTLED if is_settled else Standing.OVER if is_over else Standing.OPEN,
        round=round_number,
        keys=stamp(listed),
        manifests=tuple(_with_deliverables(record, read)),
    )


def term_documents(gathered: Gathered) -> Iterator[tuple[Artifact, type[TermDocument]]]:
    """The glossaries that steps of the job wrote, and their reports on what came of the terms."""
    for found in gathered.manifests:
        for output in found.manifest.outputs if found.is_commit else ():
            if output.artifact.media_type in _KINDS:
                yield output.artifact, _KINDS[output.artifact.media_type]


def read_term_document(store: Store, artifact: Artifact, kind: type[TermDocument]) -> TermDocument | None:
    """None if it is gone or broken: verify has more to say of that."""
    try:
        return codec.from_json(kind, blobs.read(store, artifact))
    except (ObjectNotFound, BlobAltered, codec.DocumentError) as error:
        _log.debug("the terms in %s are left out of the index: %s", artifact.uri, error)
        return None


def _counts(key: str, job: str) -> bool:
    if key.startswith(keys.stages(job)):
        return key.endswith("/manifest.json")
    return key in (keys.job(job), keys.seal(job)) or _ROUND.fullmatch(key) is not None


def _rounds(listed: Iterable[str]) -> tuple[int, bool]:
    """The last round that was asked for, and whether it has ended."""
    found = [(int(match[1]), match[2]) for match in map(_ROUND.fullmatch, listed) if match]
    last = max((number for number, _ in found), default=1)
    return last, (last, "outcome") in found


def _manifests(store: Store, listed: Iterable[str]) -> list[tuple[Place, str, Manifest]]:
    """Every manifest once: an attempt that its step's commit says to be the commit of is not read again."""
    places = [place for place in map(place_of, listed) if place and place.is_manifest]
    read = [found for place in places if place.is_commit if (found := _read(store, place))]
    committed = {(manifest.step, manifest.attempt) for _, _, manifest in read}
    others = (place for place in places if not place.is_commit and (place.step, place.attempt) not in committed)
    return read + [found for place in others if (found := _read(store, place))]


def _read(store: Store, place: Place) -> tuple[Place, str, Manifest] | None:
    try:
        data = store.get(place.key)
        return place, digest_bytes(data), manifests.from_json(data)
    except (ObjectNotFound, InvalidDocument) as error:
        _log.warning("%s is left out of the index: %s", place.key, error)
        return None


def _done(read: Iterable[tuple[Place, str, Manifest]]) -> set[tuple[str, str]]:
    """Stage and shard of each step that needs no further attempt."""
    return {(place.step.stage, place.step.shard) for place, _, _ in read if place.is_commit}


def _with_deliverables(record: JobRecord, read: list[tuple[Place, str, Manifest]]) -> Iterator[GatheredManifest]:
    commits = [manifest for place, _, manifest in read if place.is_commit]
    # `partial-10` comes after `partial-9`.
    commits.sort(key=lambda manifest: (manifest.number, len(manifest.shard), manifest.shard))
    counting = {id(manifest) for manifest in delivering(commits)}
    for place, digest, manifest in read:
        counts = id(manifest) in counting
        names = {id(output): name for name, output in deliverables(record, [manifest])} if counts else {}
        delivered = tuple(names.get(id(output), "") for output in manifest.outputs)
        yield GatheredManifest(place.key, digest, manifest, place.is_commit, delivered)
