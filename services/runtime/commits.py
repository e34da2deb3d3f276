"""The commit protocol: attempts are evidence, the create-only commit decides, the cache remembers.

Order of writes: blobs, the attempt's manifest, the commit, the cache entry. A crash before the commit leaves blobs
nobody refers to and an attempt without an end; a step is done if and only if its commit exists. Between the attempt's
manifest and the commit it is made sure that no garbage collection has taken a blob, or can still take one.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from .artifact import Artifact, digest_bytes
from .canonical import canonical_json
from .errors import AlreadyExists, InvalidDocument, ObjectNotFound, StoreUnavailable
from .manifest import MEDIA_TYPE, Manifest, Status, from_json, to_json
from .signing import Signer, sign
from .store import keys, sweeps
from .store.base import Store

_log = logging.getLogger(__name__)


def artifact(key: str, data: bytes) -> Artifact:
    """The manifest whose bytes lie at `key`, as an artifact."""
    return Artifact(uri=key, digest=digest_bytes(data), size_bytes=len(data), media_type=MEDIA_TYPE)


def find(store: Store, step: keys.Step) -> tuple[Manifest, Artifact] | None:
    """The commit of a step, or None if it is not done. Raises InvalidDocument if it is no manifest."""
    return _at(store, step.commit)


def latest(store: Store, step: keys.Step) -> tuple[Manifest, Artifact] | None:
    """The commit of a step or, if it has none, the manifest of its last attempt that left one."""
    done = find(store, step)
    if done is not None:
        return done
    ended = (_at(store, step.attempt(number, "manifest")) for number in reversed(attempts(store, step)))
    return next((found for found in ended if found is not None), None)


def attempts(store: Store, step: keys.Step) -> list[int]:
    """Numbers of the attempts at a step that have begun, ended or not."""
    return sorted(int(name) for name in store.folders(f"{step.prefix}attempts/"))


def adopt(store: Store, step: keys.Step, begun: list[int]) -> tuple[Manifest, Artifact] | None:
    """Commits an earlier attempt that was done but was killed before its commit; None if there is none, or if its
    files are gone.

    Raises InvalidDocument if what an attempt left is no manifest.
    """
    for number in begun:
        key = step.attempt(number, "manifest")
        data = _read(store, key)
        if data is None or not (manifest := _manifest(key, data)).status.is_done:
            continue
        if gone := sweeps.secure(store, _files(manifest)):
            _log.warning("%s is not taken over: its file %s is gone", key, gone[0].uri)
            continue
        return _decide(store, manifest, data)
    return None


def claim_attempt(store: Store, step: keys.Step, begun: list[int], started: dict[str, Any]) -> int:
    """Claims the next free attempt number by writing that it began."""
    number = begun[-1] + 1 if begun else 1
    while True:
        try:
            store.create(step.attempt(number, "started"), canonical_json({"attempt": number, **started}))
        except AlreadyExists:
            number += 1
        else:
            return number


def unfinished(store: Store, step: keys.Step, begun: list[int]) -> tuple[int, ...]:
    """Those attempts that left no manifest: killed, or under way elsewhere."""
    return tuple(n for n in begun if store.size(step.attempt(n, "manifest")) is None)


def commit(
    store: Store, manifest: Manifest, signers: Sequence[Signer] = (), at_hand: Mapping[str, Path] | None = None
) -> tuple[Manifest, Artifact]:
    """Writes the manifest of an attempt, signed beside it by those who have a key, and, if it is done, commits it.

    Returns the manifest that counts: another attempt may have committed first, then it is that one's. `at_hand` are the
    attempt's files by digest, for the case that one of them was collected as garbage while it relied on it. Raises
    StoreUnavailable if one is gone that is not at hand, as an output that was taken over from a job just erased.
    """
    data = to_json(manifest)
    key = manifest.step.attempt(manifest.attempt, "manifest")
    store.create(key, data)
    if signers:
        store.create(manifest.step.attempt(manifest.attempt, "manifest.dsse"), sign(data, MEDIA_TYPE, signers))
    if gone := sweeps.secure(store, _files(manifest), at_hand):
        raise StoreUnavailable(f"{gone[0].uri} was deleted from {store.url} while {key} came to rely on it; try again")
    return _decide(store, manifest, data) if manifest.status.is_done else (manifest, artifact(key, data))


def _files(manifest: Manifest) -> Iterator[Artifact]:
    """What an attempt stored, or took over. Its inputs are named by those who made them."""
    yield from (output.artifact for output in manifest.outputs)
    yield from (kept.artifact for kept in manifest.intermediates if kept.retained)
    yield from (log.artifact for log in manifest.logs)


def _decide(store: Store, manifest: Manifest, data: bytes) -> tuple[Manifest, Artifact]:
    """Commits the manifest with these bytes, unless another is committed already: then that one counts."""
    step = manifest.step
    try:
        store.create(step.commit, data)
    except AlreadyExists:
        winner = store.get(step.commit)
        if winner != data:
            _log.info("%s was committed by another attempt first; its manifest counts", step.folder)
        return _manifest(step.commit, winner), artifact(step.commit, winner)
    return manifest, artifact(step.commit, data)


def _at(store: Store, key: str) -> tuple[Manifest, Artifact] | None:
    data = _read(store, key)
    return None if data is None else (_manifest(key, data), artifact(key, data))


def _read(store: Store, key: str) -> bytes | None:
    try:
        return store.get(key)
    except ObjectNotFound:
        return None


def _manifest(key: str, data: bytes) -> Manifest:
    try:
        return from_json(data)
    except InvalidDocument as error:
        remedy = "bring it back from a backup, or delete it to have the step done again"
        raise InvalidDocument(f"{key!r} in the store cannot be used: {error}; {remedy}") from error


def remember(store: Store, manifest: Manifest, committed: Artifact, scope: str = "") -> None:
    """Lets later actions with the same key and scope take over these outputs."""
    if manifest.status is not Status.SUCCEEDED:
        return
    entry = canonical_json({"digest": committed.digest, "size_bytes": committed.size_bytes, "uri": committed.uri})
    key = keys.cache(manifest.action_key, scope)
    try:
        store.create(key, entry)
    except AlreadyExists:
        if recall(store, manifest.action_key, scope) is None:
            # What the entry names is gone or damaged: it would never be a hit again.
            store.put(key, entry)


def recall(store: Store, action_key: str, scope: str = "") -> tuple[Manifest, Artifact] | None:
    """The manifest of an equal action, if it verifies and every output is still there; else None."""
    try:
        entry = store.get(keys.cache(action_key, scope))
    except ObjectNotFound:
        return None
    try:
        named = _entry(entry)
        data = store.get(named.uri)
        manifest = from_json(data)
    except (InvalidDocument, ObjectNotFound) as error:
        _log.warning("the cache entry %s is of no use: %s", action_key, error)
        return None
    if digest_bytes(data) != named.digest or manifest.action_key != action_key:
        _log.warning("the cache entry %s names %s, which is not what it was", action_key, named.uri)
        return None
    if not all(store.size(o.artifact.uri) == o.artifact.size_bytes for o in manifest.outputs):
        _log.warning("the cache entry %s cannot be used: an output of %s is missing", action_key, named.uri)
        return None
    if sweeps.is_swept(store, _files(manifest)):
        _log.info("the cache entry %s is not used: outputs of %s are being deleted", action_key, named.uri)
        return None
    return manifest, named


def _entry(data: bytes) -> Artifact:
    try:
        return Artifact(media_type=MEDIA_TYPE, **json.loads(data))
    except (TypeError, ValueError) as error:
        raise InvalidDocument(f"not a cache entry: {error}") from error
