"""Jobs whose lineage has very many nodes: stages with many shards, or very many stages."""

from __future__ import annotations

from dataclasses import replace

from coordinator.lineage.facts import JobFacts
from coordinator.lineage.reading import read_job
from coordinator.records import JobRecord, PlannedStep
from services.runtime import commits
from services.runtime.manifest import InputRecord, Manifest, Origin, OutputRecord
from services.runtime.store import blobs, keys
from services.runtime.store.memory import MemoryStore
from tests.jobs_in_memory import JobWriter, with_action_key


def wide_job(stages: int, shards: int) -> JobFacts:
    """Each shard takes what the shard of the same name and the first one of the stage before have made."""
    store = MemoryStore()
    writer = JobWriter(store)
    plan = tuple(
        PlannedStep(number, f"stage{number}", _shard(shard, shards))
        for number in range(1, stages + 1)
        for shard in range(shards)
    )
    record: JobRecord = replace(writer.record(()), plan=plan)
    store.create(keys.job(writer.job), record.to_json())
    pattern = writer.manifest(1, "demux")
    made: list[InputRecord] = [InputRecord("text", writer.film)] * shards
    for number in range(1, stages + 1):
        steps = plan[(number - 1) * shards : number * shards]
        made = [_step(store, pattern, step, (made[place], made[0])) for place, step in enumerate(steps)]
    return read_job(store, writer.job)


def _shard(shard: int, shards: int) -> str:
    return f"part{shard}" if shards > 1 else "_"


def _step(store: MemoryStore, pattern: Manifest, planned: PlannedStep, taken: tuple[InputRecord, ...]) -> InputRecord:
    """Writes the step and returns what it made as the next one takes it."""
    artifact = blobs.add_bytes(store, f"{planned.title} wrote this".encode(), "text/plain")
    manifest = with_action_key(
        replace(
            pattern,
            stage=planned.stage,
            number=planned.number,
            shard=planned.shard,
            inputs=tuple({it.artifact.digest: it for it in taken}.values()),
            outputs=(OutputRecord("text", "text.txt", artifact),),
        )
    )
    store.create(manifest.step.attempt(1, "started"), b"{}\n")
    _, committed = commits.commit(store, manifest)
    return InputRecord("text", artifact, Origin(committed.digest, "text"))
