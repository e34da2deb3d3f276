"""DiffJobs, ExplainStep and PlanImpact: what changed between jobs, and what a change would touch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cuegraph.v1 import comparison_pb2, lineage_service_pb2
from services.runtime import wire
from services.runtime.errors import InvalidRequest, unknown_name
from services.runtime.store import blobs
from services.runtime.store.base import Store

from ... import intake
from ...lineage.comparing.cue_differences import CueDifference, TrackDifference
from ...lineage.comparing.differences import diff
from ...lineage.comparing.earlier import explain
from ...lineage.comparing.impact import TouchedCue
from ...lineage.comparing.proposal import Proposal
from ...lineage.comparing.trial import Trial, try_out
from ...records import FileRecord
from .. import job_wire
from .asker import Asker
from .filling import filled
from .pages import page_of


def diff_jobs(asker: Asker, message: lineage_service_pb2.DiffJobsRequest) -> lineage_service_pb2.DiffJobsResponse:
    difference = diff(asker.facts(message.old_name), asker.facts(message.new_name))
    cues = [(track.shard, cue) for track in difference.tracks for cue in track.cues]
    page, more = page_of(cues, _name_of_difference, message)
    return filled(
        lineage_service_pb2.DiffJobsResponse,
        difference,
        tracks=[_track(track, page) for track in difference.tracks],
        next_page_token=more,
    )


def explain_step(
    asker: Asker, message: lineage_service_pb2.ExplainStepRequest
) -> lineage_service_pb2.ExplainStepResponse:
    if not message.step:
        raise InvalidRequest("name the step, e.g. asr or translation/pt")
    against = asker.facts(message.against) if message.against else None
    answer = explain(asker.store, asker.facts(message.name), message.step, against, asker.may_know)
    return filled(lineage_service_pb2.ExplainStepResponse, answer)


def plan_impact(asker: Asker, message: lineage_service_pb2.PlanImpactRequest) -> lineage_service_pb2.PlanImpactResponse:
    trial = Trial(asker.facts(message.name), asker.record(message.name), *_proposal(asker.store, message))
    impact = try_out(asker.node, trial, _price(message), asker.runs).impact
    page, more = page_of(impact.cues, _name_of_touched, message)
    cues = [filled(comparison_pb2.TouchedCue, cue) for cue in page]
    return filled(
        lineage_service_pb2.PlanImpactResponse, impact, cues=cues, cue_count=len(impact.cues), next_page_token=more
    )


def _track(track: TrackDifference, page: Sequence[tuple[str, CueDifference]]) -> comparison_pb2.TrackDifference:
    cues = [filled(comparison_pb2.CueDifference, cue) for shard, cue in page if shard == track.shard]
    return filled(comparison_pb2.TrackDifference, track, differing=len(track.cues), cues=cues)


def _name_of_difference(item: tuple[str, CueDifference]) -> str:
    shard, cue = item
    return f"{shard} {cue.old.id if cue.old else ''} {cue.new.id if cue.new else ''}"


def _name_of_touched(cue: TouchedCue) -> str:
    return f"{cue.language_code} {cue.id}"


def _proposal(store: Store, message: lineage_service_pb2.PlanImpactRequest) -> tuple[Proposal, Mapping[str, bytes]]:
    """What would change, and the bytes of its glossaries by digest."""
    settings = {name: record.value for name, record in wire.settings_from_proto(message.settings).items()}
    files = tuple(_glossaries(store, job_wire.files_from_proto(message.files)))
    proposal = Proposal(settings, files, dict(message.model_revisions))
    if proposal.is_empty:
        raise InvalidRequest("say what would change: settings, files or model_revisions")
    return proposal, {file.artifact.digest: blobs.read(store, file.artifact) for file in files}


def _glossaries(store: Store, files: Sequence[FileRecord]) -> Iterator[FileRecord]:
    """Raises UnknownName for a file that is no glossary, and what is raised for one that no job could come with."""
    for file in files:
        if file.name not in intake.GLOSSARIES:
            raise unknown_name("kind of glossary", file.name, intake.GLOSSARIES)
        intake.take_over_file(store, file)
        yield file


def _price(message: lineage_service_pb2.PlanImpactRequest) -> float | None:
    if not message.HasField("price_per_hour"):
        return None
    if not message.price_per_hour >= 0:
        raise InvalidRequest(f"a price of {message.price_per_hour} an hour is none; give 0 or more, or leave it out")
    return message.price_per_hour
