"""A glossary reaches the real model: names come out right, and names that nobody said do not come out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests import heard
from tests.heard import Ears, glossary
from tests.readings import RATE, Recording, normalised, record, save, spoken
from tests.spoken_names import NAMES, SENTENCES, UNSAID
from tests.synthetic_speech import is_available, speak

SAID = ("Elinor told Marianne that Willoughby would not come back.", "Captain Okonkwo gave the letter to Marguerite "
        "in the garden.", "Nobody in Cuegraph knew why Siegfried had left the city.")  # fmt: skip


@pytest.fixture(scope="module")
def ears(tmp_path_factory: pytest.TempPathFactory) -> Ears:
    return Ears(tmp_path_factory.mktemp("ears"))


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """Three sentences with seven names, spoken by Festival."""
    if not is_available():
        pytest.skip("festival is not installed")
    folder = tmp_path_factory.mktemp("names")
    silence = np.zeros(RATE // 2, np.float32)
    pieces = [silence]
    for sentence in SAID:
        speak(sentence, folder / "sentence.wav")
        pieces += [np.asarray(soundfile.read(folder / "sentence.wav", dtype="float32")[0], np.float32), silence]
    return save(folder / "names.wav", np.concatenate(pieces))


def test_names_that_the_model_gets_wrong_are_right_with_a_glossary(ears: Ears, names: Recording) -> None:
    wanted = [name for sentence in SAID for name in SENTENCES[sentence]]
    plain, _ = ears.hear(names)
    led, run = ears.hear(names, terms=glossary((*UNSAID[:40], *NAMES)))
    missing = [name for name in wanted if name not in heard.text(plain)]
    assert {"Cuegraph", "Okonkwo", "Elinor"} <= set(missing)
    assert [name for name in wanted if name not in heard.text(led)] == []
    found = {use.text: (use.offered, use.found) for use in heard.usage(run).uses}
    assert found["Cuegraph"] == (1, 1)
    assert found["Velmora"][1] == 0
    assert all(found[name][1] == 0 for name in UNSAID[:40])


def test_the_terms_that_led_and_the_plain_decoding_are_kept_as_evidence(ears: Ears, names: Recording) -> None:
    given = glossary((*UNSAID, *NAMES))
    led, _ = ears.hear(names, terms=given)
    (segment,) = led.segments
    assert segment.decode is not None
    offered = {term.text for term in given.terms if term.id in segment.decode.terms}
    assert {"Cuegraph", "Okonkwo"} <= offered
    assert len(offered) == 16
    (plain,) = segment.rejected
    assert plain.decode.terms == ()
    assert "Cuegraph" not in plain.decode.text


def test_a_glossary_adds_no_name_that_nobody_said(ears: Ears, tmp_path: Path) -> None:
    recording = record(tmp_path / "readings.wav", list(spoken()), pause=4.0)
    names = (*NAMES, *UNSAID, "Prudence", "Leisha", "Amiah")
    plain, _ = ears.hear(recording)
    led, run = ears.hear(recording, terms=glossary(names))
    assert normalised(heard.text(led)) == normalised(heard.text(plain))
    assert sum(use.found for use in heard.usage(run).uses) == 0


def test_a_glossary_puts_no_name_into_silence(ears: Ears, tmp_path: Path) -> None:
    recording = save(tmp_path / "silence.wav", np.zeros(10 * RATE, np.float32))
    led, run = ears.hear(recording, terms=glossary(NAMES))
    assert led.segments == ()
    assert sum(use.found for use in heard.usage(run).uses) == 0


def test_equal_runs_are_equal(ears: Ears, names: Recording) -> None:
    terms = glossary(NAMES)
    assert ears.hear(names, terms=terms)[0] == ears.hear(names, terms=terms)[0]


def test_a_glossary_in_another_language_is_not_used_and_said_so(ears: Ears, names: Recording) -> None:
    _, run = ears.hear(names, terms=glossary(NAMES, "de"))
    assert [code for code, _ in run.warnings] == ["GLOSSARY_LANGUAGE"]
    assert not [output for output in run.outputs if output.role == "glossary_usage"]
