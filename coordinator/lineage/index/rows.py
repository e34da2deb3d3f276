"""Writes what was gathered of a job into the tables of the index, and takes it out again."""

# ruff: noqa: S608  statements are put together out of the names of tables and columns alone

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator

from services.documents.folding import fold
from services.documents.glossary import Glossary
from services.runtime.manifest import Manifest

from .gathering import Gathered, GatheredManifest, TermDocument

Row = tuple[object, ...]

OUTPUT, INTERMEDIATE, LOG = "output", "intermediate", "log"


def add_job(db: sqlite3.Connection, gathered: Gathered) -> None:
    """Adds a job that the index does not have."""
    job = _add_record(db, gathered)
    first = _next_id(db, "manifests")
    numbered = list(enumerate(gathered.manifests, first))
    _insert(db, "manifests", (_manifest(db, number, job, found) for number, found in numbered))
    _insert(db, "inputs", (row for number, found in numbered for row in _inputs(number, found.manifest)))
    _insert(db, "edges", (row for number, found in numbered for row in _edges(number, found.manifest)))
    _insert(db, "files", (row for number, found in numbered for row in _files(number, found)))
    _insert(db, "used_models", (row for number, found in numbered for row in _models(db, number, found.manifest)))


def remove_job(db: sqlite3.Connection, name: str) -> None:
    """Takes a job out; nothing happens if it is not there."""
    of_job = "SELECT m.id FROM manifests m JOIN jobs j ON j.id = m.job WHERE j.name = ?"
    for table in ("inputs", "files", "used_models"):
        db.execute(f"DELETE FROM {table} WHERE manifest IN ({of_job})", (name,))
    db.execute(f"DELETE FROM edges WHERE consumer IN ({of_job})", (name,))
    for table in ("given", "manifests"):
        db.execute(f"DELETE FROM {table} WHERE job IN (SELECT id FROM jobs WHERE name = ?)", (name,))
    db.execute("DELETE FROM jobs WHERE name = ?", (name,))


def has_document(db: sqlite3.Connection, digest: str) -> bool:
    return db.execute("SELECT 1 FROM documents WHERE digest = ?", (digest,)).fetchone() is not None


def add_document(db: sqlite3.Connection, digest: str, document: TermDocument) -> None:
    """Adds the terms of a glossary, or what came of them."""
    number = _next_id(db, "documents")
    _insert(db, "documents", [(number, digest)])
    if isinstance(document, Glossary):
        _insert(db, "terms", _terms(number, document))
    else:
        told = (use for use in document.uses if use.offered or use.found)
        _insert(db, "uses", ((number, use.term, use.offered, use.found) for use in told))


def folded(text: str) -> str:
    """A term as it is looked for: in one case and one form, whatever its language, which the asker need not know."""
    return fold(" ".join(text.split()), "und", case_sensitive=False).text


def _add_record(db: sqlite3.Connection, gathered: Gathered) -> int:
    number, record = _next_id(db, "jobs"), gathered.record
    about = (record.job, record.media.title, record.workflow, record.tenant, record.create_time.isoformat())
    seen = (gathered.record_digest, gathered.seal_digest, gathered.standing.value, gathered.round, gathered.keys)
    _insert(db, "jobs", [(number, *about, *seen)])
    film = (number, "", record.media.file_name, record.media.artifact.digest)
    _insert(db, "given", [film, *((number, it.name, it.file_name, it.artifact.digest) for it in record.files)])
    return number


def _manifest(db: sqlite3.Connection, number: int, job: int, found: GatheredManifest) -> Row:
    m, times = found.manifest, found.manifest.times
    return (
        *(number, job, found.digest, found.key, m.number, m.stage, m.shard, m.attempt, found.is_commit),
        *(m.status.value, m.stage_version, m.action_key, _settings(db, m), times.finished.isoformat()),
        *((times.finished - times.started).total_seconds(), times.compute_seconds),
        m.throughput.media_seconds if m.throughput else None,
    )


def _settings(db: sqlite3.Connection, manifest: Manifest) -> int:
    values = {name: setting.value for name, setting in manifest.settings.items()}
    return _shared(db, "settings", {"body": json.dumps(values, sort_keys=True)})


def _inputs(number: int, manifest: Manifest) -> Iterator[Row]:
    return ((number, place, it.role, it.artifact.digest) for place, it in enumerate(manifest.inputs))


def _edges(number: int, manifest: Manifest) -> Iterator[Row]:
    """Each once: of two inputs of one role both may come from one producer."""
    origins = (it.origin for it in manifest.inputs if it.origin)
    yield from dict.fromkeys((number, origin.manifest, origin.role) for origin in origins)
    if manifest.reused:
        yield number, manifest.reused.digest, ""


def _files(number: int, found: GatheredManifest) -> Iterator[Row]:
    manifest = found.manifest
    written = [
        *(
            (OUTPUT, it.role, it.file_name, it.artifact, delivered)
            for it, delivered in zip(manifest.outputs, found.delivered, strict=True)
        ),
        *((INTERMEDIATE, "", it.file_name, it.artifact, "") for it in manifest.intermediates),
        *((LOG, "", it.name, it.artifact, "") for it in manifest.logs),
    ]
    for place, (kind, role, name, artifact, delivered) in enumerate(written):
        yield number, place, kind, role, name, artifact.digest, artifact.media_type, delivered


def _models(db: sqlite3.Connection, number: int, manifest: Manifest) -> Iterator[Row]:
    used = (
        _shared(db, "models", {"name": it.name, "revision": it.revision, "digest": it.digest}) for it in manifest.models
    )
    return ((number, model) for model in dict.fromkeys(used))


def _terms(document: int, glossary: Glossary) -> Iterator[Row]:
    for term in glossary.terms:
        forms = dict.fromkeys(folded(form) for form in (term.text, *term.aliases, *term.script_forms.values()))
        yield from ((document, term.id, form) for form in forms)


def _shared(db: sqlite3.Connection, table: str, columns: dict[str, str]) -> int:
    """The id of the row with these values, of which there is one for all that have them."""
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    same = " AND ".join(f"{name} = ?" for name in columns)
    values = tuple(columns.values())
    found = db.execute(f"SELECT id FROM {table} WHERE {same}", values).fetchone()
    if found is None:
        found = (db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", values).lastrowid,)
    return int(found[0])


def _next_id(db: sqlite3.Connection, table: str) -> int:
    return int(db.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").fetchone()[0])


def _insert(db: sqlite3.Connection, table: str, rows: Iterable[Row]) -> None:
    listed = list(rows)
    if listed:
        marks = ", ".join("?" * len(listed[0]))
        db.executemany(f"INSERT INTO {table} VALUES ({marks})", listed)
