"""Who made a file that lies somewhere on a disk: found by its bytes, whatever it is called now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

from services.runtime.artifact import digest_bytes, digest_file
from services.runtime.store.base import Store

from .index.entries import Given, IndexedFile, IndexedJob, IndexedStep
from .index.index import Index
from .layout import JOBS
from .text import plain

_TEXT_BYTES = 16 << 20
"""Larger files are no subtitles."""
_CHAINS = 100
"""Of so many makers the chain is told; a file that more have made is one that says next to nothing."""


@dataclass(frozen=True)
class ChainStep:
    """One step behind a file."""

    job: str
    number: int
    stage: str
    shard: str
    status: str
    manifest: str


@dataclass(frozen=True)
class Maker:
    """Somebody who wrote these bytes."""

    job: str
    title: str
    what: str
    """`output`, `intermediate`, `log`, `manifest`, or the key of another record of the job."""
    number: int = 0
    """Of the step; 0 for a record of the job as a whole."""
    stage: str = ""
    shard: str = ""
    attempt: int = 0
    status: str = ""
    manifest: str = ""
    role: str = ""
    """Of an output."""
    name: str = ""
    """What the file was called there."""
    delivered: str = ""
    """What people got it as."""
    chain: tuple[ChainStep, ...] = ()
    """The steps behind it and its own, in order of time."""
    film: str = ""
    """Name of the film or the transcript that the job is about."""
    film_digest: str = ""


@dataclass(frozen=True)
class WhoMade:
    """The answer for one file."""

    digest: str
    makers: tuple[Maker, ...]
    """In order of time; several have made a file that was reused, or that came out the same."""
    given: tuple[Given, ...]
    """The jobs with which it came from outside."""
    differs: str = ""
    """How the file differs from what the makers wrote; empty if it does not."""

    @property
    def is_made(self) -> bool:
        """Whether somebody wrote these very bytes."""
        return bool(self.makers) and not self.differs

    def to_json(self) -> dict[str, Any]:
        return {"schema": "cuegraph.who-made/1", "is_made": self.is_made, **asdict(self)}

    def to_text(self, name: str) -> str:
        return "\n".join(plain(line) for line in _lines(self, name)) + "\n"


def who_made(index: Index, store: Store, file: Path) -> WhoMade:
    """Looks for the bytes among all that jobs wrote; of a text that nobody wrote so, also for the same text with other
    line ends or another byte order mark. Raises OSError if the file cannot be read."""
    found = makers_of(index, store, digest_file(file), file.stat().st_size)
    return found if found.makers or found.given else _nearly(index, file, found)


def makers_of(index: Index, store: Store, digest: str, size_bytes: int) -> WhoMade:
    """Looks for bytes among all that jobs wrote, for those of size 0 not among the records that the index does not
    keep."""
    found = _known(index, digest)
    if not found.makers and not found.given:
        index.refresh(thoroughly=True)
        found = _known(index, digest)
    if not found.makers and not found.given and size_bytes:
        found = WhoMade(digest, tuple(_among_records(index, store, digest, size_bytes)), ())
    return found


def _known(index: Index, digest: str) -> WhoMade:
    makers = [
        *(_of_file(it) for it in index.makers(digest)),
        *(_of_step(it, "manifest") for it in index.manifests(digest)),
        *(_of_job(job, name) for job, name in index.records(digest)),
    ]
    told = [*(_with_chain(index, maker) for maker in makers[:_CHAINS]), *makers[_CHAINS:]]
    return WhoMade(digest, tuple(told), tuple(index.given(digest)))


def _of_file(file: IndexedFile) -> Maker:
    return replace(_of_step(file.step, file.kind), role=file.role, name=file.name, delivered=file.delivered)


def _of_step(step: IndexedStep, what: str) -> Maker:
    return Maker(
        *(step.job, step.title, what, step.number, step.stage, step.shard, step.attempt, step.status, step.manifest)
    )


def _of_job(job: IndexedJob, name: str) -> Maker:
    return Maker(job.name, job.title, name, name=name)


def _with_chain(index: Index, maker: Maker) -> Maker:
    steps = index.behind([maker.manifest]) if maker.manifest else []
    chain = tuple(ChainStep(it.job, it.number, it.stage, it.shard, it.status, it.manifest) for it in steps)
    film = index.film(maker.job)
    return replace(maker, chain=chain, film=film.file_name, film_digest=film.digest)


def _among_records(index: Index, store: Store, digest: str, size_bytes: int) -> Iterator[Maker]:
    """Records that the index does not keep: pipeline logs, and what was written of each round."""
    for job in index.jobs():
        for folder in ("logs", "rounds"):
            for key in store.list(f"{JOBS}{job.name}/{folder}/"):
                if store.size(key) == size_bytes and digest_bytes(store.get(key)) == digest:
                    yield _with_chain(index, _of_job(job, key.removeprefix(f"{JOBS}{job.name}/")))


def _nearly(index: Index, file: Path, nothing: WhoMade) -> WhoMade:
    data = file.read_bytes() if file.stat().st_size <= _TEXT_BYTES else b""
    for digest, how in same_text(data).items():
        found = _known(index, digest)
        if found.makers or found.given:
            return WhoMade(nothing.digest, found.makers, found.given, f"the same lines, which were written {how}")
    return nothing


def same_text(data: bytes) -> Mapping[str, str]:
    """The digests of a text as other programs might have saved it, each with how; empty for what is no text."""
    text = _text(data)
    if not text:
        return {}
    body = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    variants = product((("\n", "LF"), ("\r\n", "CRLF")), (("", "no"), ("\ufeff", "a")), (1, 0, 2))
    return {
        digest_bytes((mark + (body + "\n" * last).replace("\n", end)).encode()): (
            f"with {end_name}, {mark_name} byte order mark and {last} line ends after the last line"
        )
        for (end, end_name), (mark, mark_name), last in variants
    }


def _text(data: bytes) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return ""
    return "" if "\x00" in text else text


def _lines(answer: WhoMade, name: str) -> Iterator[str]:
    yield f"{name}  {answer.digest}"
    if answer.differs:
        yield f"    nobody made these bytes; not byte-identical, but {answer.differs}:"
    elif not answer.makers:
        yield "    nobody made it in a job of this store"
    for given in answer.given:
        yield f"    it came from outside with job {given.job} as {given.name or 'its film'} {given.file_name!r}"
    for maker in answer.makers:
        yield from _maker(maker)


def _maker(maker: Maker) -> Iterator[str]:
    role = f" {maker.role}" if maker.role else ""
    of_step = f" of {_step(maker.number, maker.stage, maker.shard)}, attempt {maker.attempt}" if maker.stage else ""
    delivered = f", delivered as {maker.delivered!r}" if maker.delivered else ""
    status = f" {maker.status}" if maker.status else ""
    yield f"    {maker.what}{role}{of_step} of job {maker.job} ({maker.title}){status}{delivered}"
    yield f"        film {maker.film}  {maker.film_digest[:12]}"
    for step in maker.chain:
        job = f"  of job {step.job}" if step.job != maker.job else ""
        yield f"        {_step(step.number, step.stage, step.shard)}  {step.status}  {step.manifest[:12]}{job}"


def _step(number: int, stage: str, shard: str) -> str:
    return f"{number:02d}_{stage}" + ("" if shard == "_" else f" {shard}")
