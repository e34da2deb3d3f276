"""The facets that describe runs, jobs and datasets: OpenLineage's own where it has one, two of Cuegraph where not.

Schemas of OpenLineage's: openlineage.io/spec; of Cuegraph's: docs/openlineage.schema.json.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from services.runtime.manifest import ModelRecord, Notice, SettingRecord

from ..history import Attempt, File
from ..identifiers import urn

Facet = dict[str, Any]

_SPEC = "https://openlineage.io/spec/facets"
OWN_SCHEMAS = urn("openlineage", "1")
"""`$id` of docs/openlineage.schema.json."""
NAMESPACE = "cuegraph"
"""Of all jobs and datasets: their names hold digests, so they need no address of a store, which may move."""


def facet(producer: str, kind: str, version: str, /, **fields: Any) -> Facet:
    """A facet of OpenLineage's own. Its schema's address holds the version of the kind."""
    return {"_producer": producer, "_schemaURL": f"{_SPEC}/{version}/{kind}.json#/$defs/{kind}", **fields}


def own_facet(producer: str, kind: str, /, **fields: Any) -> Facet:
    return {"_producer": producer, "_schemaURL": f"{OWN_SCHEMAS}#/$defs/{kind}", **fields}


def job_type(producer: str, kind: str) -> Facet:
    """`kind` is `WORKFLOW` or `STAGE`."""
    return facet(producer, "JobTypeJobFacet", "2-0-4", processingType="BATCH", integration="CUEGRAPH", jobType=kind)


def error_message(producer: str, errors: Iterable[Notice]) -> Facet:
    message = "; ".join(f"{error.code}: {error.message}" for error in errors)
    return facet(producer, "ErrorMessageRunFacet", "1-0-1", message=message, programmingLanguage="PYTHON")


def engine(producer: str, version: str) -> Facet:
    return facet(producer, "ProcessingEngineRunFacet", "1-1-1", version=version, name="cuegraph")


def parameters(producer: str, settings: Mapping[str, SettingRecord]) -> Facet:
    """Settings with where each came from; values that are no text as JSON."""
    listed = [
        {"key": name, "name": name, "description": f"from {record.source}", "value": as_text(record.value)}
        for name, record in sorted(settings.items())
    ]
    return facet(producer, "ExecutionParametersRunFacet", "1-0-0", parameters=listed)


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def attempt_facet(producer: str, attempt: Attempt) -> Facet:
    """What a manifest says that OpenLineage has no words for."""
    manifest = attempt.manifest
    return own_facet(
        producer,
        "CuegraphAttemptRunFacet",
        manifest=attempt.digest,
        stage=manifest.stage,
        stageVersion=manifest.stage_version,
        shard=manifest.shard,
        attempt=manifest.attempt,
        status=manifest.status.value,
        actionKey=manifest.action_key,
        reused=manifest.reused.digest if manifest.reused else "",
        skipReason=manifest.skip_reason,
        unfinishedAttempts=list(manifest.unfinished_attempts),
        warnings=[_notice(notice) for notice in manifest.warnings],
        errors=[_notice(notice) for notice in manifest.errors],
    )


def _notice(notice: Notice) -> dict[str, str]:
    return {"code": notice.code, "message": notice.message}


def input_dataset(producer: str, role: str, file: File) -> dict[str, Any]:
    statistics = facet(
        producer, "InputStatisticsInputDatasetFacet", "1-0-0", size=file.artifact.size_bytes, fileCount=1
    )
    return {
        **dataset_of(file),
        "facets": _facets(producer, file, role),
        "inputFacets": {"inputStatistics": statistics},
    }


def output_dataset(producer: str, file: File, sources: list[dict[str, Any]]) -> dict[str, Any]:
    """With the datasets that it was made of."""
    statistics = facet(
        producer, "OutputStatisticsOutputDatasetFacet", "1-0-2", size=file.artifact.size_bytes, fileCount=1
    )
    lineage = {
        "_producer": producer,
        "_schemaURL": f"{_SPEC}/1-0-0/LineageFacet.json#/$defs/LineageDatasetFacet",
        "inputs": sources,
    }
    return {
        **dataset_of(file),
        "facets": {**_facets(producer, file, file.role), "lineage": lineage},
        "outputFacets": {"outputStatistics": statistics},
    }


def model_dataset(producer: str, model: ModelRecord) -> dict[str, Any]:
    """A model is read like any other file, though it is known by a name and a digest only."""
    version = f"{model.revision}@sha256:{model.digest}"
    return {
        **model_name(model),
        "facets": {
            "datasetType": facet(
                producer, "DatasetTypeDatasetFacet", "1-0-1", datasetType="MODEL", subType=model.source
            ),
            "version": facet(
                producer,
                "DatasetVersionDatasetFacet",
                "1-0-1",
                datasetVersion=version,
            ),
        },
        "inputFacets": {},
    }


def dataset_of(file: File) -> dict[str, str]:
    return {"namespace": NAMESPACE, "name": f"files/{file.name}"}


def model_name(model: ModelRecord) -> dict[str, str]:
    return {"namespace": NAMESPACE, "name": f"models/{model.name}/{model.digest}"}


def _facets(producer: str, file: File, role: str) -> dict[str, Facet]:
    artifact = file.artifact
    return {
        "datasetType": facet(
            producer, "DatasetTypeDatasetFacet", "1-0-1", datasetType="FILE", subType=artifact.media_type
        ),
        "version": facet(producer, "DatasetVersionDatasetFacet", "1-0-1", datasetVersion=f"sha256:{artifact.digest}"),
        "cuegraph_file": own_facet(
            producer,
            "CuegraphFileDatasetFacet",
            role=role,
            fileName=file.file_name,
            key=artifact.uri,
            digest=artifact.digest,
            sizeBytes=artifact.size_bytes,
            mediaType=artifact.media_type,
            attributes=dict(file.attributes),
        ),
    }
