"""The job folder: a job laid out for people, with every stage's files, and what they asked for on top.

<out>/<job>/job.json
<out>/<job>/quality.json
<out>/<job>/<title>.en.srt, <title>.mkv, ...
<out>/<job>/logs/99_pipeline_<timestamp>.log
<out>/<job>/01_demux/{manifest.json, stage.log, speech.wav, ...}
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from services.documents import codec
from services.runtime.artifact import Artifact, digest_file
from services.runtime.manifest import Manifest, OutputRecord
from services.runtime.store import blobs, keys
from services.runtime.store.base import Store

from .jobs import Jobs
from .records import JobRecord
from .status import job_status

_NAME_BYTES = 180
"""Room for a language, an ending and the 255 bytes that file systems allow."""
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069/\\]+")
"""What ends a line, a folder or a name, and what makes people see another ending than there is."""


@dataclass(frozen=True)
class Delivered:
    """One file that people asked for."""

    role: str
    language: str
    """BCP-47; empty if the file has no one language."""
    path: Path
    digest: str


def lay_out(jobs: Jobs, job: JobRecord, out: Path) -> tuple[Path, list[Delivered]]:
    """Writes the job's folder below `out`, finished or failed. Returns it with the deliverables there are."""
    folder = out / job.job
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "job.json").write_bytes(jobs.store.get(keys.job(job.job)))
    _copy_logs(jobs.store, job, folder / "logs")
    status = job_status(jobs, job.job)
    if status.quality is not None:
        (folder / "quality.json").write_bytes(codec.to_json(status.quality))
    for step in status.steps:
        if step.record is not None and step.manifest is not None:
            _lay_out_step(jobs.store, step.record, step.manifest, folder)
    return folder, [_deliver(jobs.store, folder, *made) for made in deliverables(job, status.delivering)]


def _copy_logs(store: Store, job: JobRecord, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for key in store.list(keys.pipeline_logs(job.job)):
        (folder / Path(key).name).write_bytes(store.get(key))


def _lay_out_step(store: Store, manifest: Manifest, artifact: Artifact, job_folder: Path) -> None:
    folder = job_folder / manifest.step.folder
    if manifest.shard != keys.UNSHARDED:
        folder /= _inside(manifest.shard)
    folder.mkdir(parents=True, exist_ok=True)
    _copy(store, artifact, folder / "manifest.json")
    for name, kept in kept_files(manifest):
        _copy(store, kept, folder / _inside(name))


def kept_files(manifest: Manifest) -> Iterator[tuple[str, Artifact]]:
    """The files that a step's folder holds beside its manifest, by name."""
    yield from ((log.name, log.artifact) for log in manifest.logs)
    yield from ((output.file_name, output.artifact) for output in manifest.outputs)
    yield from ((kept.file_name, kept.artifact) for kept in manifest.intermediates if kept.retained)


def deliverables(job: JobRecord, manifests: Iterable[Manifest]) -> Iterator[tuple[str, OutputRecord]]:
    """The outputs that people asked for, as far as they are made, each with the name its file gets."""
    made = [(manifest.stage, output) for manifest in manifests for output in manifest.outputs]
    for wanted in job.deliverables:
        for stage, output in made:
            if (stage, output.role) == (wanted.stage, wanted.output):
                yield _file_name(job, output, wanted.extension), output


def _file_name(job: JobRecord, output: OutputRecord, extension: str) -> str:
    """A clip's film counts from its own beginning; its own name keeps players from showing the film's subtitles."""
    language = output.attributes.get("language", "")
    is_clip = job.clip_start is not None or job.clip_end is not None
    clip = ".clip" if is_clip and output.artifact.media_type.startswith("video/") else ""
    return f"{safe_name(job.media.title)}{clip}{'.' * bool(language)}{_inside(language)}{extension}"


def _deliver(store: Store, folder: Path, name: str, output: OutputRecord) -> Delivered:
    _copy(store, output.artifact, folder / name)
    return Delivered(output.role, output.attributes.get("language", ""), folder / name, output.artifact.digest)


def _copy(store: Store, artifact: Artifact, path: Path) -> None:
    """A copy that people may edit: never a link into the store. Several processes may lay out one job at once."""
    if path.is_file() and digest_file(path) == artifact.digest:
        return
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".") as folder:
        fetched, copied = Path(folder, "fetched"), Path(folder, "copied")
        blobs.fetch(store, artifact, fetched)
        shutil.copyfile(fetched, copied)
        copied.replace(path)


def _inside(name: str) -> str:
    """A name that a record gives, as one that leads out of no folder: records may be forged."""
    return _UNSAFE.sub(" ", name) if name.strip(". ") else name.replace(".", "_")


def safe_name(title: str) -> str:
    """A file name made of a title: one line, no folders, not hidden, short enough for an ending."""
    name = _UNSAFE.sub(" ", title).lstrip(" .-").rstrip()
    short = name.encode()[:_NAME_BYTES].decode(errors="ignore").strip()
    return short or "film"
