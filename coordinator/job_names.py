"""Names of jobs and of requests: how they look, and how a job comes by its own."""

from __future__ import annotations

import re
from datetime import datetime

from services.runtime.errors import InvalidRequest, UnknownName

_JOB = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_REQUEST = re.compile(r"[A-Za-z0-9-]{1,64}")


def job_name(created: datetime, digest: str) -> str:
    """A name that sorts by time."""
    return f"{created:%Y%m%d-%H%M%S}-{digest[:12]}"


def require_job_name(name: str) -> None:
    """Raises UnknownName for what can be the name of no job."""
    if not _JOB.fullmatch(name):
        raise UnknownName(f"{name!r} is no name of a job; `cuegraph jobs list` shows those there are")


def require_request_id(request_id: str) -> None:
    """Raises InvalidRequest for what can be the id of no request."""
    if not _REQUEST.fullmatch(request_id):
        raise InvalidRequest(f"request id {request_id!r} is not 1 to 64 letters, digits and hyphens")
