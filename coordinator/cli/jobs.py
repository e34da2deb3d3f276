"""`cuegraph jobs`: what is in the store, and what is to become of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from services.runtime.errors import InputError, JobErased

from ..app import open_existing
from ..engines import ends
from ..jobs import Jobs, JobState
from ..records import JobRecord
from ..status import JobStatus, job_status, step_statuses, targets
from .editing import edit
from .erasing import erase_job
from .finishing import exit_code, finish, progress_object
from .options import JobArgument, JsonOption, OutOption, StageAddresses, StoreOption, parse_addresses
from .output import err, only_json, print_json, printable, require_writable, say

app = typer.Typer(help="Lists, shows, watches, cancels, retries and edits jobs.", no_args_is_help=True)
app.command("edit")(edit)
app.command("erase")(erase_job)

_WATCH_SECONDS = 0.5
_PENDING = "PENDING"


@app.command("list")
def list_jobs(
    store: StoreOption = "",
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 50,
    tenant: Annotated[str, typer.Option(help="Only jobs of this tenant.")] = "",
    json: JsonOption = False,
) -> None:
    """Lists jobs, newest first."""
    jobs = open_existing(store).jobs
    readable = _readable(jobs, jobs.names())
    found = list(islice((it for it in readable if tenant in ("", it[0].tenant)), limit))
    if json:
        print_json(
            {
                "jobs": [
                    {**_rank_object(j), "state": s, "workflow": j.workflow, "title": j.media.title} for j, s in found
                ]
            }
        )
        return
    if not found:
        err.print(f"there are no jobs in {jobs.store.url}", markup=False)
    for job, state in found:
        say(f"{job.job}  {state:<10} {job.workflow:<11} {printable(job.media.title)}")


def _readable(jobs: Jobs, names: Sequence[str]) -> Iterator[tuple[JobRecord, JobState]]:
    """These jobs and how they stand. One that is broken or gone is told of, and hides none of the others."""
    for name in names:
        try:
            yield jobs.get(name), jobs.state(name)
        except JobErased:
            err.print(f"job {name} was erased", markup=False)
        except InputError as error:
            err.print(f"job {name} cannot be read: {error}; see `cuegraph lineage verify --all`", markup=False)


@app.command()
def show(job: JobArgument, store: StoreOption = "", json: JsonOption = False) -> None:
    """Shows a job: what was asked, how it stands, step by step."""
    jobs = open_existing(store).jobs
    record = jobs.get(job)
    if json:
        print_json(_object(jobs, record))
        return
    _say_job(job_status(jobs, job))


@app.command()
def watch(job: JobArgument, store: StoreOption = "", json: JsonOption = False) -> None:
    """Follows a job that runs anywhere until it ends; the exit code is the job's."""
    jobs = open_existing(store).jobs
    record = jobs.get(job)
    for line in _news(jobs, record):
        if not json:
            say(line)
    if json:
        print_json(_object(jobs, record))
    outcome = jobs.outcome(job)
    raise typer.Exit(exit_code(outcome) if outcome else 0)


def _news(jobs: Jobs, job: JobRecord) -> Iterator[str]:
    """A line for everything that changes, from how the job stands now until it is over."""
    seen: dict[str, str] = {}
    while True:
        state = jobs.state(job.job)  # read first: if the job is over, so is all that is read after it
        now = {f"{s.step.number:02d} {s.step.title}": s.status for s in step_statuses(jobs, job)}
        now = {name: status for name, status in now.items() if status != _PENDING} | {f"job {job.job}": state}
        yield from (f"{name}: {status}" for name, status in now.items() if seen.get(name) != status)
        if state.is_final:
            return
        seen = now
        time.sleep(_WATCH_SECONDS)


@app.command()
def cancel(job: JobArgument, store: StoreOption = "", json: JsonOption = False) -> None:
    """Calls a job off, wherever it runs."""
    jobs = open_existing(store).jobs
    ends.cancel(jobs, job)
    if json:
        print_json({"job": job, "state": jobs.state(job)})
        return
    say(f"job {job}: cancellation asked for")


@app.command()
def retry(
    job: JobArgument,
    store: StoreOption = "",
    out: OutOption = Path("out"),
    stage: StageAddresses = None,
    json: JsonOption = False,
) -> None:
    """Goes on with a job that failed, was cancelled or was left by a killed process. Done steps stay done."""
    with only_json(wanted=json) as stream:
        require_writable(out)
        opened = open_existing(store, parse_addresses(stage))
        record = opened.jobs.get(job)
        if opened.jobs.state(job).is_final:
            ends.retry(opened.jobs, job)
        raise typer.Exit(finish(opened, record, out, stream if json else None))


def _rank_object(job: JobRecord) -> dict[str, Any]:
    due = job.deadline.isoformat() if job.deadline else None
    return {"job": job.job, "tenant": job.tenant, "priority": job.priority, "deadline": due}


def _object(jobs: Jobs, job: JobRecord) -> dict[str, Any]:
    return {
        **_rank_object(job),
        "state": jobs.state(job.job),
        "workflow": job.workflow,
        "title": job.media.title,
        "source_language": job.source_language,
        "files": [{"name": f.name, "file_name": f.file_name, "digest": f.artifact.digest} for f in job.files],
        "profile": job.profile,
        "create_time": job.create_time.isoformat(),
        "settings": {name: {"value": s.value, "source": s.source} for name, s in job.settings.items()},
        **progress_object(jobs, job, jobs.outcome(job.job)),
    }


def _say_job(status: JobStatus) -> None:
    job, outcome, quality = status.job, status.outcome, status.quality
    languages = " to ".join(filter(None, (job.source_language, ", ".join(job.target_languages))))
    say(f"{job.job}: {status.state}" + (f", quality {quality.verdict}" if quality else ""))
    say(f"{job.workflow} of {job.media.file_name!r}, {languages}, profile {job.profile}")
    due = f", due {job.deadline:%Y-%m-%d %H:%M %Z}" if job.deadline else ""
    say(f"tenant {job.tenant}, priority {job.priority}{due}")
    for step in status.steps:
        reason = step.waiting or (step.record.skip_reason if step.record else "")
        stands = "WAITING" if step.waiting else step.status
        told = f" ({printable(reason)})" if reason else ""
        say(f"  {step.step.number:02d} {step.step.title:<15} {stands:<10} {step.seconds:.1f} s{told}")
    for target in targets(status):
        say(f"  target {target.language_code}: {target.state}")
    for error in outcome.errors if outcome else ():
        say(f"  error {error.code}: {error.message}")
    for found in quality.reasons if quality else ():
        say(f"  quality {found.code}: {found.message}")
