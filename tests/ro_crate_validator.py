"""roc-validator without a network: all checks of the Provenance Run Crate and of what that is built on.

The one document that it would fetch, RO-Crate's JSON-LD context, comes out of the package `rocrate` into its cache.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from requests.structures import CaseInsensitiveDict
from requests_cache import CachedSession
from requests_cache.models.request import CachedRequest
from requests_cache.models.response import CachedResponse

CONTEXT = "https://w3id.org/ro/crate/1.1/context"
PROFILE = "provenance-run-crate"
_COMMAND = Path(sys.executable).with_name("rocrate-validator")
_SECONDS = 120


def findings(crate: Path, folder: Path, severity: str = "required") -> set[str]:
    """What the crate falls short of, in the words of the checks. `folder` is for the validator's cache and report."""
    fill(folder / "cache")
    report = folder / "report.json"
    subprocess.run(
        [
            _COMMAND, "--no-interactive", "validate", crate, "--offline", "--cache-path", folder / "cache",
            "--profile-identifier", PROFILE, "--requirement-severity", severity, "--no-paging",
            "--output-format", "json", "--output-file", report,
        ],
        check=False, capture_output=True, timeout=_SECONDS,
    )  # fmt: skip
    told: dict[str, Any] = json.loads(report.read_text("utf-8"))
    assert told["passed"] == (not told["issues"])
    assert not told["skipped_checks"]
    return {issue["message"] for issue in told["issues"]}


def fill(cache: Path) -> None:
    """Puts the context where the validator looks before it would ask the network."""
    context = Path(str(distribution("rocrate").locate_file("rocrate/data/ro-crate.jsonld"))).read_bytes()
    assert CONTEXT.encode() in context
    response = CachedResponse(
        content=context,
        url=CONTEXT,
        status_code=200,
        headers=CaseInsensitiveDict({"Content-Type": "application/ld+json"}),
        request=CachedRequest(method="GET", url=CONTEXT),
    )
    with CachedSession(str(cache), backend="sqlite") as session:
        session.cache.save_response(response)
