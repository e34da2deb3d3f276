"""Jobs whose exports are signed: by one key for all, and a certificate for films."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

from coordinator.lineage.exports.material import Material
from coordinator.lineage.exports.vouching import Vouching
from coordinator.lineage.seals.facts import Trust
from coordinator.records import Deliverable
from services.runtime.content_credentials import NO_CREDENTIAL, CredentialFiles
from services.runtime.manifest import ModelRecord, OutputRecord
from services.runtime.signing import TrustedKeys
from services.runtime.store import blobs, keys
from services.runtime.store.memory import MemoryStore
from tests.jobs_in_memory import STAGES, JobWriter
from tests.sealed_jobs import notary
from tests.signers import signer_of

PROJECT = signer_of("project")
TRUST = Trust(TrustedKeys.own(PROJECT))
STEMS = ModelRecord("spleeter-2stems", "package:stems==1.0", "1.0", "ab" * 32, "MIT")
MEDIA = {
    "film": ("mkv", "video/x-matroska"),
    "mp4": ("mp4", "video/mp4"),
    "mov": ("mov", "video/quicktime"),
    "wav": ("wav", "audio/wav"),
}
"""Extension and media type of each file that people get, by role."""


def vouched(material: Material, credential: CredentialFiles = NO_CREDENTIAL) -> Material:
    """The same, in the hands of one who may sign."""
    return replace(material, vouching=Vouching(lambda: (PROJECT,), lambda: TRUST, credential))


def real_media(folder: Path) -> dict[str, Path]:
    """A second of picture and sound in each format, by role, the same bytes each time."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {role: folder / f"a.{extension}" for role, (extension, _) in MEDIA.items()}
    given = ("-f", "lavfi", "-i", "testsrc=size=64x64:duration=1", "-f", "lavfi", "-i", "sine=duration=1")
    exact = ("-fflags", "+bitexact", "-flags", "+bitexact", "-t", "1")
    for path in made.values():
        subprocess.run(["ffmpeg", "-v", "error", "-y", *given, *exact, path], check=True, timeout=60)
    return made


def film_in_every_format(folder: Path, title: str = "A Bright Day", film: Path | None = None) -> Material:
    """A signed job that delivers subtitles and a film in every format, and whose voices a model took out of the sound.

    `film` is an MP4 that it is made of; without it, what it is made of is no film.
    """
    media = real_media(folder)
    writer = JobWriter(MemoryStore(), title=title, file_name=title)
    stages = (*STAGES[:-1], "separation", "mux")
    record = writer.record(stages)
    if film:
        record = replace(record, media=replace(record.media, artifact=blobs.add_file(writer.store, film, "video/mp4")))
    wanted = [Deliverable("mux", role, f".{extension}") for role, (extension, _) in MEDIA.items()]
    wanted.append(Deliverable("subtitles", "subtitles_srt", ".srt"))
    writer.store.create(keys.job("film"), replace(record, deliverables=tuple(wanted)).to_json())
    for number, stage in enumerate(stages, 1):
        writer.step(number, stage, **_made(writer, stage, media))
    writer.seal(notary(PROJECT))
    return vouched(Material.of(writer.store, "film"))


def _made(writer: JobWriter, stage: str, media: dict[str, Path]) -> dict[str, object]:
    if stage == "separation":
        voices = blobs.add_file(writer.store, media["wav"], "audio/wav")
        sound = writer.outputs["speech_audio"]
        inputs = tuple(it for it in writer.manifest(3, "asr").inputs if it.artifact == sound.artifact)
        return {"outputs": (OutputRecord("vocals", "vocals.wav", voices),), "models": (STEMS,), "inputs": inputs}
    if stage != "mux":
        return {}
    made = (
        OutputRecord(role, f"film.{extension}", blobs.add_file(writer.store, media[role], media_type))
        for role, (extension, media_type) in MEDIA.items()
    )
    return {"outputs": tuple(made)}
