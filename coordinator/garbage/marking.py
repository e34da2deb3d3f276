"""Marking: which blobs the records of a store name. Pure, and on the safe side: whatever looks like a name is one."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator

from services.runtime.store import keys

_DIGEST = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_PAYLOAD = re.compile(rb'"payload": ?"([A-Za-z0-9+/=_-]+)"')
_ROOTS = ("jobs/", "answers/")
_NAMELESS = re.compile(
    r"jobs/[^/]+/(?:heartbeat\.json|erased\.json|logs/.*|(?:.*/)?anchor\.json"
    r"|rounds/[^/]+/(?:requested|cancel|outcome)\.json|stages/.*/(?:started|waiting)\.json)"
)
"""What names no blobs, and need not be read: a tombstone least of all, which tells what is gone."""


def is_root(key: str) -> bool:
    """Whether what lies there keeps the blobs that it names."""
    return key.startswith(_ROOTS) and not _NAMELESS.fullmatch(key)


def named_in(data: bytes) -> Iterator[bytes]:
    """The digests that a record names, in hexadecimal; in an envelope, those of what is signed.

    A record that cannot be read, of a later version or damaged, names them all the same. What is no blob's digest, as
    an action key, keeps nothing.
    """
    yield from _DIGEST.findall(data)
    for payload in _PAYLOAD.findall(data):
        yield from _DIGEST.findall(_decoded(payload))


def digest_of(blob: str) -> bytes:
    """What `named_in` gives for a blob, by its key."""
    return blob.rpartition("/")[2].encode()


def unnamed(blobs: Iterable[str], records: Iterable[bytes]) -> set[str]:
    """Those of the blobs that no record names, by key. `blobs` is gone through before the first record is read: what is
    stored later is no candidate."""
    left = {bytes.fromhex(key[-64:]) for key in blobs if _is_blob(key)}
    for data in records:
        for digest in named_in(data):
            left.discard(bytes.fromhex(digest.decode()))
    return {keys.blob(digest.hex()) for digest in left}


def job_of(key: str) -> str:
    """The job that a key below `jobs/` belongs to."""
    return key.split("/", 2)[1]


def job_named(entry: bytes) -> str:
    """The job that a request or a cache entry leads to; empty if it says none."""
    try:
        said = json.loads(entry)
        return str(said["job"]) if "job" in said else job_of(said["uri"])
    except (ValueError, TypeError, KeyError, IndexError):
        return ""


def _is_blob(key: str) -> bool:
    digest = key[-64:]
    return len(digest) == 64 and set(digest) <= set("0123456789abcdef") and key == keys.blob(digest)


def _decoded(payload: bytes) -> bytes:
    try:
        return base64.b64decode(payload)
    except binascii.Error:
        return b""
