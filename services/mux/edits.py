"""What the edit list of an MP4 hides: in the file because the film was trimmed or a decoder needs it, but not shown."""

from __future__ import annotations

from services.runtime.ffprobe import MediaFacts, StreamFacts, ffprobe_command
from services.runtime.headers import is_put_together
from services.runtime.progress import Progress
from services.runtime.tools import capture_tool

_PRIMING_SECONDS = 0.15
"""Up to here it is the priming of an audio encoder (AAC at 8 kHz: 0.128 s), which is silent."""


def trimmed_streams(facts: MediaFacts, progress: Progress, *, at_beginning: bool) -> frozenset[int]:
    """Indexes of the moving pictures and sound of which a copy would show what the edit list leaves out.

    That is all of them where it leaves out something in between; else, if `at_beginning`, those that hold more before
    their beginning than the priming of an encoder.
    """
    if not facts.container.startswith("mov,"):
        return frozenset()
    film = [s for s in facts.streams if s.kind in ("video", "audio") and not s.is_picture]
    if is_put_together(facts.path):
        return frozenset(s.index for s in film)
    hidden = (s for s in film if at_beginning and _hidden_seconds(facts, s, progress) > _PRIMING_SECONDS)
    return frozenset(s.index for s in hidden)


def _hidden_seconds(facts: MediaFacts, stream: StreamFacts, progress: Progress) -> float:
    """How much earlier than the stream its first packet, a key frame, begins."""
    first = ["-select_streams", str(stream.index), "-read_intervals", "%+#1", "-show_entries", "packet=pts_time"]
    answer = capture_tool(
        ffprobe_command(facts.path, [*first, "-print_format", "csv=print_section=0"]), progress=progress
    )
    begin = answer.output.partition("\n")[0].strip(",")
    if begin in ("", "N/A"):
        return 0.0
    return facts.start_timestamp_seconds + stream.start_offset_seconds - float(begin)
