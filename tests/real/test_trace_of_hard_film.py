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
    store = open_store(made.store.as_uri())
    found = trace_in(store, made.told["job"], "1", "en")
    subprocess.run(found.listen.extract, shell=True, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    (cut,) = tmp_path.glob("*.wav")
    samples, rate = soundfile.read(cut, dtype="int16")
    heard, _ = soundfile.read(made.folder / "01_demux/audio.wav", dtype="int16")
    assert rate == found.span.sample_rate
    assert np.array_equal(samples, heard[found.span.first_sample : found.span.end_sample])
