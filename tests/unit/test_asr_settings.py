"""What the settings of the asr stage refuse."""

from __future__ import annotations

from typing import Any

import pytest
from faster_whisper.tokenizer import _LANGUAGE_CODES

from services.asr.languages import WHISPER, whisper_code
from services.asr.settings import AsrSettings
from services.runtime.errors import CuegraphError
from services.runtime.layers import effective
from services.runtime.manifest import SettingRecord
from services.vad.stage import VadSettings


def test_the_languages_are_those_of_the_library() -> None:
    assert frozenset(_LANGUAGE_CODES) == WHISPER


def test_javanese_goes_by_its_bcp_47_name() -> None:
    assert whisper_code("jv") == "jw"
    with pytest.raises(CuegraphError):
        whisper_code("jw")


def test_an_unknown_language_is_named_with_the_nearest_right_one() -> None:
    with pytest.raises(CuegraphError, match="'eng'; did you mean 'en'") as caught:
        AsrSettings(language="eng")
    assert caught.value.code == "NAME_UNKNOWN"


def test_an_english_model_is_refused_for_another_language() -> None:
    with pytest.raises(CuegraphError, match="whisper-base") as caught:
        AsrSettings(model="whisper-tiny.en", language="de")
    assert caught.value.code == "SETTING_INVALID"


def test_an_english_model_cannot_tell_languages() -> None:
    with pytest.raises(CuegraphError, match="whisper-base") as caught:
        AsrSettings(model="whisper-tiny.en", language="auto")
    assert caught.value.code == "SETTING_INVALID"


def test_a_candidate_that_nobody_knows_is_refused() -> None:
    with pytest.raises(CuegraphError, match="'klingon'") as caught:
        AsrSettings(language="auto", language_candidates=("en", "klingon"))
    assert caught.value.code == "NAME_UNKNOWN"


def test_refusals_reach_whoever_gives_settings_by_name() -> None:
    with pytest.raises(CuegraphError) as caught:
        effective("asr", AsrSettings, {"language": SettingRecord("klingon", "command line")})
    assert caught.value.code == "NAME_UNKNOWN"


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        (AsrSettings, "beam_size", 0),
        (AsrSettings, "temperature", 1.5),
        (AsrSettings, "window_seconds", 31),
        (AsrSettings, "device", "tpu"),
        (AsrSettings, "audio", "drums"),
        (AsrSettings, "glossary_terms", 101),
        (AsrSettings, "language_threshold", 1.1),
        (AsrSettings, "phrase_repetitions", 1),
        (VadSettings, "onset", 1.5),
        (VadSettings, "offset", 0.9),
        (VadSettings, "window_step_seconds", 0),
    ],
)
def test_a_value_out_of_range_is_refused(kind: type, name: str, value: Any) -> None:
    with pytest.raises(CuegraphError) as caught:
        effective("stage", kind, {name: SettingRecord(value, "command line")})
    assert caught.value.code == "SETTING_INVALID"
