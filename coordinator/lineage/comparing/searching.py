"""Finds steps in the index of a store: those that a proposal would touch, and earlier runs of stages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from services.documents.entries import Entry, read_entries
from services.runtime.layers import effective
from services.runtime.manifest import SettingRecord, Status
from services.runtime.models import ModelStore
from services.runtime.registry import load_stage
from services.runtime.store import keys
from services.runtime.store.base import Store

from ...records import FileRecord
from ..index.entries import IndexedStep
from ..index.index import Index
from .paces import Run
from .proposal import Proposal
from .reach import Reach, reach, set_otherwise

_GLOSSARY = "glossary"
Terms = dict[str, dict[str, int]]
"""By job and term: how often its results have the term."""


def reach_over(
    index: Index, store: Store, models: ModelStore, trial: tuple[Proposal, Mapping[str, bytes]], price: float | None
) -> Reach:
    """How far a proposal reaches; with it come the bytes of its glossaries by digest. A glossary takes the place of
    those of the same level and file name.

    Raises UnknownName, InvalidSetting, ObjectNotFound if a glossary of before is gone.
    """
    proposal, contents = trial
    touched: dict[str, IndexedStep] = {}
    terms: Terms = {}
    for name, value in proposal.settings.items():
        touched.update(_by_manifest(_set_otherwise(index, name, value)))
    for name, revision in proposal.revisions.items():
        touched.update(_by_manifest(_of_another_revision(index, models.record(name).name, revision)))
    for file in proposal.glossaries:
        touched.update(_by_manifest(_with_other_glossary(index, store, file, contents, terms)))
    return reach(touched.values(), index.briefly_made_from, terms, price)


def runs_over(index: Index, stages: Iterable[str]) -> Iterator[Run]:
    """The earlier runs of stages, by name, that came to an end, whatever film they were on."""
    for stage in stages:
        for step in index.steps(stage=stage):
            if step.status == Status.SUCCEEDED:
                yield Run(step.job, step.stage, step.shard, step.compute_seconds, 0.0, step.media_seconds)


def _by_manifest(steps: Iterable[IndexedStep]) -> dict[str, IndexedStep]:
    return {step.manifest: step for step in steps}


def _set_otherwise(index: Index, name: str, value: str) -> Iterator[IndexedStep]:
    stage, _, setting = name.partition(".")
    given = {setting: SettingRecord(value, "command line")}
    _, records = effective(stage, load_stage(stage).settings_type(), given)
    return set_otherwise(index.steps(stage=stage), setting, records[setting].value)


def _of_another_revision(index: Index, name: str, revision: str) -> Iterator[IndexedStep]:
    steps = index.with_model(name)
    models = index.models_of(step.manifest for step in steps)
    for step in steps:
        if any(model.name == name and model.revision != revision for model in models.get(step.manifest, ())):
            yield step


def _with_other_glossary(
    index: Index, store: Store, file: FileRecord, contents: Mapping[str, bytes], terms: Terms
) -> Iterator[IndexedStep]:
    """The glossary steps that took another file of that name; notes which of them have results with a changed term."""
    given = [it for it in index.given_as(file.name, file.file_name) if it.digest != file.artifact.digest]
    for digest in sorted({it.digest for it in given}):
        jobs = {it.job for it in given if it.digest == digest}
        changed = changed_terms(store.get(keys.blob(digest)), contents[file.artifact.digest], file.file_name)
        _note_uses(index, changed, jobs, terms)
        yield from (step for step in index.taking(digest) if step.stage == _GLOSSARY and step.job in jobs)


def _note_uses(index: Index, changed: Iterable[str], jobs: set[str], terms: Terms) -> None:
    for term in changed:
        for use in index.uses_of_term(term):
            if use.step.job in jobs and use.found:
                counts = terms.setdefault(use.step.job, {})
                counts[term] = max(counts.get(term, 0), use.found)


def changed_terms(old: bytes, new: bytes, name: str) -> list[str]:
    """The terms that two glossary files do not say alike. Raises DocumentError if one is no glossary."""
    before, after = (_by_term(read_entries(data, name).values()) for data in (old, new))
    return sorted(term for term in {*before, *after} if before.get(term) != after.get(term))


def _by_term(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.term, []).append(entry)
    return found
