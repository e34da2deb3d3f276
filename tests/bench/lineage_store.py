"""A store with thousands of finished jobs of all thirteen stages, written as fast as the disk takes them.

Every other job is about the film of the job before it and takes over what that one had made of its sound. Only what the
index reads has bytes: records, manifests, glossaries and the reports on their use.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from coordinator.records import Deliverable, JobRecord, MediaRecord, PlannedStep
from services.documents import codec, cues, glossary, media, speech, transcript, translation
from services.documents.glossary import Glossary, GlossaryUsage, Term, TermUse
from services.runtime import manifest as manifests
from services.runtime.artifact import Artifact, digest_bytes
from services.runtime.canonical import canonical_json
from services.runtime.manifest import (
    HostRecord,
    InputRecord,
    LogRecord,
    Manifest,
    ModelRecord,
    Origin,
    OutputRecord,
    SettingRecord,
    Status,
    Throughput,
    Times,
)
from services.runtime.store import keys
from services.runtime.store.keys import UNSHARDED, Step
from tests.jobs_in_memory import CODE, START

# Stage and shard, what it takes (`stage.role`, and of the film `film`), what it gives (role: media type), its model.
STEPS: tuple[tuple[str, str, tuple[str, ...], Mapping[str, str], str], ...] = (
    ("demux", UNSHARDED, ("film",), {"speech_audio": "audio/wav", "media_document": media.MEDIA_TYPE}, ""),
    ("metadata", UNSHARDED, (), {"film": "application/json"}, ""),
    ("glossary", UNSHARDED, ("metadata.film",), {"glossary": glossary.MEDIA_TYPE}, ""),
    ("separation", UNSHARDED, ("demux.speech_audio",), {"vocals": "audio/wav"}, "htdemucs"),
    ("vad", UNSHARDED, ("demux.media_document", "separation.vocals"), {"speech": speech.MEDIA_TYPE}, "segmentation"),
    ("diarization", UNSHARDED, ("separation.vocals", "vad.speech"), {"speakers": "application/json"}, "ge2e"),
    (
        "asr",
        UNSHARDED,
        ("separation.vocals", "vad.speech", "glossary.glossary"),
        {"transcript": transcript.MEDIA_TYPE, "glossary_usage": glossary.USAGE_MEDIA_TYPE},
        "whisper-base",
    ),
    (
        "alignment",
        UNSHARDED,
        ("separation.vocals", "asr.transcript", "diarization.speakers"),
        {"transcript": transcript.MEDIA_TYPE},
        "wav2vec2",
    ),
    ("lyrics", UNSHARDED, ("alignment.transcript", "separation.vocals"), {"lyrics": "application/json"}, ""),
    (
        "hallucination",
        UNSHARDED,
        ("alignment.transcript", "vad.speech", "lyrics.lyrics"),
        {"transcript": transcript.MEDIA_TYPE},
        "",
    ),
    (
        "translation",
        "pt",
        ("hallucination.transcript", "glossary.glossary"),
        {"translation": translation.MEDIA_TYPE, "glossary_usage": glossary.USAGE_MEDIA_TYPE},
        "marian",
    ),
    (
        "subtitles",
        "pt",
        ("translation.translation", "hallucination.transcript"),
        {"cues": cues.MEDIA_TYPE, "srt": "application/x-subrip", "vtt": "text/vtt"},
        "",
    ),
    ("mux", UNSHARDED, ("film", "subtitles.srt"), {"mkv": "video/x-matroska"}, ""),
)
NODES_PER_JOB = 1 + len(STEPS) + sum(len(gives) for _, _, _, gives, _ in STEPS)
"""Of the graph of lineage: the film, the steps, and what they wrote."""
REUSED = ("demux", "separation", "vad", "diarization")
"""Stages that every second job finds done."""
TERMS = 20
MODEL_IN_FEW = "whisper-rare"
"""The recogniser of one job in a hundred."""

_DIGEST = re.compile(rb"(?P<folder>blobs/sha256/../)?(?P<digest>[0-9a-f]{64})")
_JOB = "19700101-000000-000000000000"
"""Stands in templates where the name of a job belongs."""


def names(count: int) -> list[str]:
    return [f"20260314-{number:06d}-{digest_bytes(str(number).encode())[:12]}" for number in range(count)]


def write_store(folder: Path, count: int) -> list[str]:
    """Writes so many jobs below the folder of a store and returns their names. Nothing is made durable."""
    listed = names(count)
    before: Mapping[str, str] = {}
    for number, name in enumerate(listed):
        before = _write_job(folder, name, number, before if number % 2 else {})
    return listed


def content(number: int, what: str) -> str:
    """The digest of what a stage made of the film of that job, e.g. `demux.speech_audio`, or of the `film`."""
    return digest_bytes(f"{number // 2} {what}".encode())


def _write_job(folder: Path, name: str, number: int, before: Mapping[str, str]) -> dict[str, str]:
    """Returns the digest of each stage's manifest; `before` are those of the job whose steps it reuses."""
    terms = _write_terms(folder, number)
    table = {_token(what).encode(): content(number, what).encode() for what in _contents()}
    table |= {_token(what).encode(): digest.encode() for what, digest in terms.items()}
    made: dict[str, str] = {}
    for position, (stage, shard, *_) in enumerate(STEPS, 1):
        template = _template(position, is_reused=stage in before and stage in REUSED)
        if stage in before:
            table[_token(f"original {stage}").encode()] = before[stage].encode()
        data = _filled(template, name, table)
        if number % 100 == 0:
            data = data.replace(b"whisper-base", MODEL_IN_FEW.encode())
        made[stage] = digest_bytes(data)
        table[_token(f"manifest {stage}").encode()] = made[stage].encode()
        _write_step(folder, Step(name, position, stage, shard), data)
    record = _filled(_record(), name, table)
    _write(folder / keys.job(name), record)
    _write(folder / keys.seal(name), canonical_json({"job": name}))  # that there is one is all that is asked
    return made


