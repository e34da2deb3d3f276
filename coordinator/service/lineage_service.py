"""LineageService over gRPC. Only translates: what is answered is worked out anew from the store each time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from functools import partial
from typing import TypeVar

from cuegraph.v1 import lineage_service_pb2 as messages
from cuegraph.v1 import lineage_service_pb2_grpc
from services.runtime.serving import Context, errors_as_status

from ..app import App
from .lineage.asker import Asker
from .lineage.comparing import diff_jobs, explain_step, plan_impact
from .lineage.exporting import export_lineage, list_formats
from .lineage.graph import get_lineage
from .lineage.stopping import ReadStore, Stop, each_in_thread, in_thread
from .lineage.tracing import trace_cue
from .lineage.usage import find_makers, find_uses
from .lineage.verdicts import audit_job, verify_job

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class LineageService(lineage_service_pb2_grpc.LineageServiceServicer):
    """The store is asked in threads: the event loop has streams and health to attend to."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def GetLineage(  # noqa: N802  the contract's name
        self, message: messages.GetLineageRequest, context: Context
    ) -> messages.GetLineageResponse:
        return await self._answer(get_lineage, message, context)

    async def TraceCue(  # noqa: N802  the contract's name
        self, message: messages.TraceCueRequest, context: Context
    ) -> messages.TraceCueResponse:
        return await self._answer(trace_cue, message, context)

    async def VerifyJob(  # noqa: N802  the contract's name
        self, message: messages.VerifyJobRequest, context: Context
    ) -> messages.VerifyJobResponse:
        return await self._answer(verify_job, message, context)

    async def DiffJobs(  # noqa: N802  the contract's name
        self, message: messages.DiffJobsRequest, context: Context
    ) -> messages.DiffJobsResponse:
        return await self._answer(diff_jobs, message, context)

    async def ExplainStep(  # noqa: N802  the contract's name
        self, message: messages.ExplainStepRequest, context: Context
    ) -> messages.ExplainStepResponse:
        return await self._answer(explain_step, message, context)

    async def PlanImpact(  # noqa: N802  the contract's name
        self, message: messages.PlanImpactRequest, context: Context
    ) -> messages.PlanImpactResponse:
        return await self._answer(plan_impact, message, context)

    async def FindUses(  # noqa: N802  the contract's name
        self, message: messages.FindUsesRequest, context: Context
    ) -> messages.FindUsesResponse:
        return await self._answer(find_uses, message, context)

    async def FindMakers(  # noqa: N802  the contract's name
        self, message: messages.FindMakersRequest, context: Context
    ) -> messages.FindMakersResponse:
        return await self._answer(find_makers, message, context)

    async def AuditJob(  # noqa: N802  the contract's name
        self, message: messages.AuditJobRequest, context: Context
    ) -> messages.AuditJobResponse:
        return await self._answer(audit_job, message, context)

    async def ListLineageFormats(  # noqa: N802  the contract's name
        self, message: messages.ListLineageFormatsRequest, context: Context
    ) -> messages.ListLineageFormatsResponse:
        return await self._answer(list_formats, message, context)

    async def ExportLineage(  # noqa: N802  the contract's name
        self, message: messages.ExportLineageRequest, context: Context
    ) -> None:
        stop = Stop()
        pieces = each_in_thread(export_lineage(self._asker(stop), message), stop)
        async with errors_as_status(context), aclosing(pieces):
            async for piece in pieces:
                await context.write(piece)

    async def _answer(self, answer: Callable[[Asker, Question], Answer], message: Question, context: Context) -> Answer:
        stop = Stop()
        async with errors_as_status(context):
            return await in_thread(partial(answer, self._asker(stop), message), stop)

    def _asker(self, stop: Stop) -> Asker:
        return Asker(self._app, ReadStore(self._app.store, stop))
