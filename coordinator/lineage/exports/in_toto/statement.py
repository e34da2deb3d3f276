"""Attestations: for each attempt a Statement of in-toto, version 1, with SLSA's provenance, version 1."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from services.runtime.artifact import Artifact
from services.runtime.canonical import canonical_json
from services.runtime.manifest import MEDIA_TYPE, CodeRecord, Manifest, ModelRecord

from ..history import Attempt, File
from ..identifiers import program, urn
from .chain import Chain

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT = "https://in-toto.io/Statement/v1"
PROVENANCE = "https://slsa.dev/provenance/v1"
BUILD_TYPE = urn("stage", "1")
"""What `externalParameters` and the rest mean: a stage was run as docs/exports.md says."""

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")

Json = dict[str, Any]


def statement(chain: Chain, attempt: Attempt, about: Sequence[File] | None = None) -> bytes:
    """What one attempt made of what: all of it, or those files that it is to be about. One that made nothing attests
    what it wrote of itself."""
    made = [_file(chain, file) for file in (attempt.outputs if about is None else about)]
    return canonical_json(
        {
            "_type": STATEMENT,
            "subject": made or [_manifest(attempt)],
            "predicateType": PROVENANCE,
            "predicate": {"buildDefinition": _definition(chain, attempt), "runDetails": _details(attempt)},
        }
    )


def _definition(chain: Chain, attempt: Attempt) -> Json:
    manifest = attempt.manifest
    return {
        "buildType": BUILD_TYPE,
        "externalParameters": {
            "job": manifest.job,
            "stage": manifest.stage,
            "shard": manifest.shard,
            "settings": {name: setting.value for name, setting in manifest.settings.items()},
        },
        "internalParameters": {
            "stageVersion": manifest.stage_version,
            "attempt": manifest.attempt,
            "status": manifest.status.value,
            "actionKey": manifest.action_key,
        },
        "resolvedDependencies": list(_dependencies(chain, attempt)),
    }


def _details(attempt: Attempt) -> Json:
    manifest = attempt.manifest
    logs = [_artifact(log.name, log.artifact) for log in manifest.logs]
    return {
        "builder": _builder(manifest),
        "metadata": {
            "invocationId": urn("attempt", attempt.digest),
            "startedOn": _instant(manifest.times.started),
            "finishedOn": _instant(manifest.times.finished),
        },
        "byproducts": [_manifest(attempt), *logs],
    }


def _builder(manifest: Manifest) -> Json:
    code = manifest.code
    version = {"cuegraph": code.version, "commit": code.commit, "image": code.image_digest}
    return {"id": program(code), "version": {name: value for name, value in version.items() if value}}


def _dependencies(chain: Chain, attempt: Attempt) -> Iterator[Json]:
    yield from (_file(chain, file, role=role) for role, file in attempt.inputs)
    yield from map(_model, attempt.manifest.models)
    yield from _code(attempt.manifest.code)
    if attempt.manifest.reused:
        yield _artifact("manifest of what was reused", attempt.manifest.reused)


def _code(code: CodeRecord) -> Iterator[Json]:
    """The program and what it was installed with. A commit that is cut short is no digest."""
    if code.commit:
        dirty = {} if code.dirty is None else {"annotations": {"dirty": code.dirty}}
        digest = {"digest": {"gitCommit": code.commit}} if _COMMIT.fullmatch(code.commit) else {}
        yield {"name": "cuegraph", "uri": program(code), **digest, **dirty}
    if code.image_digest:
        yield {"name": "image", "digest": {"sha256": code.image_digest.removeprefix("sha256:")}}
    if code.lock_digest:
        yield {"name": "installed distributions", "digest": {"sha256": code.lock_digest}}


def _model(model: ModelRecord) -> Json:
    return {
        "name": model.name,
        "uri": urn("model", model.source, model.revision),
        "digest": {"sha256": model.digest},
        "annotations": {"source": model.source, "revision": model.revision, "licence": model.licence},
    }


def _manifest(attempt: Attempt) -> Json:
    return {"name": attempt.key, "digest": {"sha256": attempt.digest}, "mediaType": MEDIA_TYPE}


def _file(chain: Chain, file: File, role: str = "") -> Json:
    return {
        **_artifact(chain.path(file), file.artifact),
        "uri": urn("file", file.name),
        "annotations": {"role": role or file.role, "fileName": file.file_name},
    }


def _artifact(name: str, artifact: Artifact) -> Json:
    return {"name": name, "digest": {"sha256": artifact.digest}, "mediaType": artifact.media_type}


def _instant(time: datetime) -> str:
    """As the specification has it: UTC, and whole seconds."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
