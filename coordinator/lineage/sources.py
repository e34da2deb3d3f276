"""Where a verification can look: a store, an exported bag, or the folder of one job that was laid out for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.runtime import manifest as manifests
from services.runtime.artifact import Artifact, digest_file
from services.runtime.errors import InvalidDocument, ObjectNotFound, StoreRefused, UnknownName
from services.runtime.manifest import Manifest, Status
from services.runtime.store import keys
from services.runtime.store.base import Store
from services.runtime.store.file import FileStore
from services.runtime.store.keys import UNSHARDED, Step

from ..folder import deliverables, kept_files
from ..records import PARTIAL, JobRecord
from .checks.blobs import Places, in_store
from .evidence import Evidence
from .facts import JobFacts
from .findings import ATTEMPT_CHAIN_BROKEN, ORIGINAL_MISSING, RULES

_BAG = "bagit.txt"
_RECORD = "job.json"
_NOT_SHOWN = (
    "the film and what came with it",
    "the seal",
    "attempts before the last",
    "originals of what was reused",
    "how the job ended, but by what its last attempts say",
)

_OF_SEALS = ("SEAL_", "ROUND_", "EVIDENCE_", "SIGNATURE_", "ANCHOR_")
_HIDDEN = frozenset(code for code in RULES if code.startswith(_OF_SEALS)) | {
    ORIGINAL_MISSING.code,
    ATTEMPT_CHAIN_BROKEN.code,
}
"""Codes of what only seems to be wrong in a job folder."""


def _nothing(_: JobFacts) -> Evidence:
    return Evidence()


@dataclass(frozen=True)
class Source:
    """A place to verify."""

    store: Store
    """What lies there by the keys of a store; it cannot be written to."""
    job: str = ""
    """The one job that it shows; empty for all that the store has."""
    places: Places = in_store
    evidence: Callable[[JobFacts], Evidence] = _nothing
    hidden: frozenset[str] = field(default_factory=frozenset)
    """Codes of what only seems to be wrong there, as the place cannot show it."""
    not_shown: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    """What people call the objects there, by key; nothing where keys are what they know."""


def open_source(path: Path) -> Source:
    """The store, bag or job folder at `path`. Nothing is ever written there. Raises UnknownName if it is neither."""
    if (path / _BAG).is_file() and (path / "data").is_dir():
        return Source(FileStore(path / "data", read_only=True))
    if (path / "jobs").is_dir():
        return Source(FileStore(path, read_only=True))
    if (path / _RECORD).is_file():
        return _job_folder(path)
    raise UnknownName(
        f"there is neither a store nor a bag nor a job folder at {str(path)!r}: "
        f"name a folder that holds `jobs`, `{_BAG}` or `{_RECORD}`"
    )


def _job_folder(folder: Path) -> Source:
    """A job as `coordinator.folder` lays it out: files by the names that people know."""
    record = _record(folder)
    job = record.job if record else folder.resolve().name
    shown = list(_manifests(folder, job))
    files = _files(folder, record, shown)
    records = {keys.job(job): folder / _RECORD, **{key: it.path for it in shown for key in it.keys}}
    blobs = {keys.blob(digest): folder / names[0] for digest, names in files.items()}
    return Source(
        FolderStore(folder, records | blobs),
        job,
        places=lambda digest: files.get(digest, ()),
        evidence=lambda _: _evidence(shown),
        hidden=_HIDDEN,
        not_shown=_NOT_SHOWN,
        names={key: str(path.relative_to(folder)) for key, path in records.items()},
    )


@dataclass(frozen=True)
class _Shown:
    """The manifest that a job folder shows of a step."""

    path: Path
    step: Step
    content: Manifest | None

    @property
    def keys(self) -> tuple[str, ...]:
        """Where a store has it: what was done is the attempt's manifest and the commit at once."""
        attempt = self.step.attempt(self.content.attempt if self.content else 1, "manifest")
        is_done = self.content is None or self.content.status.is_done
        return (attempt, self.step.commit) if is_done else (attempt,)

    @property
    def files(self) -> Iterator[tuple[str, Artifact]]:
        yield from kept_files(self.content) if self.content else ()


def _record(folder: Path) -> JobRecord | None:
    try:
        return JobRecord.from_json((folder / _RECORD).read_bytes())
    except InvalidDocument:
        return None


