"""Requests for jobs, as a command line makes them."""

from __future__ import annotations

from typing import Any

from coordinator.admission import JobRequest


def asked_for(workflow: str, **more: Any) -> JobRequest:
    """A workflow on an English film with small models."""
    return JobRequest(**{"workflow": workflow, "source_language": "en", "profile": "cpu-small", **more})
