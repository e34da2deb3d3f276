"""A cue of a clip of a film with odd times leads to the very samples that were heard, and so does the printed command.

The container begins at 1.5 s, the sound later than the pictures and at 44.1 kHz, the clip somewhere in between.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from coordinator.lineage.excerpts.cue import trace_in
from coordinator.lineage.traced import Trace
from services.demux.stage import Demux, DemuxSettings
from services.documents import codec, cues, media, transcript
from services.documents.media import AudioTrack, Media
from services.runtime.store.file import FileStore
from services.runtime.testing import make_run
from tests.film import H264, ffmpeg
from tests.jobs_in_memory import JobWriter
from tests.odd_media import beginning_at

Samples = NDArray[np.int16]

RATE = 16_000
CONTAINER_START = 1.5
SOUND_START = 1.25
CLIP = (2.3456, 10.2)
PLACES = ((2.5, 2.9), (4.0003, 5.1), (7.77777, 8.0), (9.2, 10.1))
"""Film times of the words, each shown as one cue; all but the first begin on no sample."""
FIRST_HERTZ, HERTZ_PER_SECOND = 200, 60
SWEEP = f"aevalsrc=0.5*sin(2*PI*({FIRST_HERTZ}+{HERTZ_PER_SECOND}*t)*t):s=44100:d=12"
"""Of which no moment is like another."""


@pytest.fixture(scope="module", params=["mkv", "mp4", "ts"])
def film(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(request.param)
    whole = folder / f"whole.{request.param}"
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=size=160x90:rate=25:duration=14", "-itsoffset", str(SOUND_START),
        "-f", "lavfi", "-i", SWEEP,
        "-map", "0", "-map", "1", *H264, "-c:a", "aac", "-b:a", "160k", str(whole),
    )  # fmt: skip
    return beginning_at(folder / f"film.{request.param}", whole, CONTAINER_START, "-muxdelay", "0")


@dataclass(frozen=True)
class Heard:
    """The job of a clip of the film."""

    store: FileStore
    media: Media
    speech: Samples
    """The speech audio, as demux made it."""

    def trace(self, number: int) -> Trace:
        return trace_in(self.store, "film", str(number))


@dataclass
class _ClipWriter(JobWriter):
    """Writes what demux made of a film, and words at known places of it."""

    audio: bytes = b""
    document: Media = field(kw_only=True)

    def _gives(self, stage: str) -> tuple[tuple[str, str, str, bytes], ...]:
        match stage:
            case "demux":
                audio = ("speech_audio", "audio.wav", "audio/wav", self.audio)
                return audio, ("media_document", "media.json", media.MEDIA_TYPE, codec.to_json(self.document))
            case "asr":
                said = codec.to_json(_transcript(self.document.speech_audio))
                return (("transcript", "transcript.json", transcript.MEDIA_TYPE, said),)
            case _:
                return (("cues", "cues.json", cues.MEDIA_TYPE, codec.to_json(_cues())),)


def _transcript(track: AudioTrack) -> transcript.Transcript:
    words = tuple(
        transcript.Word(f"word:{n}", f"w{n}", start, end, "aligned", 0.9, (track.stream,))
        for n, (start, end) in enumerate(PLACES)
    )
    segment = transcript.Segment("segment:0", PLACES[0][0], PLACES[-1][1], "all", words, (track.stream,))
    return transcript.Transcript("en", track, (segment,))


def _cues() -> cues.Cues:
    shown = (
        cues.Cue(f"cue:{n}", n + 1, round(start, 3), round(end, 3), (f"w{n}",), (f"word:{n}",))
        for n, (start, end) in enumerate(PLACES)
    )
    return cues.Cues("en", tuple(shown))


@pytest.fixture(scope="module", params=[(None, None), CLIP], ids=["whole", "clip"])
def heard(film: Path, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Heard:
    folder = tmp_path_factory.mktemp("job")
    start, end = request.param
    run = make_run(
        Demux(), settings=DemuxSettings(RATE, start=start, end=end), inputs={"media": film}, folder=folder / "demux"
    )
    Demux().run(run)
    document = codec.from_json(Media, run.written("media_document").read_bytes())
    audio = run.written("speech_audio")
    store = FileStore(folder / "store")
    writer = _ClipWriter(store, film_bytes=film.read_bytes(), audio=audio.read_bytes(), document=document)
    writer.write(("demux", "asr", "subtitles"), {})
    return Heard(store, document, np.asarray(soundfile.read(audio, dtype="int16")[0], np.int16))


@pytest.mark.parametrize("number", range(1, len(PLACES) + 1))
def test_the_span_of_a_cue_is_counted_from_the_first_sample_of_the_clip(heard: Heard, number: int) -> None:
    span, (start, end) = heard.trace(number).span, PLACES[number - 1]
    track = heard.media.speech_audio
    assert span.first_sample == round((start - track.start) * RATE)
    assert span.end_sample == round((end - track.start) * RATE)
    assert span.start == pytest.approx(start, abs=0.5 / RATE + 1e-6)
    assert span.container_start == pytest.approx(span.start + CONTAINER_START, abs=1e-6)
    assert span.stream is not None
    assert span.stream.sample_rate == 44_100


@pytest.mark.parametrize("number", range(1, len(PLACES) + 1))
def test_the_command_gives_the_samples_that_were_recognised(heard: Heard, number: int, tmp_path: Path) -> None:
    found = heard.trace(number)
    subprocess.run(found.listen.extract, shell=True, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    (cut,) = tmp_path.glob("*.wav")
    samples, rate = soundfile.read(cut, dtype="int16")
    assert rate == RATE
    assert np.array_equal(samples, heard.speech[found.span.first_sample : found.span.end_sample])


@pytest.mark.parametrize("number", [1, 4])
def test_the_samples_are_those_of_the_place_in_the_film(heard: Heard, number: int) -> None:
    """The pitch of the film's sound tells its time, whatever container it lies in."""
    span = heard.trace(number).span
    samples = heard.speech[span.first_sample : span.end_sample].astype(np.float64)
    turns = np.count_nonzero(np.diff(np.signbit(samples))) / 2
    assert turns / (span.end - span.start) == pytest.approx(_hertz((span.start + span.end) / 2), rel=0.01)


def _hertz(film_time: float) -> float:
    """The pitch at a film time, as `SWEEP` rises."""
    return FIRST_HERTZ + 2 * HERTZ_PER_SECOND * (film_time - SOUND_START)
