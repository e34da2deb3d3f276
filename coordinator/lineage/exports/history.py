"""What a job did, attempt by attempt and file by file: what every standard's own words are then put to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.runtime.artifact import Artifact
from services.runtime.errors import InvalidDocument
from services.runtime.manifest import InputRecord, Manifest, ModelRecord, Notice

from ...folder import deliverables
from ...jobs import Jobs, JobState
from ...records import JobRecord
from ...status import job_status
from ..comparing.steps import title
from ..facts import FoundManifest, JobFacts
from .material import Material


@dataclass(frozen=True)
class File:
    """A file in the place that it has in the history. Equal bytes in two places are two files, as in all lineage."""

    name: str
    """Unique and lasting: `<producer>/<role>/<digest>`, or `<digest>` of what came from outside."""
    artifact: Artifact
    role: str
    """As the producer calls it; of what came from outside, what it is for. `film` is the film."""
    file_name: str
    """As people know it."""
    producer: str = ""
    """Digest of the manifest of the attempt that wrote it; empty for what came from outside."""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Attempt:
    """One attempt that ended, well or badly."""

    digest: str
    """Of its manifest: its identity."""
    key: str
    """Of its manifest in the store."""
    manifest: Manifest
    inputs: tuple[tuple[str, File], ...]
    """With the role that the attempt gave it."""
    outputs: tuple[File, ...]
    original: Manifest | None = None
    """For REUSED: whose outputs these are, if that is at hand."""

    @property
    def title(self) -> str:
        """E.g. `translation/pt, attempt 2`."""
        return f"{self.place}, attempt {self.manifest.attempt}"

    @property
    def place(self) -> str:
        """E.g. `translation/pt`."""
        return title(self.manifest.stage, self.manifest.shard)

    def original_of(self, output: File) -> File | None:
        """For REUSED: the output of the earlier attempt that this one is."""
        if self.manifest.reused is None:
            return None
        producer = self.manifest.reused.digest
        return replace(output, name=_name(producer, output.role, output.artifact), producer=producer)


@dataclass(frozen=True)
class Ending:
    """How the job ended."""

    state: JobState
    finished: datetime
    errors: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class History:
    """A whole job, in the order of its steps and of the attempts at each."""

    record: JobRecord
    digest: str
    """Of the record's bytes."""
    film: File
    files: Mapping[str, File]
    """By name: what came from outside, what was written and what was taken from elsewhere."""
    attempts: tuple[Attempt, ...]
    delivered: tuple[tuple[str, File], ...]
    """What people asked for, as far as it was made, with the names that they get it under."""
    ending: Ending | None
    """None while the job has not ended."""

    @property
    def given(self) -> tuple[File, ...]:
        """What came from outside."""
        return tuple(file for file in self.files.values() if not file.producer)

    @property
    def models(self) -> tuple[ModelRecord, ...]:
        """Each model once, by digest."""
        used = {model.digest: model for attempt in self.attempts for model in attempt.manifest.models}
        return tuple(used[digest] for digest in sorted(used))

    @property
    def last_time(self) -> datetime:
        """When the last of it was there."""
        times = [attempt.manifest.times.finished for attempt in self.attempts]
        return self.ending.finished if self.ending else max([self.record.create_time, *times])


def history_of(material: Material) -> History:
    """Raises InvalidDocument if the job's record or a manifest cannot be read: an export says all or nothing."""
    facts = material.facts
    if facts.record is None or facts.record.content is None:
        raise InvalidDocument(f"the record of {facts.job} cannot be read; see: cuegraph lineage verify {facts.job}")
    found = _manifests(facts)
    files = _Files(facts.record.content)
    files.add_written(found)
    attempts = tuple(_attempt(facts, files, one, manifest) for one, manifest in found)
    return History(
        record=facts.record.content,
        digest=facts.record.digest,
        film=files.film,
        files=files.by_name,
        attempts=attempts,
        delivered=tuple(_delivered(material, facts.record.content, attempts)),
        ending=_ending(material, attempts),
    )


def _manifests(facts: JobFacts) -> list[tuple[FoundManifest, Manifest]]:
    """A commit has the bytes of one of the attempts: they are one."""
    found = {one.digest: one for one in facts.manifests if one.place.is_commit}
    found |= {one.digest: one for one in facts.manifests if not one.place.is_commit}
    in_order = sorted(found.values(), key=lambda one: (one.place.step, one.place.attempt or 0, one.digest))
    return [(one, _readable(facts, one)) for one in in_order]


def _readable(facts: JobFacts, found: FoundManifest) -> Manifest:
    if found.content is None:
        raise InvalidDocument(f"{found.key}: {found.problem}; see: cuegraph lineage verify {facts.job}")
    return found.content


def _attempt(facts: JobFacts, files: _Files, found: FoundManifest, manifest: Manifest) -> Attempt:
    original = facts.originals.get(manifest.reused.uri) if manifest.reused else None
    return Attempt(
        digest=found.digest,
        key=found.key,
        manifest=manifest,
        inputs=tuple((consumed.role, files.taken(consumed)) for consumed in manifest.inputs),
        outputs=tuple(files.by_name[name] for name in _written_names(found.digest, manifest)),
        original=original.content if original else None,
    )


def _written_names(digest: str, manifest: Manifest) -> Iterable[str]:
    """Two outputs with one role and the same bytes are one file under two names."""
    return dict.fromkeys(_name(digest, output.role, output.artifact) for output in manifest.outputs)


def _name(manifest: str, role: str, artifact: Artifact) -> str:
    return f"{manifest}/{role}/{artifact.digest}"


class _Files:
    """The files of a job under way, each once."""

    def __init__(self, record: JobRecord) -> None:
        media = record.media
        self.film = File(media.artifact.digest, media.artifact, "film", media.file_name)
        given = (File(it.artifact.digest, it.artifact, it.name, it.file_name) for it in record.files)
        self.by_name: dict[str, File] = {file.name: file for file in (*given, self.film)}

    def add_written(self, found: Iterable[tuple[FoundManifest, Manifest]]) -> None:
        for one, manifest in found:
            for output in manifest.outputs:
                name = _name(one.digest, output.role, output.artifact)
                self.by_name[name] = File(
                    name, output.artifact, output.role, output.file_name, one.digest, output.attributes
                )

    def taken(self, consumed: InputRecord) -> File:
        """The file that came in as this input; made known if the job itself knows nothing of it."""
        origin, artifact = consumed.origin, consumed.artifact
        if origin is None:
            file = File(artifact.digest, artifact, consumed.role, consumed.role)
        else:
            name = _name(origin.manifest, origin.role, artifact)
            file = File(name, artifact, origin.role, origin.role, origin.manifest)
        return self.by_name.setdefault(file.name, file)


def _delivered(material: Material, record: JobRecord, attempts: Iterable[Attempt]) -> Iterator[tuple[str, File]]:
    delivering = job_status(Jobs(material.store), record.job).delivering
    for attempt in attempts:
        if attempt.manifest in delivering:
            made = {(file.role, file.artifact.digest): file for file in attempt.outputs}
            for name, output in deliverables(record, [attempt.manifest]):
                yield name, made[output.role, output.artifact.digest]


def _ending(material: Material, attempts: Iterable[Attempt]) -> Ending | None:
    jobs, job = Jobs(material.store), material.facts.job
    outcome = jobs.outcome(job)
    if outcome is not None:
        return Ending(outcome.state, outcome.finished, outcome.errors)
    seal = material.facts.seal_record
    finished = [attempt.manifest.times.finished for attempt in attempts]
    return Ending(JobState(seal.outcome), max(finished)) if seal and finished else None
