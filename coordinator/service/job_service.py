"""JobService over gRPC. Only translates: messages to calls, results and errors to messages."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import replace

from cuegraph.v1 import job_service_pb2, job_service_pb2_grpc
from services.runtime import wire
from services.runtime.errors import InvalidDocument, InvalidRequest, UnknownName
from services.runtime.serving import Context, errors_as_status

from ..access.callers import CALLER
from ..app import App
from ..engines import ends
from ..jobs import JobState
from ..status import job_status
from . import job_wire
from .broadcasts import Broadcasts, Event
from .own_jobs import own_job, own_page
from .worker import Worker

PAGE_SIZE, MOST_PER_PAGE = 50, 1_000
WATCH_SECONDS = 1.0
"""How often a watched job is looked up in the store: it may be driven by another process."""

_log = logging.getLogger(__name__)


class JobService(job_service_pb2_grpc.JobServiceServicer):
    """The store is asked in threads: the event loop has streams and health to attend to."""

    def __init__(self, app: App, worker: Worker, broadcasts: Broadcasts) -> None:
        self._app, self._jobs = app, app.jobs
        self._worker, self._broadcasts = worker, broadcasts

    async def CreateJob(  # noqa: N802  the contract's name
        self, message: job_service_pb2.CreateJobRequest, context: Context
    ) -> job_service_pb2.CreateJobResponse:
        async with errors_as_status(context):
            return job_service_pb2.CreateJobResponse(job=await asyncio.to_thread(self._create, message))

    async def GetJob(  # noqa: N802  the contract's name
        self, message: job_service_pb2.GetJobRequest, context: Context
    ) -> job_service_pb2.GetJobResponse:
        async with errors_as_status(context):
            return job_service_pb2.GetJobResponse(job=await asyncio.to_thread(self._job, message.name))

    async def ListJobs(  # noqa: N802  the contract's name
        self, message: job_service_pb2.ListJobsRequest, context: Context
    ) -> job_service_pb2.ListJobsResponse:
        async with errors_as_status(context):
            return await asyncio.to_thread(self._page, message)

    async def WatchJob(  # noqa: N802  the contract's name
        self, message: job_service_pb2.WatchJobRequest, context: Context
    ) -> None:
        async with errors_as_status(context), aclosing(self._events(message.name)) as events:
            async for event in events:
                await context.write(event)

    async def CancelJob(  # noqa: N802  the contract's name
        self, message: job_service_pb2.CancelJobRequest, context: Context
    ) -> job_service_pb2.CancelJobResponse:
        async with errors_as_status(context):
            return job_service_pb2.CancelJobResponse(job=await asyncio.to_thread(self._cancel, message.name))

    async def RetryJob(  # noqa: N802  the contract's name
        self, message: job_service_pb2.RetryJobRequest, context: Context
    ) -> job_service_pb2.RetryJobResponse:
        async with errors_as_status(context):
            return job_service_pb2.RetryJobResponse(job=await asyncio.to_thread(self._retry, message.name))

    def _create(self, message: job_service_pb2.CreateJobRequest) -> job_service_pb2.Job:
        asked = job_wire.request_from_proto(message.request)
        request = replace(asked, tenant=CALLER.get().tenant_for(asked.tenant))
        film = wire.artifact_from_proto(message.request.media)
        files = job_wire.files_from_proto(message.request.files)
        job = self._app.accept(film, message.request.title or "film", request, message.request_id, files)
        self._worker.wake(job.job)
        return self._job(f"jobs/{job.job}")

    def _job(self, name: str) -> job_service_pb2.Job:
        job_id = own_job(self._jobs, name)
        return job_wire.job_to_proto(job_status(self._jobs, job_id), self._broadcasts.under_way(job_id))

    def _page(self, message: job_service_pb2.ListJobsRequest) -> job_service_pb2.ListJobsResponse:
        if message.page_size < 0:
            raise InvalidRequest(f"page size {message.page_size} is negative; leave it out for {PAGE_SIZE}")
        size = min(message.page_size or PAGE_SIZE, MOST_PER_PAGE)
        before = job_wire.job_id(message.page_token) if message.page_token else ""
        names = own_page(self._jobs, size + 1, before, job_wire.state_from_proto(message.state))
        more = f"jobs/{names[size - 1]}" if len(names) > size else ""
        return job_service_pb2.ListJobsResponse(jobs=self._readable(names[:size]), next_page_token=more)

    def _readable(self, names: list[str]) -> Iterator[job_service_pb2.Job]:
        """One that is broken hides none of the others; a name may also be that of a folder whose job was deleted."""
        for name in names:
            try:
                yield self._job(f"jobs/{name}")
            except InvalidDocument as error:
                _log.warning("job %s is left out of a list: %s", name, error)
            except UnknownName:
                continue

    async def _events(self, name: str) -> AsyncGenerator[Event, None]:
        """The job first, after every change and last; in between what happens to it."""
        with self._broadcasts.listener(job_wire.job_id(name)) as listener:
            told = None
            while True:
                job = await asyncio.to_thread(self._job, name)
                now = job_wire.progress_apart(job)
                if now != told:
                    yield Event(job=job)
                told = now
                if _is_over(job):
                    return
                async for event in listener.until_change(WATCH_SECONDS):
                    yield event

    def _cancel(self, name: str) -> job_service_pb2.Job:
        if not _is_over(self._job(name)):
            ends.cancel(self._jobs, job_wire.job_id(name))
        return self._job(name)

    def _retry(self, name: str) -> job_service_pb2.Job:
        job_id = self._jobs.get(own_job(self._jobs, name)).job
        ends.retry(self._jobs, job_id)
        self._worker.wake(job_id)
        return self._job(name)


def _is_over(job: job_service_pb2.Job) -> bool:
    state: JobState | None = job_wire.state_from_proto(job.state)
    return state is not None and state.is_final
