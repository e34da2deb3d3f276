"""The questions to the tables, each one statement. Ways of any length are followed inside SQLite, without recursion."""

# ruff: noqa: S608  statements are put together out of the text of this module alone

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from .entries import Given, IndexedFile, IndexedJob, IndexedModel, IndexedStep, StepBrief, TermUse
from .rows import folded

_PREFIX = re.compile(r"[0-9a-f]{8,64}")
_SHOWN = 10

_JOB = "j.name, j.title, j.workflow, j.tenant, j.created"
_STEP = (
    "j.name, j.title, m.number, m.stage, m.shard, m.attempt, m.is_commit, m.status, m.digest, m.key, m.stage_version, "
    "m.action_key, s.body, m.finished, m.seconds, m.compute_seconds, m.media_seconds"
)
_STEP_COLUMNS = _STEP.count(",") + 1
_STEPS = "manifests m JOIN jobs j ON j.id = m.job JOIN settings s ON s.id = m.settings"
_IN_ORDER = "j.name, m.number, m.shard, m.attempt"
_FILE = "f.kind, f.role, f.name, f.digest, f.media_type, f.delivered"
_NAMED = "SELECT m.id FROM manifests m JOIN json_each(?) d ON m.digest = d.value"

_MADE_FROM = f"""
WITH RECURSIVE made(id) AS (
    {_NAMED}
    UNION
    SELECT e.consumer FROM made JOIN manifests p ON p.id = made.id JOIN edges e ON e.producer = p.digest
)
"""
_MADE_FROM_EACH = """
WITH RECURSIVE made(start, id) AS (
    SELECT m.digest, m.id FROM manifests m JOIN json_each(?) d ON m.digest = d.value
    UNION
    SELECT made.start, e.consumer FROM made JOIN manifests p ON p.id = made.id JOIN edges e ON e.producer = p.digest
)
"""
_BEHIND = f"""
WITH RECURSIVE behind(id) AS (
    {_NAMED}
    UNION
    SELECT p.id FROM behind JOIN edges e ON e.consumer = behind.id JOIN manifests p ON p.digest = e.producer
)
"""


def jobs(db: sqlite3.Connection) -> list[IndexedJob]:
    return [IndexedJob(*row) for row in db.execute(f"SELECT {_JOB} FROM jobs j ORDER BY j.name")]


def steps(db: sqlite3.Connection, job: str, stage: str) -> list[IndexedStep]:
    return _steps(db, "m.is_commit AND ? IN ('', j.name) AND ? IN ('', m.stage)", (job, stage))


def models_of(db: sqlite3.Connection, manifests: Iterable[str]) -> dict[str, list[IndexedModel]]:
    found = db.execute(
        "SELECT m.digest, o.name, o.revision, o.digest FROM manifests m JOIN json_each(?) d ON m.digest = d.value "
        "JOIN used_models u ON u.manifest = m.id JOIN models o ON o.id = u.model ORDER BY o.name",
        (_listed(manifests),),
    )
    models: dict[str, list[IndexedModel]] = {}
    for manifest, *model in found:
        models.setdefault(manifest, []).append(IndexedModel(*model))
    return models


def of_tenant(db: sqlite3.Connection, jobs: Iterable[str], tenant: str) -> set[str]:
    """Those of the jobs that are the tenant's."""
    found = db.execute(
        "SELECT j.name FROM json_each(?) a JOIN jobs j ON j.name = a.value WHERE j.tenant = ?", (_listed(jobs), tenant)
    )
    return {name for (name,) in found}


def models_named(db: sqlite3.Connection, name: str, tenant: str = "") -> list[IndexedModel]:
    """Of a tenant, those that its steps had; so for every question that takes one."""
    plain, _, revision = name.partition("@")
    below, above = _range(name)
    had = "SELECT 1 FROM used_models u JOIN manifests m ON m.id = u.manifest JOIN jobs j ON j.id = m.job"
    found = db.execute(
        "SELECT o.name, o.revision, o.digest FROM models o "
        "WHERE ((o.name = ? AND ? IN ('', o.revision)) OR o.digest BETWEEN ? AND ?) "
        f"AND (?5 = '' OR EXISTS ({had} WHERE u.model = o.id AND j.tenant = ?5)) "
        "ORDER BY o.name, o.revision, o.digest",
        (plain, revision, below, above, tenant),
    )
    return [IndexedModel(*row) for row in found]


