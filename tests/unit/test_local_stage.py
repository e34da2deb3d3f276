"""A stage in this process takes as many runs as it has room for; the others wait, and can be called off."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from services.runtime.errors import Cancelled, ModelError
from services.runtime.local import LocalStage
from services.runtime.manifest import SettingRecord, Status
from services.runtime.models import Catalog, ModelStore
from services.runtime.registry import load_stage
from services.runtime.request import StageInput, StageRequest
from services.runtime.stage import Run
from services.runtime.store.base import Store
from services.runtime.store.keys import Step
from services.runtime.store.memory import MemoryStore
from tests.small_stages import Doing, Heard, Upper, UpperSettings, node_of, step_of, text_input

SECONDS = 30.0


def test_a_run_that_waits_for_its_turn_can_be_cancelled(tmp_path: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def work(run: Run[UpperSettings]) -> None:
        begun.set()
        assert go_on.wait(SECONDS)
        Upper().run(run)

    node = node_of(MemoryStore(), tmp_path)
    stage = LocalStage(Doing(work), node)
    requests = [StageRequest(step_of(job), (text_input(node.store),), use_cache=False) for job in ("job1", "job2")]
    first = threading.Thread(target=stage.run, args=(requests[0], Heard(), threading.Event()))
    first.start()
    assert begun.wait(SECONDS)
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(Cancelled):
        stage.run(requests[1], Heard(), cancelled)
    go_on.set()
    first.join(SECONDS)
    assert stage.run(requests[0], Heard(), threading.Event()).status is Status.SUCCEEDED


def test_a_stage_describes_itself(tmp_path: Path) -> None:
    told = LocalStage(Upper(), node_of(MemoryStore(), tmp_path), capacity=3).describe()
    assert (told.name, told.version, told.capacity) == ("upper", "1", 3)
    assert told.inputs == ("text",)
    assert told.outputs == ("text", "extra?*")
    assert told.settings_schema["properties"]["repeat"]["default"] == 1


def test_warming_up_uses_the_given_settings(tmp_path: Path) -> None:
    seen: list[UpperSettings] = []

    class Warm(Upper):
        @classmethod
        def settings_type(cls) -> type[UpperSettings]:
            return UpperSettings

        def warm_up(self, loader: object) -> None:
            seen.append(loader.settings)  # type: ignore[attr-defined]

    LocalStage(Warm(), node_of(MemoryStore(), tmp_path), warm={"repeat": SettingRecord(3, "profile:x")}).warm_up()
    assert seen == [UpperSettings(repeat=3)]


def test_a_model_of_another_stage_is_refused_before_anything_is_loaded(tmp_path: Path) -> None:
    node = replace(node_of(MemoryStore(), tmp_path), models=ModelStore(tmp_path / "models", Catalog.load()))
    model = SettingRecord("pocketsphinx-en-us", "command line")
    stage = LocalStage(load_stage("asr"), node, warm={"model": model})
    with pytest.raises(ModelError, match="is for alignment, not for asr"):
        stage.warm_up()
    with pytest.raises(ModelError, match="is for alignment, not for asr"):
        stage.run(asr_request(node.store, model), Heard(), threading.Event())
    assert list(node.store.list("jobs/")) == []


def asr_request(store: Store, model: SettingRecord) -> StageRequest:
    given = [text_input(store).artifact for _ in range(3)]
    inputs = tuple(map(StageInput, ("speech_audio", "media", "speech"), given))
    return StageRequest(Step("job1", 3, "asr"), inputs, {"model": model})
