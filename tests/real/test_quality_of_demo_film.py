"""The demo film, heard with real models, is good; with its cues all alike it is bad."""

from __future__ import annotations

from dataclasses import replace

import pytest

from coordinator.quality.material import Material
from coordinator.quality.verdict import judge
from services.documents.removals import Removals
from tests.film import sample_film
from tests.stage_chain import Chain, material


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Material:
    folder = tmp_path_factory.mktemp("demo")
    chain = Chain(folder / "demo", sample_film(folder / "demo.mkv").path)
    sound = {"speech_audio": "demux.speech_audio", "media": "demux.media_document"}
    chain.run("demux", media="film")
    chain.run("vad", {"window_step_seconds": 2.0}, **sound)
    asr = {"model": "whisper-tiny.en", "language": "en", "compute_type": "int8"}
    chain.run("asr", asr, **sound, speech="vad.speech")
    alignment = {"engine": "pocketsphinx", "model": "pocketsphinx-en-us"}
    chain.run("alignment", alignment, speech_audio="demux.speech_audio", transcript="asr.transcript")
    chain.run("hallucination", transcript="alignment.transcript", speech="vad.speech")
    chain.run("subtitles", {"formats": ("srt",)}, transcript="hallucination.transcript", media="demux.media_document")
    return material(chain)


def test_the_demo_film_is_good(made: Material) -> None:
    quality = judge(made)
    assert (quality.verdict, quality.reasons) == ("good", ())


def test_nothing_was_removed_from_it(made: Material) -> None:
    assert made.removals == Removals(())


def test_with_its_cues_all_alike_it_is_bad(made: Material) -> None:
    (cues,) = made.cues
    alike = replace(cues, cues=tuple(replace(cue, lines=cues.cues[0].lines) for cue in cues.cues))
    assert judge(replace(made, cues=(alike,))).verdict == "bad"
