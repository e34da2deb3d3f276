"""Odd media for tests, made by ffmpeg: a tone at a known time, several languages, damage, playlists that reach out."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.film import H264, ffmpeg

TONE_HZ = 1000


@dataclass(frozen=True)
class Beep:
    """Silence with one tone in it: where it is heard, so must the samples be."""

    at: float = 2.0
    """Seconds from the beginning of the audio."""
    seconds: float = 6.0
    codec: str = "flac"
    audio_delay: float = 0.0
    """How much later than the pictures the audio begins, in seconds; negative: the pictures begin later."""

    def source(self) -> str:
        tone = f"0.5*sin(2*PI*{TONE_HZ}*(t-{self.at}))"
        return f"aevalsrc=if(between(t\\,{self.at}\\,{self.at + 0.1})\\,{tone}\\,0):s=48000:d={self.seconds}"


def beep_film(path: Path, beep: Beep) -> Path:
    """A film whose pictures are black but for a white flash with the beginning of the tone (with no delay)."""
    flash = f"drawbox=c=white:t=fill:enable=between(t\\,{beep.at - 0.01}\\,{beep.at + 0.09})"
    pictures = f"color=black:s=160x90:r=25:d={beep.seconds},{flash}"
    video_delay, audio_delay = max(0.0, -beep.audio_delay), max(0.0, beep.audio_delay)
    ffmpeg(
        "-itsoffset", str(video_delay), "-f", "lavfi", "-i", pictures,
        "-itsoffset", str(audio_delay), "-f", "lavfi", "-i", beep.source(),
        "-map", "0", "-map", "1", "-fps_mode", "vfr", *H264, "-c:a", beep.codec, "-strict", "-2", str(path),
    )  # fmt: skip
    return path


def flash(film: Path) -> float:
    """The container's time of the white frame of a beep film."""
    shot = film.with_suffix(".txt")
    ffmpeg("-i", str(film), "-copyts", "-vf", f"signalstats,metadata=print:file={shot}", "-f", "null", "-")
    time = 0.0
    for line in shot.read_text().splitlines():
        if line.startswith("frame:"):
            time = float(line.rpartition("pts_time:")[2])
        elif line.startswith("lavfi.signalstats.YAVG=") and float(line.partition("=")[2]) > 200:
            return time
    raise AssertionError("no white frame")


def beginning_at(path: Path, film: Path, seconds: float, *options: str) -> Path:
    """The same film, copied, with timestamps that begin at so many seconds, as a recording's or a part's may."""
    ffmpeg("-i", str(film), "-c", "copy", *options, "-output_ts_offset", str(seconds), str(path))
    return path


def trimmed(path: Path, film: Path, seconds: float) -> Path:
    """The film without its beginning, copied into MP4: up to the last key frame before it is hidden by an edit list."""
    ffmpeg("-ss", str(seconds), "-i", str(film), "-c", "copy", str(path))
    return path


def put_together(path: Path, film: Path, pieces: Sequence[tuple[int, int]]) -> Path:
    """An MP4 that shows only these pieces of another, from and to in seconds, by the edit lists of its tracks."""
    data = film.read_bytes()
    index = data.index(b"moov") - 4  # written last, so that it may grow
    path.write_bytes(data[:index] + _edited(data[index:], pieces))
    return path


def _edited(boxes: bytes, pieces: Sequence[tuple[int, int]], rate: int = 0) -> bytes:
    """The boxes with new edit lists; `rate` is the track's ticks per second."""
    made = b""
    while boxes:
        size, kind = struct.unpack(">I4s", boxes[:8])
        body, boxes = boxes[8:size], boxes[size:]
        if kind == b"trak":
            clock = body.index(b"mdhd") + 4
            rate = struct.unpack(">I", body[clock + 12 : clock + 16])[0]
        if kind in (b"moov", b"trak", b"edts"):
            body = _edited(body, pieces, rate)
        elif kind == b"mvhd":  # in milliseconds
            body = body[:16] + struct.pack(">I", 1000 * sum(end - start for start, end in pieces)) + body[20:]
        elif kind == b"elst":
            (shift,) = struct.unpack(">i", body[12:16])  # the delay of the encoder
            edits = [struct.pack(">IiI", 1000 * (end - at), shift + at * rate, 0x10000) for at, end in pieces]
            body = struct.pack(">II", 0, len(edits)) + b"".join(edits)
        made += struct.pack(">I4s", len(body) + 8, kind) + body
    return made


def tones(path: Path, seconds: float = 20.0, *options: str) -> Path:
    """Audio alone: a sine wave, as the suffix of `path` says."""
    ffmpeg("-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}", *options, str(path))
    return path


def two_languages(path: Path, *, default: int = 0) -> Path:
    """Two audio streams: English is 440 Hz, Hindi 880 Hz; stream `default` has the default flag."""
    flags = [word for n in (0, 1) for word in (f"-disposition:a:{n}", "default" if n == default else "0")]
    ffmpeg(
        "-f", "lavfi", "-i", "sine=frequency=440:duration=3", "-f", "lavfi", "-i", "sine=frequency=880:duration=3",
        "-map", "0", "-map", "1", "-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=hin",
        *flags, str(path),
    )  # fmt: skip
    return path


def pictures_only(path: Path) -> Path:
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=160x90:rate=25:duration=2", *H264, str(path))
    return path


def cut_off(path: Path, whole: Path, share: float = 0.6) -> Path:
    """The first part of a file, as an interrupted download leaves it."""
    data = whole.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def hls_playlist(path: Path, segments: Sequence[str]) -> Path:
    """An HLS playlist, whatever the suffix of `path` pretends."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-TARGETDURATION:10", "#EXT-X-MEDIA-SEQUENCE:0"]
    lines += [line for segment in segments for line in ("#EXTINF:10,", segment)]
    path.write_text("\n".join([*lines, "#EXT-X-ENDLIST", ""]))
    return path


def concat_script(path: Path, files: Sequence[str]) -> Path:
    """A script for ffmpeg's concat demuxer, which would open other files."""
    path.write_text("ffconcat version 1.0\n" + "".join(f"file '{file}'\n" for file in files))
    return path


HOSTILE_NAMES = (
    "with spaces.mkv",
    'quote\'s "double".mkv',
    "new\nline.mkv",
    "फ़िल्म.mkv",
    "🎬.mkv",
    "-i.mkv",
    "%03d.mkv",
    "concat:a|b.mkv",
    "http:__x [1] $(id) `id`;&.mkv",
    "ö" * 125 + "-.mkv",
)
"""The last is 255 bytes long, the most that a file system takes."""
