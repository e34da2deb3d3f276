"""Admission takes in whatever file systems allow, and asks the catalog before anything is begun."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from coordinator import admission, intake
from services.runtime.errors import CuegraphError
from services.runtime.layers import Layer
from services.runtime.models import Catalog, ModelStore
from services.runtime.store.memory import MemoryStore
from tests import odd_media
from tests.small_requests import asked_for


def resolved(language: str = "en", *layers: Layer) -> admission.Resolved:
    return admission.resolve(admission.JobRequest("transcribe", language, "cpu-small", layers))


def test_a_name_that_is_no_text_is_written_as_text(tmp_path: Path) -> None:
    film = odd_media.tones(tmp_path / "film.wav", 1.0)
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff\xfename.wav"))
    film.rename(odd)
    media = intake.take_in(MemoryStore(), odd, resolved())
    assert media.file_name == "bad\ufffd\ufffdname.wav"
    assert media.title == "bad\ufffd\ufffdname"


def test_models_are_asked_whether_they_know_the_language(tmp_path: Path) -> None:
    models = ModelStore(tmp_path, Catalog.load())
    admission.require_models(resolved("en"), models, here=())
    with pytest.raises(CuegraphError, match="alignment knows en-US and not 'de'") as error:
        admission.require_models(resolved("de"), models, here=())
    assert error.value.code == "SETTING_INVALID"
    without = Layer("command line", {"alignment.engine": "none"})
    admission.require_models(resolved("de", without), models, here=())


def test_a_model_is_missed_only_where_its_stage_runs_here(tmp_path: Path) -> None:
    models = ModelStore(tmp_path, Catalog.load())
    large = resolved("en", Layer("command line", {"asr.model": "whisper-large-v3"}))
    admission.require_models(large, models, here=("vad",))
    with pytest.raises(CuegraphError) as error:
        admission.require_models(large, models, here=("vad", "asr"))
    assert error.value.code == "MODEL_MISSING"


def test_the_stream_in_the_spoken_language_is_preferred() -> None:
    assert (
        resolved("fr", Layer("command line", {"alignment.engine": "none"})).settings["demux.preferred_language"].value
        == "fr"
    )


def test_a_model_of_another_stage_is_refused(tmp_path: Path) -> None:
    wrong = resolved("en", Layer("command line", {"asr.model": "pyannote-segmentation"}))
    with pytest.raises(CuegraphError) as error:
        admission.require_models(wrong, ModelStore(tmp_path, Catalog.load()), here=())
    assert error.value.code == "MODEL_UNUSABLE"


def test_a_glossary_that_cannot_be_used_is_refused_before_any_work_line_by_line(tmp_path: Path) -> None:
    store = MemoryStore()
    names = tmp_path / "names.tsv"
    names.write_text("term\tcolour\nDashwood\tred\n")
    with pytest.raises(CuegraphError, match=r"names\.tsv: line 1") as error:
        intake.take_in_files(store, [("job_glossary", names)])
    assert error.value.code == "DOCUMENT_INVALID"
    assert list(store.list("")) == []


def test_a_job_without_a_profile_gets_that_of_the_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUEGRAPH_PROFILE", "gpu")
    assert admission.resolve(admission.JobRequest("transcribe", "en")).profile == "gpu"
    assert admission.resolve(admission.JobRequest("transcribe", "en", "cpu-small")).profile == "cpu-small"


def test_a_target_keeps_its_script_and_region_and_is_done_once() -> None:
    found = admission.resolve(asked_for("translate", target_languages=("pt", "pt_br", "pt-BR", "spa")))
    assert found.target_languages == ("pt", "pt-BR", "es")
    assert [step.shard for step in found.plan if step.stage == "translation"] == ["pt", "pt-BR", "es"]


@pytest.mark.parametrize("target", ["en", "eng", "en-GB"])
def test_what_is_spoken_is_no_target(target: str) -> None:
    with pytest.raises(CuegraphError) as error:
        admission.resolve(asked_for("translate", target_languages=("pt", target)))
    assert error.value.code == "REQUEST_INVALID"


def test_a_language_may_be_named_in_several_ways_and_is_one_request(tmp_path: Path) -> None:
    store = MemoryStore()
    film = odd_media.tones(tmp_path / "film.wav", 1.0)
    asked = [resolved(name) for name in ("en", "eng", "en-GB")]
    assert len({admission.request_digest(it, intake.take_in(store, film, it)) for it in asked}) == 1


def test_a_file_that_no_step_takes_is_refused() -> None:
    admission.require_wanted(resolved(), ["job_glossary"])
    with pytest.raises(CuegraphError, match=r"no step of this job takes edited_subtitles\.pt") as error:
        admission.require_wanted(resolved(), ["edited_subtitles.pt"])
    assert error.value.code == "REQUEST_INVALID"
