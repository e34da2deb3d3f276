"""`cuegraph lineage anchor` and `anchors`: the list of seals."""

from __future__ import annotations

import typer

from ..app import open_existing, open_to_read
from ..lineage.seals.listing import verify_list
from ..sealing.sealing import anchor_job
from .options import JobArgument, JsonOption, StoreOption
from .output import print_json, say
from .trusting import KeyOption, RequireSignatureOption, trust_of


def anchor_seals(job: JobArgument, store: StoreOption = "", json: JsonOption = False) -> None:
    """Puts the seals of a job into the list of seals, as far as they are not there."""
    jobs = open_existing(store).jobs
    anchored = anchor_job(jobs.store, jobs.get(job).job, jobs.notary)
    if json:
        print_json({"job": job, "anchored": anchored})
        return
    for key in anchored:
        say(f"{key} is in the list of seals now")


def verify_anchors(
    key: KeyOption = None,
    require_signature: RequireSignatureOption = False,
    store: StoreOption = "",
    json: JsonOption = False,
) -> None:
    """Verifies the list of seals, and that every seal it names is there; exit code 1 if not."""
    report = verify_list(open_to_read(store), trust_of(key, is_required=require_signature))
    if json:
        print_json(report.to_json())
    else:
        say(report.to_text())
    raise typer.Exit(0 if report.ok else 1)
