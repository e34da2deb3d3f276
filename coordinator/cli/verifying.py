"""`cuegraph lineage verify`: whether jobs are still exactly what was produced."""

from __future__ import annotations

import json as json_text
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from services.runtime.errors import InvalidRequest
from services.runtime.store.base import Store

from ..app import open_to_read
from ..job_names import require_job_name
from ..jobs import Jobs
from ..lineage.depth import FULL, QUICK, Depth
from ..lineage.layout import JOBS
from ..lineage.ledger import Ledger
from ..lineage.report import Report, Summary, from_line
from ..lineage.seals.facts import Trust
from ..lineage.sources import Source, open_source
from ..lineage.verify import verify, verify_all, verify_source
from .options import JsonOption, StoreOption
from .output import print_json, say, tell
from .trusting import KeyOption, RequireSignatureOption, trust_of

_SEEDS = 1 << 32


@dataclass(frozen=True)
class _Asked:
    """What is to be verified."""

    job: str | None
    every: bool
    source: Source
    trust: Trust


def verify_jobs(
    job: Annotated[str | None, typer.Argument(metavar="JOB", help="A job; every job with --all.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Verify every job of the store.")] = False,
    at: Annotated[Path | None, typer.Option(metavar="PATH", help="A job folder, a bag or a store: only read.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Compare the sizes of files, and read none.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Read every byte; so it is if nothing is said.")] = False,
    sample: Annotated[float | None, typer.Option(metavar="SHARE", help="Read that share of the files, as 0.1.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of an earlier sample: draw the same.")] = None,
    resume: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep what is verified there, and go on where it stood.")
    ] = None,
    key: KeyOption = None,
    require_signature: RequireSignatureOption = False,
    store: StoreOption = "",
    json: JsonOption = False,
) -> None:
    """Verifies that jobs are still exactly what was produced; exit code 1 if one is not."""
    asked = _asked(job, store, at, trust_of(key, is_required=require_signature), every=every)
    if resume is not None and not asked.every:
        raise InvalidRequest("--resume is for the jobs of a store, with --all: a single one is verified at once")
    if asked.every:
        depth = _depth(sample, _seed(seed, sample, resume), quick=quick, full=full)
        holds = _verify_every(asked, depth, resume, as_json=json)
    else:
        holds = _verify_one(asked, _depth(sample, seed, quick=quick, full=full), as_json=json)
    raise typer.Exit(0 if holds else 1)


def _asked(job: str | None, store: str, at: Path | None, trust: Trust, *, every: bool) -> _Asked:
    """Raises InvalidRequest unless exactly one thing is to be verified, at one place."""
    if at is not None and store:
        raise InvalidRequest("--store and --at both say where; give one of them")
    source = open_source(at) if at is not None else Source(open_to_read(store))
    if source.job and (every or job not in (None, source.job)):
        raise InvalidRequest(f"{at} is the folder of job {source.job} alone; name no other, and not --all")
    if at is not None and job is None and not every:
        job = _only_job(source)
    if not source.job and (job is None) == (not every):
        raise InvalidRequest("name one job, or give --all for every job of the store")
    return _Asked(job, every, source, trust)


def _only_job(source: Source) -> str | None:
    """Of a bag, which has one."""
    jobs = list(source.store.folders(JOBS))
    return jobs[0] if len(jobs) == 1 else None


def _depth(sample: float | None, seed: int | None, *, quick: bool, full: bool) -> Depth:
    """Raises InvalidRequest if more than one is asked for."""
    if quick + full + (sample is not None) > 1:
        raise InvalidRequest("--quick, --full and --sample exclude each other; give one of them")
    if sample is None:
        if seed is not None:
            raise InvalidRequest("--seed is for a sample; give --sample as well")
        return QUICK if quick else FULL
    if not 0 < sample <= 1:
        raise InvalidRequest(f"--sample {sample} is no share: give more than 0 and at most 1, as 0.1")
    return Depth(sample, secrets.randbelow(_SEEDS) if seed is None else seed)


def _verify_one(asked: _Asked, depth: Depth, *, as_json: bool) -> bool:
    report = _report(asked, depth)
    if as_json:
        print_json(report.to_json())
    else:
        say(report.to_text())
    return report.ok


def _report(asked: _Asked, depth: Depth) -> Report:
    if asked.source.job:
        return verify_source(asked.source, depth)
    return verify(asked.source.store, _present(asked.source.store, str(asked.job)), depth, asked.trust)


def _present(store: Store, job: str) -> str:
    """The name of a job of which anything is there, even if its record is of no use. Raises UnknownName."""
    require_job_name(job)
    if any(store.list(f"{JOBS}{job}/")):
        return job
    raise Jobs(store).unknown(job)


def _verify_every(asked: _Asked, depth: Depth, path: Path | None, *, as_json: bool) -> bool:
    store = asked.source.store
    with Ledger(path, _about(asked, depth)) as ledger:
        if ledger.last_job:
            tell(f"verified before, up to job {ledger.last_job}, as {path} says: going on after it")
        summary = Summary()
        for report in verify_all(store, depth, ledger, asked.trust):
            summary.add(report)
            if not as_json:
                say(report.to_text())
        if as_json:
            _print_reports(summary, map(from_line, ledger.reports()))
        else:
            say(summary.to_text())
    return summary.ok


def _about(asked: _Asked, depth: Depth) -> dict[str, str]:
    """What two runs must have in common for one to go on with the other's reports."""
    keys = " ".join(sorted(asked.trust.keys.by_id))
    return {
        "store": asked.source.store.url,
        "depth": f"{depth.name} {depth.share}",
        "seed": str(depth.seed),
        "trust": f"{keys} {'required' if asked.trust.is_required else 'not required'}".strip(),
    }


def _print_reports(summary: Summary, reports: Iterable[Report]) -> None:
    """One JSON object, written job by job: there may be many."""
    head = {"ok": summary.ok, "read_bytes": summary.read_bytes, "total_bytes": summary.total_bytes}
    say(json_text.dumps(head, indent=2)[:-2] + ',\n  "jobs": [')
    for line in _separated(json_text.dumps(report.to_json(), ensure_ascii=False) for report in reports):
        say(f"    {line}")
    say("  ]\n}")


def _separated(lines: Iterable[str]) -> Iterator[str]:
    """Each line with a comma, but the last."""
    before: str | None = None
    for line in lines:
        if before is not None:
            yield f"{before},"
        before = line
    if before is not None:
        yield before


def _seed(seed: int | None, sample: float | None, path: Path | None) -> int | None:
    """That of the sample that the file is of, if none is given."""
    if seed is not None or sample is None or path is None or not path.exists():
        return seed
    with Ledger(path, {}) as ledger:
        return int(ledger.about("seed") or secrets.randbelow(_SEEDS))
