"""C2PA: what is claimed of a file follows from the job alone, and what models did is said wherever they did it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from coordinator.lineage.exports.c2pa.claim import MADE_BY_MODEL, MADE_IN_PART_BY_MODEL, Claimed, definition
from coordinator.lineage.exports.history import Attempt, History, history_of
from services.runtime import settings
from services.runtime.content_credentials import CredentialFiles
from services.runtime.errors import CuegraphError, InvalidSetting
from tests.exported_jobs import film_called


def with_attempts(change: Callable[[Attempt], Attempt], source_language: str = "en") -> History:
    history = history_of(film_called("A Bright Day"))
    record = replace(history.record, source_language=source_language)
    return replace(history, record=record, attempts=tuple(map(change, history.attempts)))


def translated(attempt: Attempt) -> Attempt:
    """The subtitles' attempt as one that a service outside translated, which names no model."""
    if attempt.manifest.stage != "subtitles":
        return unaided(attempt)
    outputs = tuple(replace(file, attributes={"language": "pt"}) for file in attempt.outputs)
    return replace(attempt, manifest=replace(attempt.manifest, stage="translation"), outputs=outputs)


def unaided(attempt: Attempt) -> Attempt:
    return replace(attempt, manifest=replace(attempt.manifest, models=()))


def claim_of(history: History) -> dict[str, Any]:
    (film,) = (file for file in history.files.values() if file.role == "film" and file.producer)
    return definition(Claimed(history, film, "A Bright Day.mp4", {}))


def actions_of(history: History) -> dict[str, dict[str, Any]]:
    return {it["action"]: it for it in claim_of(history)["assertions"][0]["data"]["actions"]}


def test_a_translation_says_from_which_language_into_which_and_that_a_model_made_it() -> None:
    action = actions_of(with_attempts(translated))["c2pa.translated"]
    assert (action["parameters"]["sourceLanguage"], action["parameters"]["targetLanguage"]) == ("en", "pt")
    assert action["digitalSourceType"] == MADE_BY_MODEL
    assert actions_of(with_attempts(translated))["c2pa.edited"]["digitalSourceType"] == MADE_IN_PART_BY_MODEL


def test_a_language_that_nobody_named_is_not_said() -> None:
    parameters = actions_of(with_attempts(translated, "auto"))["c2pa.translated"]["parameters"]
    assert set(parameters) == {"targetLanguage", "cuegraph.attempt"}


def test_what_no_model_had_a_part_in_says_nothing_of_models() -> None:
    assert not [it for it in actions_of(with_attempts(unaided)).values() if "digitalSourceType" in it]


def test_what_the_file_does_not_go_back_to_is_left_out() -> None:
    """The film is put together from subtitles, and these from words: all steps but none twice."""
    assert list(actions_of(with_attempts(lambda it: it))) == [
        "c2pa.opened", "cuegraph.demux", "cuegraph.vad", "cuegraph.asr", "cuegraph.alignment", "cuegraph.subtitles",
        "c2pa.edited",
    ]  # fmt: skip
    history = with_attempts(lambda it: it)
    (speech,) = (file for file in history.files.values() if file.role == "speech")
    told = definition(Claimed(history, speech, "speech.wav", {}))["assertions"][0]["data"]["actions"]
    assert [it["action"] for it in told] == ["c2pa.opened", "cuegraph.demux", "c2pa.edited"]


def test_a_claim_has_no_chance_in_it_and_a_name_of_its_own() -> None:
    history = with_attempts(lambda it: it)
    assert claim_of(history) == claim_of(history)
    (film,) = (file for file in history.files.values() if file.role == "film" and file.producer)
    other = definition(Claimed(history, film, "another name.mp4", {}))
    assert other["label"] != claim_of(history)["label"] != claim_of(history)["instance_id"]


def test_the_certificate_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUEGRAPH_C2PA_CERT", "publisher.pem")
    monkeypatch.setenv("CUEGRAPH_C2PA_KEY", "publisher.key")
    assert settings.process_settings().credential == CredentialFiles("publisher.pem", "publisher.key")


def test_a_certificate_without_its_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUEGRAPH_C2PA_KEY", raising=False)
    monkeypatch.setenv("CUEGRAPH_C2PA_CERT", "publisher.pem")
    with pytest.raises(CuegraphError) as told:
        settings.process_settings()
    assert told.value.code == InvalidSetting.code
