"""What of a store belongs to a job: its records, the entries of its seals, and every file that it speaks of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from services.runtime import manifest as manifests
from services.runtime.artifact import Artifact
from services.runtime.manifest import Manifest
from services.runtime.signing import TrustedKey
from services.runtime.store import keys
from services.runtime.store.base import Store

from ....sealing.chain import read_anchor
from ...layout import JOBS
from ...seals.reading import read_seals
from ..history import History
from ..material import Material


def records(material: Material, history: History) -> tuple[str, ...]:
    """Keys of what the job wrote of itself, of the entries of its seals, and of the manifests that it took over."""
    own = list(material.store.list(f"{JOBS}{material.facts.job}/"))
    entries = {entry for key in own if key.endswith("/anchor.json") for entry in _entries(material.store, key)}
    originals = {key for attempt in history.attempts for key in _originals(material.store, attempt.manifest)}
    return tuple(sorted({*own, *entries, *originals}))


def files(history: History) -> Mapping[str, Artifact]:
    """Every file that was kept, by the key of its digest: no other name in a record is believed."""
    artifacts = [file.artifact for file in history.files.values()]
    for attempt in history.attempts:
        artifacts += [log.artifact for log in attempt.manifest.logs]
        artifacts += [kept.artifact for kept in attempt.manifest.intermediates if kept.retained]
    return {keys.blob(it.digest): it for it in sorted(artifacts, key=lambda it: it.digest) if it.uri}


def signed_with(material: Material) -> Iterator[TrustedKey]:
    """The keys that those who export trust, and that signed something of this job."""
    trust = material.vouching.trust()
    seals = read_seals(material.store, material.facts, trust)
    signatures = [seal.signature for seal in seals.found] + [seal.anchor_signature for seal in seals.found]
    signatures += [signed.signature for signed in seals.manifests]
    wanted = {key_id for signature in signatures for key_id in signature.signed_by}
    return (trust.keys.by_id[key_id] for key_id in sorted(wanted))


def _entries(store: Store, beside: str) -> Iterator[str]:
    """The entry of a seal and its neighbour before, and the first, without which there is no list.

    The neighbour after is left out: the bag is the same whether or not another job was sealed since.
    """
    place = read_anchor(store.get(beside)).record.sequence
    wanted = (keys.anchor(number) for number in (1, place - 1, place) if number > 0)
    return (key for key in wanted if store.size(key) is not None)


def _originals(store: Store, manifest: Manifest) -> Iterator[str]:
    """What a step took over, and what that had taken over in its turn."""
    seen: set[str] = set()
    while manifest.reused and manifest.reused.uri not in seen:
        key = manifest.reused.uri
        seen.add(key)
        yield key
        manifest = manifests.from_json(store.get(key))
