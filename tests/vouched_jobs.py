"""Jobs whose exports are signed: by one key for all, and a certificate for films."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from coordinator.lineage.exports.material import Material
from coordinator.lineage.exports.vouching import Vouching
from coordinator.lineage.seals.facts import Trust
from coordinator.records import Deliverable
from services.runtime.artifact import Artifact
from services.runtime.content_credentials import NO_CREDENTIAL, CredentialFiles
from services.runtime.manifest import ModelRecord
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


@dataclass
class MediaWriter(JobWriter):
    """Writes a job of real media: with `separation`, which takes the voices out of the sound."""

    media: Mapping[str, Path] = field(default_factory=dict)
    """By role."""
    source: Path | None = None
    """An MP4 that it is made of; without it, what it is made of is no film."""

    @property
    def film(self) -> Artifact:
        return blobs.add_file(self.store, self.source, "video/mp4") if self.source else super().film

    def _takes(self, stage: str) -> tuple[str, ...]:
        return ("speech_audio",) if stage == "separation" else super()._takes(stage)

    def _gives(self, stage: str) -> tuple[tuple[str, str, str, bytes], ...]:
        match stage:
            case "separation":
                return (("vocals", "vocals.wav", "audio/wav", self.media["wav"].read_bytes()),)
            case "mux":
                return tuple(
                    (role, f"film.{extension}", media_type, self.media[role].read_bytes())
                    for role, (extension, media_type) in MEDIA.items()
                )
        return super()._gives(stage)


def film_in_every_format(folder: Path, title: str = "A Bright Day", film: Path | None = None) -> Material:
    """A signed job that delivers subtitles and a film in every format, and whose voices a model took out of the sound.

    `film` is an MP4 that it is made of.
    """
    writer = MediaWriter(MemoryStore(), title=title, file_name=title, media=real_media(folder), source=film)
    stages = (*STAGES[:-1], "separation", "mux")
    wanted = [Deliverable("mux", role, f".{extension}") for role, (extension, _) in MEDIA.items()]
    wanted.append(Deliverable("subtitles", "subtitles_srt", ".srt"))
    record = replace(writer.record(stages), deliverables=tuple(wanted))
    writer.store.create(keys.job("film"), record.to_json())
    for number, stage in enumerate(stages, 1):
        writer.step(number, stage, **({"models": (STEMS,)} if stage == "separation" else {}))
    writer.seal(notary(PROJECT))
    return vouched(Material.of(writer.store, "film"))
