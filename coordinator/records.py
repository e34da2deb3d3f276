"""The record of a job: `job.json` says what was asked, with everything resolved."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from services.runtime.artifact import Artifact
from services.runtime.canonical import canonical_json, first_problem
from services.runtime.errors import InvalidDocument
from services.runtime.manifest import CodeRecord, SettingRecord
from services.runtime.store.keys import UNSHARDED, Step

from .turns import DEFAULT_TENANT, Rank

JOB_SCHEMA = "cuegraph.job/1"
AUTOMATIC = "auto"
"""In place of a language: let the recogniser find out."""
PARTIAL = "partial-"
"""Begins the shard of a step that was done without those of its inputs that failed; the number of the round follows."""

_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class MediaRecord:
    """The film of a job."""

    __pydantic_config__ = _STRICT

    artifact: Artifact
    title: str
    file_name: str
    """As the user named the file, without its folder."""
    duration_seconds: float | None = None
    """None where nobody knows, as of a transcript."""


@dataclass(frozen=True)
class FileRecord:
    """One file that came with the film, e.g. a glossary."""

    __pydantic_config__ = _STRICT

    name: str
    """What it is for, as pipelines call it, e.g. `job_glossary`. Several may have one name: their order counts."""
    artifact: Artifact
    file_name: str
    """As the user named the file, without its folder."""
    author: str = ""
    """Whose work it is, as they say; empty if they do not."""


@dataclass(frozen=True, order=True)
class PlannedInput:
    """Where one input of a step comes from."""

    __pydantic_config__ = _STRICT

    role: str
    """As the step's stage calls it."""
    stage: str
    """The stage that produces it; empty for what came from outside."""
    output: str
    """Role of the producer's output; from outside: the name of the job's files, empty for the film itself."""
    shard: str = UNSHARDED
    """Of the step that produces it."""


@dataclass(frozen=True)
class Deliverable:
    """One output that people asked for."""

    __pydantic_config__ = _STRICT

    stage: str
    output: str
    """Role of the output."""
    extension: str
    """Of the file that people get, e.g. `.srt`."""


@dataclass(frozen=True, order=True)
class PlannedStep:
    """One step that the job must finish."""

    __pydantic_config__ = _STRICT

    number: int
    stage: str
    shard: str = UNSHARDED
    inputs: tuple[PlannedInput, ...] = ()
    """In the order in which the stage gets them."""
    needs: tuple[str, ...] = ()
    """Outputs, as `stage.role`, without which the step is skipped."""
    skip: str = ""
    """Why the step is skipped whatever comes; empty if it is not."""
    shard_setting: str = ""
    """The setting that takes the shard as its value; empty if none does."""
    partial: bool = False
    """Whether it is also done with what there is, should shards of its inputs fail."""

    @property
    def place(self) -> tuple[str, str]:
        """Stage and shard: what inputs refer to."""
        return self.stage, self.shard

    @property
    def title(self) -> str:
        """As people read it, e.g. `translation/pt`."""
        return self.stage if self.shard == UNSHARDED else f"{self.stage}/{self.shard}"

    def of(self, job: str) -> Step:
        return Step(job, self.number, self.stage, self.shard)

    def with_what_there_is(self, round_number: int, inputs: tuple[PlannedInput, ...]) -> PlannedStep:
        """The step that is done in a round in which some of its inputs could not be made."""
        return replace(self, shard=f"{PARTIAL}{round_number}", inputs=inputs)


@dataclass(frozen=True)
class JobRecord:
    """The request with everything resolved. Written once, before the first step."""

    __pydantic_config__ = _STRICT

    job: str
    workflow: str
    media: MediaRecord
    source_language: str
    """BCP-47, or `auto`."""
    profile: str
    plan: tuple[PlannedStep, ...]
    """In order of number: every step must have a commit before the job may be sealed as SUCCEEDED."""
    request_digest: str
    """Digest of the request, so that the same request asked twice is one job."""
    create_time: datetime
    code: CodeRecord
    deliverables: tuple[Deliverable, ...] = ()
    clip_start: float | None = None
    """Film time in seconds, or None for the beginning."""
    clip_end: float | None = None
    """Film time in seconds, or None for the end."""
    target_languages: tuple[str, ...] = ()
    """BCP-47."""
    files: tuple[FileRecord, ...] = ()
    """What came with the film."""
    settings: dict[str, SettingRecord] = field(default_factory=dict)
    """By `stage.setting`: what differs from the stages' defaults."""
    anew: tuple[str, ...] = ()
    """Stages that may not take over the outputs of an equal action."""
    debug: bool = False
    """Whether stages keep their scratch files and tell their DEBUG lines to who watches."""
    tenant: str = DEFAULT_TENANT
    """On whose share it is done."""
    priority: int = 0
    """From 0 to 100; higher goes first among the jobs of a tenant."""
    deadline: datetime | None = None
    """When it should be done; None if that does not matter. Nothing happens when it is missed."""
    schema: str = JOB_SCHEMA

    @property
    def rank(self) -> Rank:
        """What decides when its turn comes."""
        return Rank(self.create_time, self.tenant, self.priority, self.deadline)

    @property
    def from_outside(self) -> dict[str, str]:
        """The names of the files that no step made, by digest."""
        return {file.artifact.digest: file.file_name for file in self.files} | {
            self.media.artifact.digest: self.media.file_name
        }

    def to_json(self) -> bytes:
        return record_json(self)

    @staticmethod
    def from_json(data: bytes) -> JobRecord:
        """Raises InvalidDocument if the bytes are not a job record of this schema."""
        return parsed(JobRecord, data, JOB_SCHEMA)


class _Record(Protocol):
    @property
    def schema(self) -> str: ...


R = TypeVar("R", bound=_Record)


@functools.cache
def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def record_json(record: _Record) -> bytes:
    """The bytes of a record: equal records are equal bytes."""
    return canonical_json(_adapter(type(record)).dump_python(record, mode="json"))


def parsed(kind: type[R], data: bytes, *schemas: str) -> R:
    """The record of a kind. Raises InvalidDocument if the bytes are none of these schemas."""
    try:
        record: R = _adapter(kind).validate_json(data)
    except ValidationError as error:
        raise InvalidDocument(f"this is not a {schemas[0]}: {first_problem(error)}") from error
    if record.schema not in schemas:
        raise InvalidDocument(f"a record of {record.schema!r} cannot be read here: only {' and '.join(schemas)} can")
    return record
