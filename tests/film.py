"""Films for tests, the demo and the benchmark: the sample readings with pauses between them, over moving pictures.

python -m tests.film OUT.mkv                  the demo film, about 45 s
python -m tests.film OUT.mkv --minutes 120    the same again and again, without encoding it again
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from services.runtime.media import probe
from services.runtime.progress import Progress
from services.runtime.tools import run_tool

MEDIA = Path(__file__).parent / "media"
PAUSE_SECONDS = 3.0
RATE = 48_000
PICTURES = "testsrc2=size=640x360:rate=25"
H264 = ("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-bf", "2", "-g", "50")
AAC = ("-c:a", "aac", "-b:a", "160k")
TITLE = "Sense and Sensibility, five sentences"


@dataclass(frozen=True)
class Reading:
    """One of the sample readings in a film."""

    words: str
    """What is said, lower case without punctuation."""
    start: float
    """Film time in seconds at which the recording begins."""
    end: float


@dataclass(frozen=True)
class Film:
    """A film whose words and their places are known."""

    path: Path
    seconds: float
    readings: tuple[Reading, ...]

    @property
    def words(self) -> list[str]:
        return [word for reading in self.readings for word in reading.words.split()]


def sample_film(path: Path, *, pause_seconds: float = PAUSE_SECONDS, pictures: str | None = PICTURES) -> Film:
    """Writes the five readings with pauses around them as H.264 and AAC, or without pictures if `pictures` is None.

    The suffix of `path` names the container.
    """
    spoken = sample_words()
    lengths = [probe(MEDIA / name).duration_seconds for name in spoken]
    sound = [word for name in spoken for word in ("-i", str(MEDIA / name))]
    shown = ["-f", "lavfi", "-i", pictures] if pictures else []
    encoded = ["-map", f"{len(spoken)}:v", *H264] if pictures else []
    seconds = sum(lengths) + pause_seconds * (len(lengths) + 1)
    ffmpeg(
        *sound, *shown, "-filter_complex", _pauses_between(len(spoken), pause_seconds), *encoded,
        "-map", "[a]", *AAC, "-t", f"{seconds:.6f}", "-metadata", f"title={TITLE}", str(path),
    )  # fmt: skip
    return Film(path, seconds, _placed(path, list(spoken.values()), lengths, pause_seconds))


def _pauses_between(count: int, pause_seconds: float) -> str:
    """The filter graph that puts a pause before each of the first `count` inputs and after the last."""
    delayed = "".join(f"[{n}:a]adelay={pause_seconds * 1000:.0f}[d{n}];" for n in range(count))
    joined = "".join(f"[d{n}]" for n in range(count))
    return f"{delayed}{joined}concat=n={count}:v=0:a=1,apad=pad_dur={pause_seconds},aresample={RATE}[a]"


def looped_film(path: Path, minutes: float) -> Path:
    """Writes the sample film again and again, until it lasts so many minutes, by copying its streams."""
    short = path.with_name(f"short-{path.name}")
    sample_film(short)
    ffmpeg("-stream_loop", "-1", "-i", str(short), "-c", "copy", "-t", f"{minutes * 60:.3f}", str(path))
    short.unlink()
    return path


def sample_words() -> dict[str, str]:
    """What is said in each of the sample recordings, by file name, as tests/media/README.md states it."""
    rows = [line.split("|") for line in (MEDIA / "README.md").read_text().splitlines() if ".flac |" in line]
    return {row[1].strip(): row[2].strip() for row in rows}


def ffmpeg(*arguments: str) -> None:
    """Runs ffmpeg, which may overwrite its output. Raises ToolFailed."""
    run_tool(["ffmpeg", "-hide_banner", "-nostdin", "-nostats", "-y", *arguments], progress=Progress())


def _placed(path: Path, words: Sequence[str], lengths: Sequence[float], pause_seconds: float) -> tuple[Reading, ...]:
    """The readings in film time, which may begin before the pictures by the delay of the audio encoder."""
    videos = probe(path).of_kind("video")
    cursor = videos[0].start_offset_seconds if videos else 0.0
    readings = []
    for said, length in zip(words, lengths, strict=True):
        start = cursor + pause_seconds
        readings.append(Reading(said, start, start + length))
        cursor = start + length
    return tuple(readings)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, help="loop the film until it lasts so long")
    options = parser.parse_args(arguments)
    if options.minutes:
        looped_film(options.out, options.minutes)
    else:
        sample_film(options.out)
    sys.stdout.write(f"{options.out}\n")


if __name__ == "__main__":
    main()
