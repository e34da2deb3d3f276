"""Whether a written film is what it should be: asked of the file itself, not of ffmpeg's exit status."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from services.runtime.errors import OutputInvalid
from services.runtime.ffprobe import MediaFacts, StreamFacts
from services.runtime.languages import is_same_language
from services.runtime.media import probe
from services.runtime.progress import Progress

from .command import Muxing
from .containers import Placed
from .packets import packet_hashes
from .shown import cues_of_file, cues_of_tracks, difference
from .subtitles import Subtitles

_SLACK_SECONDS = 0.05
_ENCODED_PACKETS = 2
"""Encoded sound begins with a packet of priming and ends with a whole packet."""
_PACKET_SAMPLES = 1024
"""Of AAC."""
_COPY_SLACK_SECONDS = 1.0
"""A copied stream may begin earlier than it is shown, by the delay of its encoder."""
_ISO_639_2_LETTERS = 3
"""MP4 has room for no other form of a language."""


@dataclass(frozen=True)
class Verification:
    """A written film, and what it is compared with."""

    muxing: Muxing
    path: Path
    hashes: Mapping[int, str]
    """Of the packets of copied streams, by their index in the source."""
    scratch: Callable[[str], Path]
    progress: Progress

    def run(self) -> None:
        """Raises OutputInvalid if a length, a stream, a language, a title, a flag, a cue or a copied packet differs."""
        written = probe(self.path, progress=self.progress)
        streams = self._placed(written)
        self._check_length(written)
        for stream, item in streams:
            self._require(stream, _fault(stream, item, self.muxing))
        self._check_cues(streams)
        self._check_packets(streams)

    def _placed(self, written: MediaFacts) -> list[tuple[StreamFacts, Placed | Subtitles]]:
        """The streams with what they should be, covers aside, which come last."""
        streams = [stream for stream in written.streams if stream.kind != "other"]  # MP4 writes chapters as a stream
        asked = len(self.muxing.layout) + len(self.muxing.covers)
        if len(streams) != asked:
            raise self._invalid(f"it has {len(streams)} streams instead of {asked}")
        return list(zip(streams, self.muxing.layout, strict=False))

    def _check_length(self, written: MediaFacts) -> None:
        """The container's own length tells nothing: a last cue may be shown for longer than the film."""
        muxing = self.muxing
        film = [it for it in written.streams if it.kind in ("video", "audio") and not it.is_picture]
        longest = max(film, key=lambda stream: stream.end_seconds or 0.0)
        end, slack = longest.end_seconds or 0.0, _clip_slack(longest) if muxing.clip else _COPY_SLACK_SECONDS
        if abs(end - muxing.seconds) > slack:
            raise self._invalid(f"the film in it lasts {end:.3f} s instead of {muxing.seconds:.3f} s")

    def _check_cues(self, streams: list[tuple[StreamFacts, Placed | Subtitles]]) -> None:
        new = [(stream, item) for stream, item in streams if isinstance(item, Subtitles)]
        tracks = {stream.index: self.scratch(f"written{stream.index}.srt") for stream, _ in new}
        shown = cues_of_tracks(self.path, tracks, progress=self.progress)
        for (stream, item), cues in zip(new, shown, strict=True):
            asked = cues_of_file(item, self.scratch("asked.srt"), progress=self.progress)
            unread = f"ffmpeg reads {len(asked)} of the {item.cue_count} cues of its file"
            self._require(stream, difference(asked, cues) if len(asked) == item.cue_count else unread)

    def _check_packets(self, streams: list[tuple[StreamFacts, Placed | Subtitles]]) -> None:
        of_film = [(stream, item.stream.index) for stream, item in streams if isinstance(item, Placed)]
        copied = [(stream, source) for stream, source in of_film if source in self.hashes]
        out = self.scratch("written.hash")
        found = packet_hashes(self.path, [stream.index for stream, _ in copied], out, progress=self.progress)
        for stream, source in copied:
            changed = found.get(stream.index) != self.hashes[source]
            self._require(stream, f"its packets are not those of stream {source} of the film" if changed else "")

    def _require(self, stream: StreamFacts, fault: str) -> None:
        if fault:
            raise self._invalid(f"stream {stream.index} ({stream.kind}, {stream.language}): {fault}")

    def _invalid(self, problem: str) -> OutputInvalid:
        name = self.muxing.container.name.upper()
        return OutputInvalid(f"the {name} that ffmpeg wrote is not what was asked: {problem}; its log says more")


def _clip_slack(stream: StreamFacts) -> float:
    """By how many seconds an encoded stream may miss the end of a clip: it ends with a whole picture or packet."""
    if stream.sample_rate:
        return _SLACK_SECONDS + _ENCODED_PACKETS * _PACKET_SAMPLES / stream.sample_rate
    return _SLACK_SECONDS + (float(1 / Fraction(stream.frame_rate)) if stream.frame_rate else 0.0)


def _fault(stream: StreamFacts, item: Placed | Subtitles, muxing: Muxing) -> str:
    return _track_fault(stream, item, muxing) if isinstance(item, Subtitles) else _copy_fault(stream, item, muxing)


def _track_fault(stream: StreamFacts, track: Subtitles, muxing: Muxing) -> str:
    """What is wrong with a new track; empty if nothing is."""
    title = stream.title if muxing.container.title_tag == "title" else stream.handler_name
    asked = {
        "kind": ("subtitle", stream.kind),
        "language": (muxing.container.language_code(track.language_tag), stream.language),
        "title": (track.title, title),
        "default flag": (track.is_default, stream.is_default),
        "forced flag": (track.is_forced, stream.is_forced),
    }
    return next((f"its {what} is {found}, not {one}" for what, (one, found) in asked.items() if one != found), "")


def _copy_fault(stream: StreamFacts, item: Placed, muxing: Muxing) -> str:
    """What is wrong with a stream of the film; empty if nothing is. Encoding it again changes none of this."""
    if stream.kind != item.stream.kind:
        return f"it is {stream.kind}, not {item.stream.kind}"
    if stream.kind == "subtitle" and muxing.subtitles and stream.is_default:
        return "it is a second default track"
    language = item.stream.language
    if len(language) == _ISO_639_2_LETTERS and not is_same_language(stream.language, language):
        return f"its language is {stream.language}, not {language}"
    title = stream.title if muxing.container.title_tag == "title" else stream.handler_name
    return f"its title is {title!r}, not {item.stream.title!r}" if item.stream.title not in ("", title) else ""