def _filled(template: bytes, name: str, table: Mapping[bytes, bytes]) -> bytes:
    def real(found: re.Match[bytes]) -> bytes:
        digest = table.get(found["digest"], found["digest"])
        return b"blobs/sha256/" + digest[:2] + b"/" + digest if found["folder"] else digest

    return _DIGEST.sub(real, template.replace(_JOB.encode(), name.encode()))


def _write_step(folder: Path, step: Step, data: bytes) -> None:
    attempt = folder / step.attempt(1, "manifest")
    _write(attempt, data)
    _write(folder / step.attempt(1, "started"), b"{}\n")
    os.link(attempt, folder / step.commit)


def _write_terms(folder: Path, number: int) -> dict[str, str]:
    """Writes the glossary of a film and what came of it, and returns their digests by what they are."""
    documents = _term_documents(number)
    for data in documents.values():
        path = folder / keys.blob(digest_bytes(data))
        if not path.exists():
            _write(path, data)
    return {what: digest_bytes(data) for what, data in documents.items()}


def _term_documents(number: int) -> dict[str, bytes]:
    """Of every film equally many bytes, so that one template of a manifest serves them all."""
    terms = [f"Name {number // 2:06d}-{place:02d}" for place in range(TERMS - 1)] + ["Dashwood"]
    document = Glossary("en", tuple(Term(f"term:{n}", text, "job", (f"job:0:{n}",)) for n, text in enumerate(terms)))
    uses = tuple(TermUse(f"term:{n}", text, n % 3, n % 2) for n, text in enumerate(terms))
    return {
        "glossary.glossary": codec.to_json(document),
        "asr.glossary_usage": codec.to_json(GlossaryUsage("asr", "en", uses)),
        "translation.glossary_usage": codec.to_json(GlossaryUsage("translation", "pt", uses)),
    }


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _contents() -> Sequence[str]:
    made = [f"{stage}.{role}" for stage, _, _, gives, _ in STEPS for role in gives]
    return ["film", *made, *(f"log {stage}" for stage, *_ in STEPS)]


@functools.cache
def _token(what: str) -> str:
    """What stands in a template where the digest of something belongs."""
    return digest_bytes(f"token of {what}".encode())


def _artifact(what: str, media_type: str) -> Artifact:
    size = len(_term_documents(0).get(what, b"of any size"))
    return Artifact(keys.blob(_token(what)), _token(what), size, media_type)


@functools.cache
def _template(position: int, *, is_reused: bool) -> bytes:
    """The manifest of a step, as large as they are in practice."""
    stage, shard, takes, gives, model = STEPS[position - 1]
    types = {f"{name}.{role}": kind for name, _, _, made, _ in STEPS for role, kind in made.items()}
    manifest = Manifest(
        job=_JOB,
        stage=stage,
        stage_version="1",
        number=position,
        attempt=1,
        status=Status.SUCCEEDED,
        times=Times(START, START, START, compute_seconds=5.5, load_seconds=1.0),
        code=CODE,
        host=HostRecord(
            *("node-7", "pod-3", 4711, "Debian 12", "3.11.2", "x86_64", 16, 64 << 30, ("NVIDIA L4",), "550.54"),
            libraries={f"library-{number}": "1.2.3" for number in range(30)},
        ),
        shard=shard,
        action_key=_token(f"action {stage}"),
        inputs=tuple(_input(what, types) for what in takes),
        outputs=tuple(
            OutputRecord(role, f"{role}.bin", _artifact(f"{stage}.{role}", kind)) for role, kind in gives.items()
        ),
        settings={f"setting_{number}": SettingRecord(number, "default") for number in range(20)},
        models=(ModelRecord(model, f"hf:{model}", "1.0.0", _token(f"model {model}"), "MIT"),) if model else (),
        throughput=Throughput(7200.0, 0.01),
        logs=(LogRecord("stage.log", _artifact(f"log {stage}", "text/plain")),),
    )
    if is_reused:
        step = Step(_JOB, position, stage, shard)
        original = Artifact(step.commit, _token(f"original {stage}"), 4711, manifests.MEDIA_TYPE)
        manifest = replace(manifest, status=Status.REUSED, reused=original)
    return manifests.to_json(manifest)


def _input(what: str, types: Mapping[str, str]) -> InputRecord:
    stage, _, role = what.rpartition(".")
    if not stage:
        return InputRecord("media", _artifact("film", "video/x-matroska"))
    return InputRecord(role, _artifact(what, types[what]), Origin(_token(f"manifest {stage}"), role))


@functools.cache
def _record() -> bytes:
    return JobRecord(
        job=_JOB,
        workflow="subtitle",
        media=MediaRecord(_artifact("film", "video/x-matroska"), "A Film", "a film.mkv", 7200.0),
        source_language="en",
        profile="gpu",
        plan=tuple(PlannedStep(number, stage, shard) for number, (stage, shard, *_) in enumerate(STEPS, 1)),
        deliverables=(
            Deliverable("mux", "mkv", ".mkv"),
            Deliverable("subtitles", "srt", ".srt"),
            Deliverable("subtitles", "vtt", ".vtt"),
        ),
        request_digest=_token("request"),
        create_time=START,
        code=CODE,
        target_languages=("pt",),
    ).to_json()
