"""Names for the world outside: URIs and UUIDs that follow from digests, so that they are the same in every export."""

from __future__ import annotations

import uuid
from datetime import datetime
from urllib.parse import quote

from services.runtime.manifest import CodeRecord

ROOT = "urn:cuegraph"
"""What all names of Cuegraph's own begin with. They name; nothing answers under them."""


def urn(*parts: str) -> str:
    """`urn:cuegraph:<part>:<part>`, whatever the parts hold: names of strangers are percent-encoded."""
    return ":".join((ROOT, *(quote(part.encode(errors="surrogatepass"), safe="/") for part in parts)))


def program(code: CodeRecord) -> str:
    """The program that did something, e.g. `urn:cuegraph:program:0.1.0:6f153f0`."""
    state = ("dirty",) if code.dirty else ()
    return urn("program", *(part for part in (code.version, code.commit, *state) if part))


def run_id(begin: datetime, digest: str) -> str:
    """A UUID of version 7 (RFC 9562): the milliseconds of `begin`, and bits of `digest` where others take chance."""
    milliseconds = int(begin.timestamp() * 1000)
    chance = int(digest, 16)
    bits = milliseconds << 80 | 0x7 << 76 | (chance & 0xFFF) << 64 | 0b10 << 62 | chance >> 194
    return str(uuid.UUID(int=bits))
