"""Intake: brings what a job is about into the store, or says what is wrong with it before anything is begun."""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from services.documents import codec, transcript
from services.documents.codec import DocumentError
from services.documents.entries import read_entries
from services.documents.subtitle_files import read_subtitles
from services.documents.transcript import Transcript
from services.runtime.artifact import Artifact
from services.runtime.errors import InputError, InvalidDocument, InvalidRequest, MediaNotFound, unknown_name
from services.runtime.languages import is_same_language
from services.runtime.media import check_media
from services.runtime.node import Node
from services.runtime.store import blobs, keys, sweeps
from services.runtime.store.base import Store

from .admission import JobRequest, Resolved
from .records import AUTOMATIC, FileRecord, MediaRecord

GLOSSARIES = ("film_glossary", "job_glossary", "learned_glossary", "general_glossary")
"""Terms that may come with a film, as pipelines call them."""
EDITED = "edited_subtitles"
"""A track as a person wants it, as pipelines call it; of a translation with a dot and its language."""


def take_in(store: Store, subject: Path, resolved: Resolved) -> MediaRecord:
    """Checks a film, or a transcript, of this machine and brings it into the store.

    Raises InputError if it cannot be used; then nothing is written.
    """
    checked = _check(subject, resolved.request)
    name = text_of(subject.name)
    artifact = blobs.add_file(store, subject, _media_type(name, resolved.request))
    # The files that are made of a transcript have languages of their own in their names.
    language = checked.language_code and f".{checked.language_code}"
    title = resolved.request.title or Path(name).stem.removesuffix(language)
    return MediaRecord(artifact, title, name, checked.seconds)


def take_in_files(store: Store, files: Iterable[tuple[str, Path]]) -> tuple[FileRecord, ...]:
    """Brings what comes with a film into the store, each file with what it is for. Raises InputError."""
    return tuple(_take_in_file(store, name, path) for name, path in files)


def take_over(node: Node, artifact: Artifact, title: str, resolved: Resolved) -> MediaRecord:
    """Checks a film, or a transcript, that is in the store already, every byte of it.

    Raises InputError if it is not there or cannot be used, BlobAltered if the store has other bytes.
    """
    require_there(node.store, artifact, "the film")
    with node.workspace() as folder:
        checked = _check_in(folder, node, artifact, title, resolved.request)
    return MediaRecord(artifact, title=title, file_name=title, duration_seconds=checked.seconds)


def take_over_file(store: Store, file: FileRecord) -> None:
    """Checks a file that came with a film and is in the store already. Raises InputError, BlobAltered."""
    require_purpose(file.name)
    require_there(store, file.artifact, f"the {file.name}")
    _check_content(file.name, blobs.read(store, file.artifact), file.file_name)


def require_there(store: Store, artifact: Artifact, what: str) -> None:
    """Raises InvalidRequest or MediaNotFound unless the artifact is a file of the store."""
    if artifact.uri != keys.blob(artifact.digest):
        raise InvalidRequest(
            f"{what} {artifact.uri!r} is no file of the store; put it there as {keys.blob(artifact.digest)}"
        )
    size = store.size(artifact.uri)
    if size is None:
        raise MediaNotFound(f"the store {store.url} has no {artifact.uri}; put {what} there first")
    if size != artifact.size_bytes:
        raise InvalidRequest(f"{what} {artifact.uri} has {size} bytes in the store, not {artifact.size_bytes}")


def secure(store: Store, artifacts: Iterable[Artifact], at_hand: Mapping[str, Path]) -> None:
    """Makes sure that what a job has just come to name was not collected as garbage meanwhile, and cannot be.

    Raises MediaNotFound for what is gone and not `at_hand`, where files lie by digest.
    """
    for gone in sweeps.secure(store, artifacts, at_hand):
        raise MediaNotFound(f"{gone.uri} was deleted from {store.url} as nobody had named it; put it there again")


def text_of(name: str) -> str:
    """A file's name as text: it need not be (Linux allows any bytes); what is written is."""
    return os.fsencode(name).decode(errors="replace")


def require_purpose(name: str) -> None:
    """Raises UnknownName for a file that no pipeline takes."""
    if name not in GLOSSARIES and not is_edited(name):
        raise unknown_name("purpose of a file", name, (*GLOSSARIES, EDITED))


def is_edited(name: str) -> bool:
    """Whether files of that name are tracks that a person edited."""
    return name.partition(".")[0] == EDITED


def _take_in_file(store: Store, name: str, path: Path) -> FileRecord:
    require_purpose(name)
    if not path.is_file():
        raise MediaNotFound(f"there is no file {str(path)!r}; check the path")
    _check_content(name, path.read_bytes(), str(path))
    media_type = mimetypes.guess_type(path.name)[0] or "text/plain"
    return FileRecord(name, blobs.add_file(store, path, media_type), text_of(path.name))


def _check_content(purpose: str, data: bytes, name: str) -> None:
    """Raises InvalidDocument, which tells the lines that are wrong."""
    try:
        if is_edited(purpose):
            read_subtitles(data)
        else:
            read_entries(data, name)
    except DocumentError as error:
        where = f"{name}: {error}" if is_edited(purpose) else f"{error}; docs/glossary.md tells the form"
        raise InvalidDocument(where) from error


def _media_type(name: str, request: JobRequest) -> str:
    if request.subject == "transcript":
        return transcript.MEDIA_TYPE
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


@dataclass(frozen=True)
class _Checked:
    """What the check of a subject has found out."""

    seconds: float | None = None
    """How long a film lasts, if it says so."""
    language_code: str = ""
    """Of a transcript."""


def _check(subject: Path, request: JobRequest) -> _Checked:
    if request.subject == "transcript":
        return _check_transcript(subject, request)
    return _Checked(check_media(subject, start=request.clip_start, end=request.clip_end).duration_seconds)


def _check_transcript(path: Path, request: JobRequest) -> _Checked:
    """Raises MediaNotFound, InvalidDocument, or InvalidRequest if it is in another language than was said."""
    if not path.is_file():
        raise MediaNotFound(f"there is no file {str(path)!r}; check the path")
    found, asked = _transcript(path), request.source_language
    if asked != AUTOMATIC and not is_same_language(found.language_code, asked):
        raise InvalidRequest(
            f"transcript {str(path)!r} is in {found.language_code!r}, not {asked!r}; say --source {found.language_code}"
        )
    return _Checked(language_code=found.language_code)


def _transcript(path: Path) -> Transcript:
    """Raises InvalidDocument."""
    try:
        return codec.from_json(Transcript, path.read_bytes())
    except ValueError as error:
        raise InvalidDocument(f"{str(path)!r} is no transcript of Cuegraph: {error}") from error


def _check_in(folder: Path, node: Node, artifact: Artifact, title: str, request: JobRequest) -> _Checked:
    """As `_check`. Raises InputError, which names the film as people do."""
    film = folder / "film"
    blobs.fetch(node.store, artifact, film)
    try:
        return _check(film, request)
    except InputError as error:
        raise type(error)(str(error).replace(str(film), title)) from error