def _manifests(folder: Path, job: str) -> Iterator[_Shown]:
    """Those of whole steps after those that were done with what there was: the former are delivered if both are."""
    found = [*folder.glob("[0-9]*_*/manifest.json"), *folder.glob("[0-9]*_*/*/manifest.json")]
    steps = ((path, _step(path.relative_to(folder), job)) for path in found)
    ordered = sorted(steps, key=lambda it: (not it[1].shard.startswith(PARTIAL), it[1]))
    for path, step in ordered:
        yield _Shown(path, step, _manifest(path))


def _step(manifest: Path, job: str) -> Step:
    number, _, stage = manifest.parts[0].partition("_")
    shard = manifest.parts[1] if len(manifest.parts) > 2 else UNSHARDED
    return Step(job, int(number) if number.isdigit() else 0, stage, shard)


def _manifest(path: Path) -> Manifest | None:
    try:
        return manifests.from_json(path.read_bytes())
    except InvalidDocument:
        return None


def _files(folder: Path, record: JobRecord | None, shown: list[_Shown]) -> Mapping[str, tuple[str, ...]]:
    """Where the folder has the bytes of each digest: every copy, by its path below the folder."""
    places: dict[str, list[str]] = {}
    for it in shown:
        below = it.path.parent.relative_to(folder)
        for name, artifact in it.files:
            places.setdefault(artifact.digest, []).append(str(below / name))
    for name, digest in _delivered(record, shown).items():
        places.setdefault(digest, []).append(name)
    return {digest: tuple(dict.fromkeys(names)) for digest, names in places.items()}


def _delivered(record: JobRecord | None, shown: list[_Shown]) -> dict[str, str]:
    """Digest of each file on top of the folder, by name."""
    done = [it.content for it in shown if it.content and it.content.status.is_done]
    made = deliverables(record, done) if record else ()
    return {name: output.artifact.digest for name, output in made}


def _evidence(shown: list[_Shown]) -> Evidence:
    """A job folder holds no record of how the job ended, but it shows the attempts that did not succeed."""
    undone = [it.content for it in shown if it.content and not it.content.status.is_done]
    if not undone:
        return Evidence()
    errors = tuple(dict.fromkeys(error.code for manifest in undone for error in manifest.errors))
    failed = any(manifest.status is Status.FAILED for manifest in undone)
    return Evidence(Status.FAILED if failed else Status.CANCELLED, errors)


class FolderStore:
    """Files of a folder by other names, for reading only."""

    def __init__(self, folder: Path, by_key: Mapping[str, Path]) -> None:
        """`by_key` says which file is which object; any other path below the folder is a key as well."""
        self._folder = folder.resolve()
        self._by_key = by_key

    @property
    def url(self) -> str:
        return self._folder.as_uri()

    def get(self, key: str) -> bytes:
        path = self._path(key)
        if path is None:
            raise ObjectNotFound(f"there is no {key!r} in {self.url}; it may not have been laid out")
        return path.read_bytes()

    def fetch(self, key: str, path: Path) -> None:
        path.write_bytes(self.get(key))

    def size(self, key: str) -> int | None:
        path = self._path(key)
        return path.stat().st_size if path else None

    def digest(self, key: str) -> tuple[int, str] | None:
        path = self._path(key)
        return (path.stat().st_size, digest_file(path)) if path else None

    def list(self, prefix: str) -> Iterator[str]:
        return iter(sorted(key for key in self._by_key if key.startswith(prefix)))

    def folders(self, prefix: str) -> Iterator[str]:
        below = (key.removeprefix(prefix) for key in self.list(prefix))
        return iter(sorted({rest.split("/")[0] for rest in below if "/" in rest}))

    def create(self, key: str, data: bytes) -> None:  # noqa: ARG002  the data is not written anywhere
        raise self._refused(key)

    put = create

    def create_file(self, key: str, path: Path) -> None:  # noqa: ARG002  as above
        raise self._refused(key)

    def delete(self, key: str) -> None:
        raise self._refused(key)

    def _refused(self, key: str) -> StoreRefused:
        return StoreRefused(f"{key!r} cannot be written to the job folder {self.url}: it is for reading only")

    def _path(self, key: str) -> Path | None:
        """The file, if there is one. Never one outside of the folder, whatever a forged manifest calls its files."""
        try:
            path = self._by_key.get(key, self._folder / key).resolve()
            return path if path.is_relative_to(self._folder) and path.is_file() else None
        except (OSError, ValueError):
            return None  # no file can have such a name
