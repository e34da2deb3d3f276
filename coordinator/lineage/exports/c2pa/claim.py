"""What is claimed of a file: the film it was made of, what was done, by which models, and the job that proves it.

The terms are those of the C2PA specification 2.x: https://spec.c2pa.org/specifications/
"""

from __future__ import annotations

import importlib.metadata
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from functools import cached_property
from typing import Any

from services.documents import cues
from services.runtime.artifact import digest_bytes

from ....records import AUTOMATIC
from ..history import Attempt, File, History
from ..identifiers import urn

FILM = "film"
"""By this name actions refer to the film."""
_SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype"
MADE_BY_MODEL = f"{_SOURCE_TYPES}/trainedAlgorithmicMedia"
MADE_IN_PART_BY_MODEL = f"{_SOURCE_TYPES}/compositeWithTrainedAlgorithmicMedia"
_TRANSLATION = "translation"
_TRANSLATED, _EDITED, _OPENED = "c2pa.translated", "c2pa.edited", "c2pa.opened"

Json = dict[str, Any]


@dataclass(frozen=True)
class Claimed:
    """One file that gets a manifest of C2PA."""

    history: History
    file: File
    name: str
    """As people get it."""
    seal: Mapping[str, str]
    """Key and digest of the job's seal; empty if it has none."""

    @cached_property
    def way(self) -> tuple[Attempt, ...]:
        """The attempts that the file goes back to, its own last."""
        by_digest = {attempt.digest: attempt for attempt in self.history.attempts}
        wanted, seen = [self.file.producer], set[str]()
        while wanted:
            digest = wanted.pop()
            if digest in by_digest and digest not in seen:
                seen.add(digest)
                wanted += [file.producer for _, file in by_digest[digest].inputs]
        return tuple(attempt for attempt in self.history.attempts if attempt.digest in seen)


def definition(claimed: Claimed) -> Json:
    """The manifest as c2pa's builder takes it. Its names follow from digests: it has no time and no chance in it."""
    return {
        "claim_version": 2,
        "label": f"urn:c2pa:{_uuid(claimed, 'manifest')}",
        "instance_id": f"xmp:iid:{_uuid(claimed, 'instance')}",
        "claim_generator_info": [{"name": "Cuegraph", "version": importlib.metadata.version("cuegraph")}],
        "title": claimed.name,
        "format": claimed.file.artifact.media_type,
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": list(_actions(claimed))}},
            {"label": "cuegraph.job", "data": _job(claimed)},
        ],
    }


def ingredient(history: History) -> Json:
    """The film, as that of which the file was made."""
    film = history.film
    return {
        "label": FILM,
        "title": film.file_name,
        "format": film.artifact.media_type,
        "relationship": "parentOf",
        "instance_id": urn("sha256", film.artifact.digest),
    }


def _actions(claimed: Claimed) -> Iterator[Json]:
    when = claimed.way[0].manifest.times.started if claimed.way else claimed.history.record.create_time
    yield {
        "action": _OPENED,
        "when": f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "parameters": {"ingredientIds": [FILM]},
    }
    for attempt in claimed.way:
        yield _action(claimed, attempt)


def _action(claimed: Claimed, attempt: Attempt) -> Json:
    manifest = attempt.manifest
    is_last = attempt.digest == claimed.file.producer
    source_type = _source_type(claimed.way) if is_last else _source_type([attempt], MADE_BY_MODEL)
    return {
        "action": _name(manifest.stage, is_last=is_last),
        "when": f"{manifest.times.finished.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "softwareAgent": {"name": f"Cuegraph {manifest.stage}", "version": manifest.code.version},
        "description": attempt.title,
        "parameters": {**_languages(claimed.history, attempt), **_evidence(attempt)},
        **({"digitalSourceType": source_type} if source_type else {}),
    }


def _name(stage: str, *, is_last: bool) -> str:
    """The specification has words for translation and for what changes the file; the rest are our own."""
    if is_last:
        return _EDITED
    return _TRANSLATED if stage == _TRANSLATION else f"cuegraph.{stage}"


def _source_type(attempts: tuple[Attempt, ...] | list[Attempt], kind: str = MADE_IN_PART_BY_MODEL) -> str:
    """A service that translates names no model, and is one all the same."""
    return kind if any(it.manifest.models or it.manifest.stage == _TRANSLATION for it in attempts) else ""


def _languages(history: History, attempt: Attempt) -> Json:
    if attempt.manifest.stage != _TRANSLATION:
        return {}
    targets = {file.attributes["language"] for file in attempt.outputs if "language" in file.attributes}
    source = history.record.source_language
    return {
        **({"sourceLanguage": source} if source != AUTOMATIC else {}),
        **({"targetLanguage": targets.pop()} if len(targets) == 1 else {}),
    }


def _evidence(attempt: Attempt) -> Json:
    """Under one name: the library writes several in an order that changes from run to run."""
    models = [
        {"name": model.name, "revision": model.revision, "sha256": model.digest} for model in attempt.manifest.models
    ]
    return {"cuegraph.attempt": {"manifest": attempt.digest, "models": models}}


def _job(claimed: Claimed) -> Json:
    history = claimed.history
    return {
        "job": history.record.job,
        "workflow": history.record.workflow,
        "record": history.digest,
        "film": history.film.artifact.digest,
        "file": claimed.file.artifact.digest,
        "cues": sorted({file.artifact.digest for file in _cues(claimed)}),
        **({"seal": dict(claimed.seal)} if claimed.seal else {}),
    }


def _cues(claimed: Claimed) -> Iterator[File]:
    """Those that the file goes back to."""
    outputs = (file for attempt in claimed.way for file in attempt.outputs)
    return (file for file in outputs if file.artifact.media_type == cues.MEDIA_TYPE)


def _uuid(claimed: Claimed, kind: str) -> uuid.UUID:
    named = "\n".join((kind, claimed.history.digest, claimed.file.name, claimed.name))
    return uuid.UUID(digest_bytes(named.encode(errors="surrogatepass"))[:32], version=4)
