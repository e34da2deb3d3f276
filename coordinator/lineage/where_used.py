"""In which deliverables a file, a model or a term of a glossary is, over all jobs of a store: none is left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from services.runtime.errors import InvalidRequest, UnknownName

from .comparing.steps import title
from .index.entries import IndexedFile, IndexedModel, TermUse
from .index.index import Index
from .text import plain


class Kind(StrEnum):
    """What may be asked for."""

    FILE = "file"
    """Anything by the digest of its bytes: a film, a glossary, what a step wrote, a manifest."""
    MODEL = "model"
    TERM = "term"


@dataclass(frozen=True)
class Offered:
    """What came of a term in a step behind a deliverable."""

    stage: str
    shard: str
    offered: int
    """To how many windows or sentences it was given: the model saw it."""
    found: int
    """How often the result has it."""


@dataclass(frozen=True)
class Deliverable:
    """One file that people got."""

    job: str
    title: str
    file_name: str
    stage: str
    shard: str
    role: str
    digest: str
    manifest: str
    """Of the step that wrote it."""
    uses: tuple[Offered, ...] = ()
    """Of a term: where it reached a model or a result; empty if the glossary only had it."""


@dataclass(frozen=True)
class WhereUsed:
    """The answer, in order of job and step."""

    asked: str
    kind: Kind
    meant: tuple[str, ...]
    """The whole digest; each model as `name@revision digest`; the term as it was asked."""
    deliverables: tuple[Deliverable, ...]

    @property
    def used(self) -> tuple[Deliverable, ...]:
        """Those in which it did something: of a term, that a model was told of it or the result has it."""
        return tuple(it for it in self.deliverables if it.uses or self.kind is not Kind.TERM)

    def to_json(self) -> dict[str, Any]:
        return {"schema": "cuegraph.where-used/1", **asdict(self)}

    def to_text(self) -> str:
        return "\n".join(plain(line) for line in _lines(self)) + "\n"


def where_used(index: Index, asked: str, kind: Kind | None = None) -> WhereUsed:
    """Finds what is meant, unless `kind` says it, and every deliverable that it is in.

    Raises InvalidRequest for what may mean several things, UnknownName for a file or a model that no job ever had.
    """
    senses = {kind: _meant(index, asked, kind) for kind in (Kind if kind is None else (kind,))}
    found = {kind: meant for kind, meant in senses.items() if meant}
    if len(found) > 1:
        raise InvalidRequest(f"{asked!r} is {' and also '.join(f'a {it}' for it in found)}; say which with --kind")
    if not found:
        raise UnknownName(f"no job had a file, a model or a term {asked!r}; of a digest give eight digits or more")
    ((known, meant),) = found.items()
    if known is Kind.FILE and len(meant) > 1:
        raise InvalidRequest(f"several digests begin with {asked!r}: {', '.join(it[:16] for it in meant)}")
    return WhereUsed(asked, known, meant, tuple(_FIND[known](index, meant[0] if known is Kind.FILE else asked)))


def _meant(index: Index, asked: str, kind: Kind) -> tuple[str, ...]:
    match kind:
        case Kind.FILE:
            return tuple(index.digests(asked))
        case Kind.MODEL:
            return tuple(_model(model) for model in index.models_named(asked))
        case Kind.TERM:
            return (asked,) if index.having_term(asked) else ()


def _model(model: IndexedModel) -> str:
    return f"{model.name}@{model.revision} {model.digest}"


def _of_file(index: Index, digest: str) -> Iterator[Deliverable]:
    """What it is itself, and what was made out of it: that blob is one, whoever wrote it."""
    itself = (it for it in index.makers(digest) if it.delivered)
    takers = (step.manifest for step in index.taking(digest))
    return _deliverables([*itself, *index.deliverables_made_from([digest, *takers])])


def _of_model(index: Index, name: str) -> Iterator[Deliverable]:
    return _deliverables(index.deliverables_made_from(step.manifest for step in index.with_model(name)))


def _of_term(index: Index, term: str) -> Iterator[Deliverable]:
    uses = index.uses_of_term(term)
    behind = index.deliverables_of_each(use.step.manifest for use in uses)
    by_file: dict[tuple[str, str, str], list[TermUse]] = {}
    for use in uses:
        for file in behind.get(use.step.manifest, ()):
            by_file.setdefault(_name(file), []).append(use)
    had = index.deliverables_made_from(step.manifest for step in index.having_term(term))
    return _deliverables(had, by_file)


_FIND = {Kind.FILE: _of_file, Kind.MODEL: _of_model, Kind.TERM: _of_term}


def _deliverables(
    files: Iterable[IndexedFile], uses: dict[tuple[str, str, str], list[TermUse]] | None = None
) -> Iterator[Deliverable]:
    for name, file in {_name(file): file for file in files}.items():
        step, told = file.step, (uses or {}).get(name, ())
        yield Deliverable(
            *(step.job, step.title, file.delivered, step.stage, step.shard, file.role, file.digest, step.manifest),
            uses=tuple(Offered(use.step.stage, use.step.shard, use.offered, use.found) for use in told),
        )


def _name(file: IndexedFile) -> tuple[str, str, str]:
    return file.step.manifest, file.role, file.delivered


def _lines(answer: WhereUsed) -> Iterator[str]:
    yield f"{answer.kind} {'; '.join(answer.meant)}"
    if not answer.deliverables:
        yield "    is in nothing that was delivered"
    if answer.kind is Kind.TERM:
        offered = [it for it in answer.deliverables if it.uses]
        yield from _listed("reached a model or the result of", offered)
        yield from _listed("only stood in the glossary of", [it for it in answer.deliverables if not it.uses])
    else:
        yield from _listed("is in", answer.deliverables)


def _listed(what: str, deliverables: Sequence[Deliverable]) -> Iterator[str]:
    if deliverables:
        jobs = {it.job for it in deliverables}
        yield f"{what} {_counted(len(deliverables), 'file')} of {_counted(len(jobs), 'job')}"
    for it in deliverables:
        uses = "".join(f"  {title(use.stage, use.shard)}: offered {use.offered}, found {use.found}" for use in it.uses)
        yield f"    {it.job}  {it.title}  {it.file_name}  {it.digest[:12]}{uses}"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" + ("" if count == 1 else "s")
