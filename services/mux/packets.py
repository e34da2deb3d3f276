"""Whether copied streams are untouched: a hash over the packets of each, in the film and in what was written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import ffmpeg

from services.runtime.ffprobe import READING, MediaFacts, ffmpeg_url
from services.runtime.progress import Progress
from services.runtime.tools import run_tool
from services.runtime.transcode import FFMPEG

from .containers import COPY, Placed

_SAME_FRAMING = ("mov,", "matroska,", "flv")
_FRAMED = frozenset({"h264", "hevc", "vvc", "av1", "vp9", "aac", "opus"})
"""Codecs that broadcast and raw formats frame otherwise (start codes, ADTS headers), so that a copy has other bytes."""
_REFRAMED_SUBTITLES = frozenset({"mov_text", "webvtt", "dvb_subtitle"})
"""Subtitles whose packets a container makes anew: with fillers, settings or headers of its own."""


def comparable(facts: MediaFacts, placed: Sequence[Placed]) -> list[int]:
    """Indexes in the film of the streams whose packets must be the same in every container."""
    framed = frozenset() if facts.container.startswith(_SAME_FRAMING) else _FRAMED
    altered = framed | _REFRAMED_SUBTITLES
    return [it.stream.index for it in placed if it.codec == COPY and it.has_packets and it.stream.codec not in altered]


def packet_hashes(path: Path, indexes: Sequence[int], scratch: Path, *, progress: Progress) -> dict[int, str]:
    """The hash over the packets of each of these streams, by index."""
    if not indexes:
        return {}
    source = ffmpeg.input(ffmpeg_url(path), **READING, fflags="+genpts")
    streams = [source[str(index)] for index in indexes]
    # murmur3 is enough against accidents and four times as fast as SHA-256.
    output = ffmpeg.output(*streams, ffmpeg_url(scratch), format="streamhash", hash="murmur3", codec=COPY)
    run_tool(output.compile(cmd=list(FFMPEG)), progress=progress)
    lines = scratch.read_text("utf-8").splitlines()
    return {indexes[int(line.partition(",")[0])]: line.rpartition("=")[2] for line in lines}
