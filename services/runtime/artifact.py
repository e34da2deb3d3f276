"""Artifacts: content-addressed files, the only form in which media travels."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from .errors import InvalidRequest

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Artifact:
    """One immutable file in the store. Two artifacts with one digest have the same bytes."""

    uri: str
    """Key of the file in the store, e.g. `blobs/sha256/ab/<digest>`; empty if the bytes were not kept."""
    digest: str
    """SHA-256 of the bytes, 64 lower-case hexadecimal digits."""
    size_bytes: int
    media_type: str
    """Media type (RFC 6838), e.g. `audio/wav`."""

    def __post_init__(self) -> None:
        if not _DIGEST.fullmatch(self.digest):
            raise InvalidRequest(f"artifact digest {self.digest!r} is not 64 lower-case hexadecimal digits")


def digest_bytes(data: bytes) -> str:
    """SHA-256 of `data` in lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def digest_file(path: Path) -> str:
    """SHA-256 of the file's bytes in lower-case hexadecimal, read in one pass of constant memory."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
