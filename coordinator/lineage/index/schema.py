"""The tables of the index. Whoever changes them raises VERSION: an index of another version is built anew."""

from __future__ import annotations

VERSION = 1
"""Kept in the file as SQLite's `user_version`."""

TABLES = """
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    workflow TEXT NOT NULL,
    tenant TEXT NOT NULL,
    created TEXT NOT NULL,
    record TEXT NOT NULL,           -- digest of job.json
    seal TEXT NOT NULL,             -- digest of the seal, empty without one
    state TEXT NOT NULL,            -- open, over (until it is tried again) or settled for good
    round INTEGER NOT NULL,         -- the last that was asked for
    keys TEXT NOT NULL              -- digest of the names of all that the job consists of
);

CREATE TABLE given (                -- what came from outside: the film and the files beside it
    job INTEGER NOT NULL,
    name TEXT NOT NULL,             -- what it is for; empty for the film itself
    file_name TEXT NOT NULL,
    digest TEXT NOT NULL
);

CREATE TABLE manifests (            -- one row for an attempt and the commit of it
    id INTEGER PRIMARY KEY,
    job INTEGER NOT NULL,
    digest TEXT NOT NULL,
    key TEXT NOT NULL,
    number INTEGER NOT NULL,
    stage TEXT NOT NULL,
    shard TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    is_commit INTEGER NOT NULL,
    status TEXT NOT NULL,
    stage_version TEXT NOT NULL,
    action_key TEXT NOT NULL,
    settings INTEGER NOT NULL,
    finished TEXT NOT NULL,
    seconds REAL NOT NULL,
    compute_seconds REAL NOT NULL,
    media_seconds REAL              -- null where the stage told of no media
);

CREATE TABLE settings (
    id INTEGER PRIMARY KEY,
    body TEXT NOT NULL UNIQUE       -- JSON: the value of each
);

CREATE TABLE inputs (
    manifest INTEGER NOT NULL,
    position INTEGER NOT NULL,
    role TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (manifest, position)
) WITHOUT ROWID;

CREATE TABLE edges (                -- who is made out of whom; with an empty role: reused as a whole
    consumer INTEGER NOT NULL,
    producer TEXT NOT NULL,         -- digest of a manifest, which may be of another job or gone
    role TEXT NOT NULL,
    PRIMARY KEY (consumer, producer, role)
) WITHOUT ROWID;

CREATE TABLE files (                -- what an attempt wrote
    manifest INTEGER NOT NULL,
    position INTEGER NOT NULL,
    kind TEXT NOT NULL,             -- output, intermediate or log
    role TEXT NOT NULL,             -- of an output; empty for the others
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    media_type TEXT NOT NULL,
    delivered TEXT NOT NULL,        -- the name of the file that people get; empty if it is none of those
    PRIMARY KEY (manifest, position)
) WITHOUT ROWID;

CREATE TABLE models (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    revision TEXT NOT NULL,
    digest TEXT NOT NULL,
    UNIQUE (name, revision, digest)
);
CREATE TABLE used_models (
    manifest INTEGER NOT NULL,
    model INTEGER NOT NULL,
    PRIMARY KEY (manifest, model)
) WITHOUT ROWID;

CREATE TABLE documents (            -- glossaries and reports on their use that were read; equal ones only once
    id INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE
);
CREATE TABLE terms (                -- of a glossary: each way in which it writes a term
    document INTEGER NOT NULL,
    term TEXT NOT NULL,             -- its id in the glossary
    form TEXT NOT NULL              -- folded
);
CREATE TABLE uses (                 -- of a report: the terms that reached a model or that the result holds
    document INTEGER NOT NULL,
    term TEXT NOT NULL,             -- its id in the glossary that the step took
    offered INTEGER NOT NULL,
    found INTEGER NOT NULL,
    PRIMARY KEY (document, term)
) WITHOUT ROWID;
"""

INDEXES = (
    "CREATE INDEX IF NOT EXISTS jobs_by_record ON jobs (record)",
    "CREATE INDEX IF NOT EXISTS jobs_by_seal ON jobs (seal)",
    "CREATE INDEX IF NOT EXISTS given_by_job ON given (job)",
    "CREATE INDEX IF NOT EXISTS given_by_digest ON given (digest)",
    "CREATE INDEX IF NOT EXISTS manifests_by_job ON manifests (job)",
    "CREATE INDEX IF NOT EXISTS manifests_by_digest ON manifests (digest)",
    "CREATE INDEX IF NOT EXISTS manifests_by_stage ON manifests (stage)",
    "CREATE INDEX IF NOT EXISTS inputs_by_digest ON inputs (digest)",
    "CREATE INDEX IF NOT EXISTS edges_by_producer ON edges (producer)",
    "CREATE INDEX IF NOT EXISTS files_by_digest ON files (digest)",
    "CREATE INDEX IF NOT EXISTS models_by_digest ON models (digest)",
    "CREATE INDEX IF NOT EXISTS used_models_by_model ON used_models (model)",
    "CREATE INDEX IF NOT EXISTS terms_by_form ON terms (form)",
)
"""Made when the tables are filled: many rows are sorted faster at once than one by one."""
