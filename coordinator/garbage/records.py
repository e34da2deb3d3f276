"""What a collection leaves in the store: what was put in quarantine, who swept it, and what is gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import ConfigDict

from ..records import parsed, record_json

QUARANTINE_SCHEMA, SWEEP_SCHEMA, SWEPT_SCHEMA = "cuegraph.quarantine/1", "cuegraph.sweep/1", "cuegraph.swept/1"

_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class Quarantine:
    """What nobody named at a time."""

    __pydantic_config__ = _STRICT

    time: datetime
    reason: str
    sizes: Mapping[str, int]
    """Bytes of each object, by key."""
    schema: str = QUARANTINE_SCHEMA

    @property
    def size_bytes(self) -> int:
        return sum(self.sizes.values())

    def to_json(self) -> bytes:
        return record_json(self)

    @staticmethod
    def from_json(data: bytes) -> Quarantine:
        """Raises InvalidDocument."""
        return parsed(Quarantine, data, QUARANTINE_SCHEMA)


@dataclass(frozen=True)
class Sweep:
    """Who deletes what is in quarantine."""

    __pydantic_config__ = _STRICT

    time: datetime
    host: str
    process_id: int
    process_started: float
    """Seconds since 1970."""
    schema: str = SWEEP_SCHEMA

    def to_json(self) -> bytes:
        return record_json(self)

    @staticmethod
    def from_json(data: bytes) -> Sweep:
        """Raises InvalidDocument."""
        return parsed(Sweep, data, SWEEP_SCHEMA)


@dataclass(frozen=True)
class Swept:
    """That a sweep is over."""

    __pydantic_config__ = _STRICT

    time: datetime
    kept: tuple[str, ...]
    """Keys that somebody names again. All others of the quarantine are gone."""
    schema: str = SWEPT_SCHEMA

    def to_json(self) -> bytes:
        return record_json(self)
