"""What the index answers with: jobs, steps and files, as the manifests have them.

What is asked for by the ten thousand is a named tuple: a frozen dataclass takes several times as long to make.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class IndexedJob:
    """One job of the store."""

    name: str
    title: str
    workflow: str
    tenant: str
    created: str
    """ISO 8601, UTC."""


class IndexedStep(NamedTuple):
    """One attempt at a step: the commit of it if it has one."""

    job: str
    title: str
    """Of the job's film."""
    number: int
    stage: str
    shard: str
    attempt: int
    is_commit: bool
    status: str
    manifest: str
    """Digest of the manifest."""
    key: str
    """Where the manifest lies."""
    stage_version: str
    action_key: str
    settings: str
    """JSON: the value of each setting by name."""
    finished: str
    """ISO 8601, UTC."""
    seconds: float
    """From its start to its end."""
    compute_seconds: float
    media_seconds: float | None
    """None where the stage told of no media."""


class StepBrief(NamedTuple):
    """The little of a step that is asked of a hundred thousand at once."""

    job: str
    stage: str
    shard: str
    status: str
    manifest: str
    """Digest of the manifest."""
    compute_seconds: float


@dataclass(frozen=True)
class IndexedModel:
    """One model, as a manifest names it."""

    name: str
    revision: str
    digest: str


class IndexedFile(NamedTuple):
    """One file that an attempt wrote."""

    step: IndexedStep
    kind: str
    """`output`, `intermediate` or `log`."""
    role: str
    """Of an output; empty for the others."""
    name: str
    digest: str
    media_type: str
    delivered: str
    """The name of the file that people get; empty if it is none of those."""


@dataclass(frozen=True)
class Given:
    """One file that came from outside with a job."""

    job: str
    title: str
    name: str
    """What it is for, e.g. `job_glossary`; empty for the film itself."""
    file_name: str
    digest: str


@dataclass(frozen=True)
class TermUse:
    """What came of a term in one step that had it."""

    step: IndexedStep
    offered: int
    """To how many windows or sentences it was given: the model saw it."""
    found: int
    """How often the result has it."""