def with_models(db: sqlite3.Connection, models: Iterable[IndexedModel]) -> list[IndexedStep]:
    wanted = json.dumps([[model.name, model.revision, model.digest] for model in models])
    had = (
        "SELECT u.manifest FROM json_each(?) w JOIN models o ON o.name = w.value ->> 0 AND o.revision = w.value ->> 1 "
        "AND o.digest = w.value ->> 2 JOIN used_models u ON u.model = o.id"
    )
    return _steps(db, f"m.is_commit AND m.id IN ({had})", (wanted,))


def taking(db: sqlite3.Connection, digest: str) -> list[IndexedStep]:
    return _steps(db, "m.is_commit AND m.id IN (SELECT manifest FROM inputs WHERE digest = ?)", (digest,))


def having_term(db: sqlite3.Connection, term: str) -> list[IndexedStep]:
    had = (
        "SELECT i.manifest FROM terms t JOIN documents d ON d.id = t.document JOIN inputs i ON i.digest = d.digest "
        "WHERE t.form = ?"
    )
    return _steps(db, f"m.is_commit AND m.id IN ({had})", (folded(term),))


def uses_of_term(db: sqlite3.Connection, term: str) -> list[TermUse]:
    """A report counts by the ids of the glossary that the same step took."""
    found = db.execute(
        f"SELECT DISTINCT {_STEP}, u.offered, u.found FROM {_STEPS} JOIN inputs i ON i.manifest = m.id "
        "JOIN documents g ON g.digest = i.digest JOIN terms t ON t.document = g.id AND t.form = ? "
        "JOIN files f ON f.manifest = m.id JOIN documents r ON r.digest = f.digest "
        f"JOIN uses u ON u.document = r.id AND u.term = t.term WHERE m.is_commit ORDER BY {_IN_ORDER}",
        (folded(term),),
    )
    return [TermUse(_step(row), *row[_STEP_COLUMNS:]) for row in found]


def made_from(db: sqlite3.Connection, manifests: Iterable[str]) -> list[IndexedStep]:
    return _steps(db, "m.is_commit AND m.id IN (SELECT id FROM made)", (), _MADE_FROM, manifests)


def briefly_made_from(db: sqlite3.Connection, manifests: Iterable[str]) -> list[StepBrief]:
    statement = (
        f"{_MADE_FROM} SELECT j.name, m.stage, m.shard, m.status, m.digest, m.compute_seconds FROM made "
        "JOIN manifests m ON m.id = made.id JOIN jobs j ON j.id = m.job WHERE m.is_commit ORDER BY m.job, m.number"
    )
    return list(map(StepBrief._make, db.execute(statement, (_listed(manifests),))))


def behind(db: sqlite3.Connection, manifests: Iterable[str]) -> list[IndexedStep]:
    found = _steps(db, "m.id IN (SELECT id FROM behind)", (), _BEHIND, manifests)
    return sorted(found, key=lambda step: step.finished)


def deliverables_made_from(db: sqlite3.Connection, manifests: Iterable[str]) -> list[IndexedFile]:
    return _files(db, "f.delivered <> '' AND m.id IN (SELECT id FROM made)", (), _MADE_FROM, manifests)


def deliverables_of_each(db: sqlite3.Connection, manifests: Iterable[str]) -> dict[str, list[IndexedFile]]:
    found = db.execute(
        f"{_MADE_FROM_EACH} SELECT made.start, {_STEP}, {_FILE} FROM {_STEPS} JOIN made ON made.id = m.id "
        f"JOIN files f ON f.manifest = m.id WHERE f.delivered <> '' ORDER BY {_IN_ORDER}, f.position",
        (_listed(manifests),),
    )
    files: dict[str, list[IndexedFile]] = {}
    for start, *row in found:
        files.setdefault(start, []).append(_file(row))
    return files


def makers(db: sqlite3.Connection, digest: str) -> list[IndexedFile]:
    return _files(db, "f.digest = ?", (digest,))


