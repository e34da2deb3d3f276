"""Shot changes of real films: found where they are, in film time, and cues of the stage moved to them."""

from __future__ import annotations

import dataclasses
import subprocess
import threading
from fractions import Fraction
from pathlib import Path

import pytest

from services.documents.codec import from_json, to_json
from services.documents.cues import Cues, Readability
from services.documents.media import Media, Stream
from services.runtime.errors import Cancelled, UnreadableMedia
from services.runtime.progress import Progress
from services.runtime.testing import RecordedRun, make_run
from services.subtitles.engine import shot_changes
from services.subtitles.settings import SubtitlesSettings
from services.subtitles.stage import Subtitles
from tests.spoken_words import FILM, transcript_of, word

RATE = Fraction(24_000, 1001)
SHOT_FRAMES = 60
CUTS = [float(number * SHOT_FRAMES / RATE) for number in (1, 2, 3)]
"""Four shots of 60 frames."""
SHOTS = ("testsrc2", "smptebars", "rgbtestsrc", "yuvtestsrc")


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shots") / "film.mkv"
    length = float(SHOT_FRAMES / RATE)
    inputs = [
        part for shot in SHOTS for part in ("-f", "lavfi", "-t", f"{length}", "-i", f"{shot}=s=320x180:r=24000/1001")
    ]
    joined = "".join(f"[{number}:v]setsar=1,format=yuv420p[v{number}];" for number in range(len(SHOTS)))
    joined += "".join(f"[v{number}]" for number in range(len(SHOTS))) + f"concat=n={len(SHOTS)}[v]"
    run_ffmpeg(*inputs, "-filter_complex", joined, "-map", "[v]", "-c:v", "libx264", "-preset", "ultrafast", str(path))
    return path


def run_ffmpeg(*arguments: str) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments], check=True, capture_output=True, timeout=60)


def media_of(**changes: object) -> Media:
    picture = Stream("video:0", 0, "video", "h264", frame_rate=str(RATE))
    media = dataclasses.replace(FILM, duration_seconds=10.01, streams=(picture, FILM.streams[1]))
    return dataclasses.replace(media, **changes)  # type: ignore[arg-type]  # by name


def run_stage(folder: Path, film: Path | None, media: Media) -> RecordedRun[SubtitlesSettings]:
    """Two cues around the second cut, at 5.005 s: spoken until 4.9 s, and from 5.1 s on."""
    words = [word(1, "Before.", 2.7, 4.9), word(2, "After.", 5.1, 7.0)]
    inputs: dict[str, Path | bytes] = {"transcript": to_json(transcript_of(words)), "media": to_json(media)}
    if film:
        inputs["film"] = film
    run = make_run(Subtitles(), settings=SubtitlesSettings(shot_changes=True), inputs=inputs, folder=folder)
    Subtitles().run(run)
    return run


def times(run: RecordedRun[SubtitlesSettings]) -> list[tuple[float, float]]:
    return [(cue.start, cue.end) for cue in from_json(Cues, run.written("cues").read_bytes()).cues]


def test_every_cut_is_found_on_its_frame(film: Path) -> None:
    assert shot_changes(film, 0.0, 60.0, Progress()) == pytest.approx(CUTS, abs=0.001)


def test_only_the_range_that_is_asked_for_is_read(film: Path) -> None:
    seen: list[float] = []
    progress = Progress(lambda done, _total: seen.append(done))
    assert shot_changes(film, 4.0, 6.5, progress) == pytest.approx([CUTS[1]], abs=0.001)
    assert [int(done) for done in seen] == [1, 2]


def test_a_cancelled_run_stops_before_the_next_second_of_film(film: Path) -> None:
    cancelled = threading.Event()
    seen: list[float] = []

    def cancel_at_once(done: float, _total: float | None) -> None:
        seen.append(done)
        cancelled.set()

    with pytest.raises(Cancelled):
        shot_changes(film, 0.0, 60.0, Progress(cancel_at_once, cancelled))
    assert len(seen) == 1


def test_a_file_without_a_readable_picture_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mkv"
    broken.write_bytes(b"no film at all")
    with pytest.raises(UnreadableMedia) as raised:
        shot_changes(broken, 0.0, 1.0, Progress())
    assert raised.value.code == "MEDIA_UNREADABLE"


def test_cues_near_a_cut_begin_on_it_and_end_two_frames_before_it(film: Path, tmp_path: Path) -> None:
    run = run_stage(tmp_path, film, media_of())
    assert times(run) == [(2.503, 4.921), (5.005, 7.0)]
    fixed = {it.cue for it in from_json(Readability, run.written("report").read_bytes()).findings if it.fixed}
    assert fixed == {"cue:1", "cue:2"}
    assert not run.warnings


def test_a_picture_that_begins_late_has_its_cuts_late(film: Path, tmp_path: Path) -> None:
    late = media_of()
    late = dataclasses.replace(
        late, streams=(dataclasses.replace(late.streams[0], start_offset_seconds=0.2), late.streams[1])
    )
    assert times(run_stage(tmp_path, film, late))[1][0] == 5.205


def test_a_film_without_a_picture_is_not_searched_and_nobody_is_warned(film: Path, tmp_path: Path) -> None:
    run = run_stage(tmp_path, film, media_of(streams=FILM.streams[1:]))
    assert times(run)[1][0] == 5.1
    assert not run.warnings


@pytest.mark.parametrize("given", ["nothing", "no film"])
def test_a_picture_that_cannot_be_searched_is_warned_of(given: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mkv"
    broken.write_bytes(b"no film at all")
    run = run_stage(tmp_path, None if given == "nothing" else broken, media_of())
    assert [code for code, _ in run.warnings] == ["SHOT_CHANGES_UNKNOWN"]
    assert times(run)[1][0] == 5.1
