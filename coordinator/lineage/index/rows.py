"""Writes what was gathered of jobs into the tables of the index, and takes it out again."""

# ruff: noqa: S608  statements are put together out of the names of tables and columns alone

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping

from services.documents.folding import fold
from services.documents.glossary import Glossary
from services.runtime.manifest import Manifest, ModelRecord

from .gathering import Gathered, GatheredManifest, TermDocument

Row = tuple[object, ...]

OUTPUT, INTERMEDIATE, LOG = "output", "intermediate", "log"


class Rows:
    """The rows of a batch of jobs that the index does not have: gathered first, then written table by table."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._tables: dict[str, list[Row]] = {}
        self._next = {table: _next_id(db, table) for table in ("jobs", "manifests", "documents")}
        self._known: dict[tuple[str, ...], int] = {}
        self._documents: set[str] = set()

    def add_job(self, gathered: Gathered) -> None:
        job = self._number("jobs")
        record = gathered.record
        about = (record.job, record.media.title, record.workflow, record.tenant, record.create_time.isoformat())
        seen = (gathered.record_digest, gathered.seal_digest, gathered.standing.value, gathered.round, gathered.keys)
        self._add("jobs", [(job, *about, *seen)])
        self._add("given", [(job, "", record.media.file_name, record.media.artifact.digest)])
        self._add("given", [(job, it.name, it.file_name, it.artifact.digest) for it in record.files])
        for found in gathered.manifests:
            self._add_manifest(job, found)

    def has_document(self, digest: str) -> bool:
        """Whether the index has it, or will have it."""
        if digest in self._documents:
            return True
        return self._db.execute("SELECT 1 FROM documents WHERE digest = ?", (digest,)).fetchone() is not None

    def add_document(self, digest: str, document: TermDocument) -> None:
        """Adds the terms of a glossary, or what came of them."""
        number = self._number("documents")
        self._documents.add(digest)
        self._add("documents", [(number, digest)])
        if isinstance(document, Glossary):
            self._add("terms", _terms(number, document))
        else:
            told = (use for use in document.uses if use.offered or use.found)
            self._add("uses", ((number, use.term, use.offered, use.found) for use in told))

    def write(self) -> None:
        for table, rows in self._tables.items():
            marks = ", ".join("?" * len(rows[0]))
            self._db.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)

    def _add_manifest(self, job: int, found: GatheredManifest) -> None:
        number, m, times = self._number("manifests"), found.manifest, found.manifest.times
        row = (
            *(number, job, found.digest, found.key, m.number, m.stage, m.shard, m.attempt, found.is_commit),
            *(m.status.value, m.stage_version, m.action_key, self._settings(m), times.finished.isoformat()),
            *((times.finished - times.started).total_seconds(), times.compute_seconds),
            m.throughput.media_seconds if m.throughput else None,
        )
        self._add("manifests", [row])
        self._add("inputs", ((number, place, it.role, it.artifact.digest) for place, it in enumerate(m.inputs)))
        self._add("edges", _edges(number, m))
        self._add("files", _files(number, found))
        self._add("used_models", ((number, model) for model in dict.fromkeys(map(self._model, m.models))))

    def _settings(self, manifest: Manifest) -> int:
        values = {name: setting.value for name, setting in manifest.settings.items()}
        return self._same("settings", body=json.dumps(values, sort_keys=True))

    def _model(self, model: ModelRecord) -> int:
        return self._same("models", name=model.name, revision=model.revision, digest=model.digest)

    def _same(self, table: str, **columns: str) -> int:
        """The id of the row with these values, of which there is one for all that have them."""
        key = (table, *columns.values())
        if key not in self._known:
            self._known[key] = _row_with(self._db, table, columns)
        return self._known[key]

    def _number(self, table: str) -> int:
        self._next[table] += 1
        return self._next[table] - 1

    def _add(self, table: str, rows: Iterable[Row]) -> None:
        if listed := list(rows):
            self._tables.setdefault(table, []).extend(listed)


def remove_job(db: sqlite3.Connection, name: str) -> None:
    """Takes a job out; nothing happens if it is not there."""
    of_job = "SELECT m.id FROM manifests m JOIN jobs j ON j.id = m.job WHERE j.name = ?"
    for table, column in _OF_A_MANIFEST.items():
        db.execute(f"DELETE FROM {table} WHERE {column} IN ({of_job})", (name,))
    for table in ("given", "manifests"):
        db.execute(f"DELETE FROM {table} WHERE job IN (SELECT id FROM jobs WHERE name = ?)", (name,))
    db.execute("DELETE FROM jobs WHERE name = ?", (name,))


_OF_A_MANIFEST = {"inputs": "manifest", "edges": "consumer", "files": "manifest", "used_models": "manifest"}
"""Tables whose rows belong to a manifest, each with the column that says to which."""


def folded(text: str) -> str:
    """A term as it is looked for: in one case and one form, whatever its language, which the asker need not know."""
    return fold(" ".join(text.split()), "und", case_sensitive=False).text


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


def _terms(document: int, glossary: Glossary) -> Iterator[Row]:
    for term in glossary.terms:
        forms = dict.fromkeys(folded(form) for form in (term.text, *term.aliases, *term.script_forms.values()))
        yield from ((document, term.id, form) for form in forms)


def _row_with(db: sqlite3.Connection, table: str, columns: Mapping[str, str]) -> int:
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    same = " AND ".join(f"{name} = ?" for name in columns)
    values = tuple(columns.values())
    found = db.execute(f"SELECT id FROM {table} WHERE {same}", values).fetchone()
    if found is None:
        found = (db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", values).lastrowid,)
    return int(found[0])


def _next_id(db: sqlite3.Connection, table: str) -> int:
    return int(db.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").fetchone()[0])
