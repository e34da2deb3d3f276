"""The end of a round: what was made is judged, and what became of the job is written down."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from services.runtime.errors import CuegraphError
from services.runtime.telemetry import Telemetry

from ..folder import deliverables
from ..jobs import Jobs, JobState, Outcome
from ..observer import JobObserver
from ..pipeline_log import log_record
from ..planner import Committed
from ..quality.gate import judge_job
from ..records import JobRecord, PlannedStep
from ..sealing.sealing import seal_round
from . import spans


def judge(
    jobs: Jobs, job: JobRecord, round_number: int, commits: Mapping[PlannedStep, Committed], observer: JobObserver
) -> None:
    """Says whether what was made is fit for use, if anything was. That it cannot be judged is told, and ends no job."""
    if not any(deliverables(job, [committed.manifest for committed in commits.values()])):
        return
    try:
        quality = judge_job(jobs.store, commits)
    except CuegraphError as error:
        observer.step_log(None, log_record(logging.WARNING, f"the quality cannot be judged: {error.code}: {error}"))
        return
    if not quality.measures and not quality.reasons:
        return  # nothing was made that could be judged
    jobs.keep_quality(job.job, round_number, quality)
    level = logging.INFO if quality.verdict == "good" else logging.WARNING
    observer.step_log(None, log_record(level, f"quality: {quality.verdict}"))
    for reason in quality.reasons:
        observer.step_log(None, log_record(level, f"quality: {reason.code}: {reason.message}"))


def close(jobs: Jobs, job: JobRecord, round_number: int, outcome: Outcome) -> None:
    """Writes how the round ended, and seals it. The seal of success comes first: a job has succeeded once it is there.

    Of two who drove the round the first to end it counts, and its outcome is the one that is sealed.
    """
    if outcome.state is JobState.SUCCEEDED:
        seal_round(jobs.store, job, round_number, outcome.state, jobs.notary)
    jobs.end(job.job, round_number, outcome)
    _seal_ended(jobs, job, round_number)


def cancel(jobs: Jobs, job_id: str) -> None:
    """Calls a job off; one that nobody drives has ended then. Raises UnknownName, WrongJobState if it is over."""
    jobs.cancel(job_id)
    _seal_ended(jobs, jobs.get(job_id), jobs.round(job_id))


def retry(jobs: Jobs, job_id: str) -> int:
    """Asks for another round, and returns its number. The last is sealed first, should who ended it have been killed.

    Raises UnknownName, WrongJobState if the job is not over or has succeeded.
    """
    _seal_ended(jobs, jobs.get(job_id), jobs.round(job_id))
    return jobs.retry(job_id)


def _seal_ended(jobs: Jobs, job: JobRecord, round_number: int) -> None:
    """Seals a round that is over without success; one that goes on is left alone."""
    ended = jobs.outcome(job.job, round_number)
    if ended is not None and ended.state is not JobState.SUCCEEDED:
        seal_round(jobs.store, job, round_number, ended.state, jobs.notary)


def trace(jobs: Jobs, job: JobRecord, round_number: int, outcome: Outcome, telemetry: Telemetry) -> None:
    """Tells of the round as a span, if anybody collects them."""
    telemetry.trace(lambda: [spans.of_round(job, round_number, jobs.asked(job, round_number), outcome)])
