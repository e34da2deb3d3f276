"""LineageService over gRPC. Only translates: what is answered is worked out anew from the store each time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from cuegraph.v1 import lineage_service_pb2, lineage_service_pb2_grpc
from services.runtime.errors import InvalidRequest
from services.runtime.serving import Context, errors_as_status

from ..jobs import Jobs
from ..lineage.depth import FULL, QUICK
from ..lineage.facts import JobFacts
from ..lineage.graph import build
from ..lineage.reading import read_job
from ..lineage.seals.facts import Trust
from ..lineage.trace import trace
from ..lineage.verify import verify
from . import lineage_wire
from .own_jobs import own_job


class LineageService(lineage_service_pb2_grpc.LineageServiceServicer):
    """The store is asked in threads: the event loop has streams and health to attend to."""

    def __init__(self, jobs: Jobs, trust: Callable[[], Trust]) -> None:
        self._jobs = jobs
        self._trust = trust  # asked each time, as keys are exchanged while it serves

    async def GetLineage(  # noqa: N802  the contract's name
        self, message: lineage_service_pb2.GetLineageRequest, context: Context
    ) -> lineage_service_pb2.GetLineageResponse:
        async with errors_as_status(context):
            return await asyncio.to_thread(self._lineage, message.name)

    async def TraceCue(  # noqa: N802  the contract's name
        self, message: lineage_service_pb2.TraceCueRequest, context: Context
    ) -> lineage_service_pb2.TraceCueResponse:
        async with errors_as_status(context):
            return await asyncio.to_thread(self._trace, message)

    async def VerifyJob(  # noqa: N802  the contract's name
        self, message: lineage_service_pb2.VerifyJobRequest, context: Context
    ) -> lineage_service_pb2.VerifyJobResponse:
        async with errors_as_status(context):
            return await asyncio.to_thread(self._verify, message)

    def _lineage(self, name: str) -> lineage_service_pb2.GetLineageResponse:
        facts = self._facts(name)
        sizes = {found.key: self._jobs.store.size(found.key) or 0 for found in facts.by_digest.values()}
        return lineage_wire.lineage_to_proto(facts, build(facts), sizes)

    def _trace(self, message: lineage_service_pb2.TraceCueRequest) -> lineage_service_pb2.TraceCueResponse:
        if message.cue_number < 1:
            raise InvalidRequest(f"there is no cue {message.cue_number}; cues are counted from 1")
        facts = self._facts(message.name)
        return lineage_wire.trace_to_proto(facts, trace(facts, str(message.cue_number), message.language_code or None))

    def _verify(self, message: lineage_service_pb2.VerifyJobRequest) -> lineage_service_pb2.VerifyJobResponse:
        strength = message.strength or lineage_service_pb2.VERIFICATION_STRENGTH_CONTENT
        is_full = strength == lineage_service_pb2.VERIFICATION_STRENGTH_CONTENT
        report = verify(self._jobs.store, self._job_id(message.name), FULL if is_full else QUICK, self._trust())
        return lineage_wire.report_to_proto(report, strength)

    def _facts(self, name: str) -> JobFacts:
        return read_job(self._jobs.store, self._job_id(name))

    def _job_id(self, name: str) -> str:
        """Raises UnknownName if there is no such job for the caller."""
        return self._jobs.get(own_job(self._jobs, name)).job
