"""Which language is spoken, from several windows."""

from __future__ import annotations

import pytest

from services.asr.detection import Language, among, average, most_probable
from services.runtime.errors import CuegraphError


def test_windows_count_by_how_long_somebody_speaks_in_them() -> None:
    found = average([(9.0, {"en": 0.9, "de": 0.1}), (1.0, {"de": 1.0})])
    assert found == pytest.approx({"en": 0.81, "de": 0.19})


def test_only_the_languages_that_are_allowed_share_the_probability() -> None:
    found = {"en": 0.6, "de": 0.3, "nl": 0.1}
    assert among(found, ()) == found
    assert among(found, ("de", "nl")) == pytest.approx({"de": 0.75, "nl": 0.25})
    assert among(found, ("de", "fr"))["fr"] == 0
    assert among(found, ("fr",)) == {"fr": 0}


def test_the_most_probable_language_is_taken() -> None:
    assert most_probable({"en": 0.3, "de": 0.7}, 0.7) == Language("de", 0.7)


def test_a_language_below_the_threshold_is_refused_with_the_best_candidates() -> None:
    with pytest.raises(CuegraphError, match=r"de 0\.50, en 0\.30, nl 0\.15,") as caught:
        most_probable({"en": 0.3, "de": 0.5, "fr": 0.05, "nl": 0.15}, 0.6)
    assert caught.value.code == "LANGUAGE_UNCERTAIN"


def test_a_language_goes_by_whispers_name_to_the_model() -> None:
    assert (Language("jv").whisper, Language("jv").spaced) == ("jw", True)
    assert not Language("ja").spaced
