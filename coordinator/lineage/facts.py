"""Everything that a job wrote about itself, as it was read: what all of lineage is worked out from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, TypeVar

from services.documents.cues import Cues
from services.documents.glossary import Glossary
from services.documents.lyrics import Lyrics
from services.documents.media import Media
from services.documents.removals import Removals
from services.documents.speakers import Speakers
from services.documents.speech import Speech
from services.documents.transcript import Transcript
from services.documents.translation import Translation
from services.runtime.artifact import Artifact
from services.runtime.manifest import Manifest, Origin, OutputRecord
from services.runtime.store.keys import Step

from ..garbage.tombstone import Tombstone
from ..records import JobRecord
from ..sealing.record import SealRecord
from .layout import Place, place_of

Document = Media | Speech | Speakers | Glossary | Transcript | Lyrics | Removals | Translation | Cues

T = TypeVar("T")


@dataclass(frozen=True)
class Found(Generic[T]):
    """One file that was there, whether or not it could be understood."""

    key: str
    digest: str
    content: T | None
    problem: str = ""
    """Why `content` is None."""
    schema: str = ""
    """What a file that could not be understood says that it is; empty if it says nothing."""


@dataclass(frozen=True)
class FoundManifest(Found[Manifest]):
    """A manifest and the place it lay at."""

    place: Place = field(kw_only=True)


@dataclass(frozen=True)
class JobFacts:
    """One job, read once. Nothing here is checked: that is what verify is for."""

    job: str
    store_url: str
    record: Found[JobRecord] | None
    """None if there is no job.json."""
    seal: Found[SealRecord] | None
    manifests: tuple[FoundManifest, ...]
    """Attempts and commits, in order of key."""
    began: tuple[Place, ...] = ()
    """Attempts that left their mark when they began."""
    signatures: tuple[str, ...] = ()
    """Keys of the signatures that stages put on manifests of attempts."""
    beside: tuple[str, ...] = ()
    """Keys of the job's files that no step wrote: its record, seals, rounds and logs."""
    strangers: tuple[str, ...] = ()
    """Keys among the stages' files that nothing of Cuegraph writes."""
    originals: Mapping[str, Found[Manifest] | None] = field(default_factory=dict)
    """What lies at each key that a REUSED manifest names; None for nothing."""
    documents: Mapping[str, Document] = field(default_factory=dict)
    """Documents that committed steps wrote or that the job is about, by digest: only those whose bytes have it."""
    document_problems: Mapping[str, str] = field(default_factory=dict)
    """Why the bytes of that digest are not the document that their media type promises."""
    tombstone: Found[Tombstone] | None = None
    """What is left of a job that was erased."""

    @property
    def job_record(self) -> JobRecord | None:
        return self.record.content if self.record else None

    @property
    def seal_record(self) -> SealRecord | None:
        return self.seal.content if self.seal else None

    @cached_property
    def sealed(self) -> Mapping[str, str]:
        """What the seal says: the digest of every manifest by its key. Empty if there is no readable seal."""
        record = self.seal_record
        return {manifest.key: manifest.digest for manifest in record.manifests} if record else {}

    @cached_property
    def sealed_attempts(self) -> frozenset[str]:
        """Digests that the seal gives to attempts."""
        places = ((place_of(key), digest) for key, digest in self.sealed.items())
        return frozenset(digest for place, digest in places if place and not place.is_commit)

    @cached_property
    def commits(self) -> Mapping[Step, FoundManifest]:
        """The commit of each step that has one, in order of step."""
        commits = {found.place.step: found for found in self.manifests if found.place.is_commit}
        return dict(sorted(commits.items()))

    @cached_property
    def attempts(self) -> Mapping[Step, tuple[FoundManifest, ...]]:
        """The attempts of each step that ended, in order of attempt."""
        attempts: dict[Step, list[FoundManifest]] = {}
        for found in sorted(self.manifests, key=lambda found: found.place.attempt or 0):
            if not found.place.is_commit:
                attempts.setdefault(found.place.step, []).append(found)
        return {step: tuple(of_step) for step, of_step in sorted(attempts.items())}

    @cached_property
    def by_digest(self) -> Mapping[str, FoundManifest]:
        """Every manifest by its identity; of an attempt and the commit of it, the commit."""
        ordered = sorted(self.manifests, key=lambda found: found.place.is_commit)
        return {found.digest: found for found in ordered}

    @property
    def plan(self) -> tuple[Step, ...]:
        """The steps that the job must finish; empty if its record cannot be read."""
        record = self.job_record
        return tuple(planned.of(self.job) for planned in record.plan) if record else ()

    def latest(self, step: Step) -> FoundManifest | None:
        """The commit of the step, or else its last attempt that ended."""
        if step in self.commits:
            return self.commits[step]
        attempts = self.attempts.get(step, ())
        return attempts[-1] if attempts else None

    def produced(self, origin: Origin, artifact: Artifact) -> OutputRecord | None:
        """The output that an origin names. Among several of that role, the one with the artifact's bytes."""
        producer = self.by_digest.get(origin.manifest)
        if producer is None or producer.content is None:
            return None
        of_role = [output for output in producer.content.outputs if output.role == origin.role]
        same = [output for output in of_role if output.artifact.digest == artifact.digest]
        return next(iter(same or of_role), None)