def manifests(db: sqlite3.Connection, digest: str) -> list[IndexedStep]:
    return _steps(db, "m.digest = ?", (digest,))


def film(db: sqlite3.Connection, job: str) -> Given:
    (row,) = db.execute(
        "SELECT j.name, j.title, g.name, g.file_name, g.digest FROM given g JOIN jobs j ON j.id = g.job "
        "WHERE j.name = ? AND g.name = ''",
        (job,),
    )
    return Given(*row)


def given(db: sqlite3.Connection, digest: str) -> list[Given]:
    found = db.execute(
        "SELECT j.name, j.title, g.name, g.file_name, g.digest FROM given g JOIN jobs j ON j.id = g.job "
        "WHERE g.digest = ? ORDER BY j.name, g.name, g.file_name",
        (digest,),
    )
    return [Given(*row) for row in found]


def given_as(db: sqlite3.Connection, name: str, file_name: str) -> list[Given]:
    found = db.execute(
        "SELECT j.name, j.title, g.name, g.file_name, g.digest FROM given g JOIN jobs j ON j.id = g.job "
        "WHERE g.name = ? AND g.file_name = ? ORDER BY j.name, g.digest",
        (name, file_name),
    )
    return [Given(*row) for row in found]


def records(db: sqlite3.Connection, digest: str) -> list[tuple[IndexedJob, str]]:
    return [
        (IndexedJob(*row), f"{column if column == 'seal' else 'job'}.json")
        for column in ("record", "seal")
        for row in db.execute(f"SELECT {_JOB} FROM jobs j WHERE j.{column} = ? ORDER BY j.name", (digest,))
    ]


def digests(db: sqlite3.Connection, prefix: str, tenant: str = "") -> list[str]:
    below, above = _range(prefix)
    of_step = "JOIN manifests m ON m.id = d.manifest JOIN jobs j ON j.id = m.job"
    of_job = "JOIN jobs j ON j.id = d.job"
    ways = {"files": of_step, "inputs": of_step, "given": of_job, "manifests": of_job}
    found = db.execute(
        " UNION ".join(
            f"SELECT d.digest FROM {table} d {way} WHERE d.digest BETWEEN ?1 AND ?2 AND ?3 IN ('', j.tenant)"
            for table, way in ways.items()
        )
        + " ORDER BY 1 LIMIT ?4",
        (below, above, tenant, _SHOWN),
    )
    return [digest for (digest,) in found]


def _steps(
    db: sqlite3.Connection, which: str, values: tuple[Any, ...], way: str = "", start: Iterable[str] = ()
) -> list[IndexedStep]:
    """The steps for which a condition holds, in order; `way` says what of `start` may stand in it."""
    statement = f"{way} SELECT {_STEP} FROM {_STEPS} WHERE {which} ORDER BY {_IN_ORDER}"
    begun = (_listed(start),) if way else ()
    return [_step(row) for row in db.execute(statement, (*begun, *values))]


def _files(
    db: sqlite3.Connection, which: str, values: tuple[Any, ...], way: str = "", start: Iterable[str] = ()
) -> list[IndexedFile]:
    """The files for which a condition holds, likewise."""
    statement = (
        f"{way} SELECT {_STEP}, {_FILE} FROM {_STEPS} JOIN files f ON f.manifest = m.id WHERE {which} "
        f"ORDER BY {_IN_ORDER}, f.position"
    )
    begun = (_listed(start),) if way else ()
    return [_file(row) for row in db.execute(statement, (*begun, *values))]


def _file(row: Sequence[Any]) -> IndexedFile:
    return IndexedFile(_step(row), *row[_STEP_COLUMNS:])


def _step(row: Sequence[Any]) -> IndexedStep:
    return IndexedStep._make((*row[:6], bool(row[6]), *row[7:_STEP_COLUMNS]))


def _listed(digests_: Iterable[str]) -> str:
    return json.dumps(list(digests_))


def _range(prefix: str) -> tuple[str, str]:
    """The digests that begin so lie between these; nothing does for what is no beginning of a digest."""
    return (prefix, prefix.ljust(64, "f")) if _PREFIX.fullmatch(prefix) else ("", "")
