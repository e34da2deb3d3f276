"""The lineage of a job about a transcript: its translation is held against the transcript that came from outside."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from coordinator.engines.local import LocalEngine
from coordinator.jobs import Jobs
from coordinator.lineage.verify import verify
from coordinator.records import MediaRecord, PlannedInput, PlannedStep
from services.documents import codec, transcript, translation
from services.documents.translation import Sentence, Translation
from services.runtime.local import LocalStage
from services.runtime.node import Node
from services.runtime.request import StageClient
from services.runtime.stage import Input, Output, Run, Stage
from services.runtime.store import blobs
from services.runtime.store.memory import MemoryStore
from tests.jobs_in_memory import transcript_document
from tests.small_jobs import Watched, small_job
from tests.small_stages import UpperSettings, node_of

PLAN = (PlannedStep(1, "translate", "pt", inputs=(PlannedInput("transcript", "", ""),)),)


class Translate(Stage[UpperSettings]):
    name = "translate"
    version = "1"
    inputs = (Input("transcript"),)
    outputs = (Output("translation", translation.MEDIA_TYPE),)

    def __init__(self, word: str) -> None:
        self._word = word

    def run(self, run: Run[UpperSettings]) -> None:
        said = Sentence("sentence:0", 0.0, 1.0, "It was.", "Era.", "translated", "fake", 0, (self._word,))
        run.output("translation", "translation.json").write_bytes(codec.to_json(Translation("en", "pt", (said,))))


@dataclass(frozen=True)
class OneStage:
    node: Node
    stage: Stage[UpperSettings]

    def client(self, stage: str) -> StageClient:
        return LocalStage(self.stage, self.node)


@pytest.mark.parametrize(("is_there", "found"), [(True, []), (False, ["ELEMENT_BROKEN"])])
def test_words_of_a_translation_must_be_those_of_the_transcript(
    tmp_path: Path, is_there: bool, found: list[str]
) -> None:
    node = node_of(MemoryStore(), tmp_path)
    said = transcript_document(("It was a bright day.",), aligned=True)
    media = MediaRecord(blobs.add_bytes(node.store, codec.to_json(said), transcript.MEDIA_TYPE), "A film", "film.json")
    job = replace(small_job(node.store, "without", plan=PLAN), job="job1", media=media)
    Jobs(node.store).create(job)
    word = next(said.words).id if is_there else "word:none"
    LocalEngine(Jobs(node.store), OneStage(node, Translate(word)), node).drive("job1", Watched())
    assert [finding.code for finding in verify(node.store, "job1").findings] == found
