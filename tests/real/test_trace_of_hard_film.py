"""Every cue of the hard film, traced by a few elements and in full, and heard by the command that the trace gives."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

from coordinator.lineage.excerpts.cue import excerpt, trace_in
from coordinator.lineage.reading import read_job
from coordinator.lineage.trace import Tracer, trace
from services.runtime.store import open_store
from tests.hard_job import Made

pytestmark = pytest.mark.timeout(900)


@pytest.mark.parametrize("language", ["en", "pt", "es"])
def test_every_cue_is_traced_as_by_a_full_read(made: Made, language: str) -> None:
    store = open_store(made.store.as_uri())
    tracer = Tracer(read_job(store, made.told["job"]), language)
    assert tracer.track.cues
    for cue in tracer.track.cues:
        found = trace(excerpt(store, made.told["job"], cue.id, language), cue.id, language)
        assert found == tracer.trace(cue.id)
        assert found.to_json() == tracer.trace(cue.id).to_json()


def test_the_command_of_a_trace_gives_the_samples_that_were_recognised(made: Made, tmp_path: Path) -> None:
    """The film's sound at its own rate, brought to that of the speech audio, is what demux made of the same place."""
    store = open_store(made.store.as_uri())
    found = trace_in(store, made.told["job"], "1", "en")
    subprocess.run(found.listen.extract, shell=True, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    heard = tmp_path / "at 16 kHz.wav"
    (cut,) = tmp_path.glob("*.wav")
    subprocess.run(["ffmpeg", "-v", "error", "-i", cut, "-ac", "1", "-ar", "16000", heard], check=True, timeout=60)
    samples, rate = soundfile.read(heard)
    expected, _ = soundfile.read(made.folder / "01_demux/audio.wav")
    first, length = found.span.first_sample, found.span.end_sample - found.span.first_sample
    assert rate == found.span.sample_rate
    assert abs(len(samples) - length) <= rate // 100
    part = samples[1000:-1000]
    alike = {
        late: np.corrcoef(part, expected[first + 1000 + late :][: len(part)])[0, 1]
        for late in range(-rate // 50, rate // 50)
    }
    best = max(alike, key=lambda late: alike[late])
    assert abs(best) <= 2, "the command gives the place to two samples: it says microseconds, and its codec resamples"
    assert alike[best] > 0.95
