"""Writes the crate: what people asked for, every manifest, the job's record, and what is said of them."""

from __future__ import annotations

from pathlib import Path

from services.runtime.errors import InvalidRequest
from services.runtime.store import keys

from ..copying import copy_file, write_file
from ..history import history_of
from ..material import Material
from . import layout
from .metadata import metadata

_README = """\
# Job {job}

`deliverables/` is what was asked for, as far as it was made; `manifests/` is what every attempt at every step wrote of
itself; `job.json` is what was asked, and the plan. `ro-crate-metadata.json` says how all of it belongs together, in the
terms of RO-Crate 1.1 and of the Provenance Run Crate 0.5.
"""


def write(material: Material, folder: Path) -> None:
    """Raises ObjectNotFound or BlobAltered if a deliverable is not in the store as it was made.

    Raises InvalidRequest for a job that ran nothing: the profile has no words for a run without actions.
    """
    history, store = history_of(material), material.store
    if not history.attempts:
        raise InvalidRequest(f"{history.record.job} has not run any step yet, so there is no run to make a crate of")
    folder.mkdir()
    write_file(folder / layout.JOB, store.get(keys.job(history.record.job)))
    write_file(folder / layout.README, _README.format(job=history.record.job).encode())
    for attempt in history.attempts:
        write_file(folder.joinpath(*layout.manifest_path(attempt)), store.get(attempt.key))
    for name, file in history.delivered:
        copy_file(store, file.artifact, folder / layout.DELIVERABLES / name)
    write_file(folder / "ro-crate-metadata.json", metadata(history))
