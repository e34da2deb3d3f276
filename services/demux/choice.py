"""Which audio stream of a film is heard. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.runtime.errors import InvalidSetting
from services.runtime.ffprobe import StreamFacts
from services.runtime.languages import UNDETERMINED, is_same_language


@dataclass(frozen=True)
class Choice:
    """Which audio stream is heard."""

    position: int
    """From 0, among the audio streams."""
    is_assumed: bool
    """Whether others could have been meant just as well."""


def choose_stream(streams: Sequence[StreamFacts], position: int | None, language: str, preferred: str) -> Choice:
    """Chooses by position, else by the demanded language, else by the preferred language, else the default stream.

    `streams` are the audio streams, at least one. Raises InvalidSetting if the position or the demanded language is
    not there; a preferred language may be missing.
    """
    if position is not None:
        return Choice(_at(streams, position), is_assumed=False)
    if language:
        return Choice(_in_language(streams, language), is_assumed=False)
    return _preferred(streams, preferred)


def describe(streams: Sequence[StreamFacts]) -> str:
    """The audio streams for a message, e.g. `0: eng aac 2 channels, 1: fra ac3 6 channels "Commentary"`."""
    return ", ".join(f"{position}: {_describe(stream)}" for position, stream in enumerate(streams))


def _describe(stream: StreamFacts) -> str:
    title = f' "{stream.title}"' if stream.title else ""
    return f"{stream.language} {stream.codec} {stream.channels} channels{title}"


def _at(streams: Sequence[StreamFacts], position: int) -> int:
    if not 0 <= position < len(streams):
        raise InvalidSetting(f"audio_stream={position} is not there; the film has {describe(streams)}")
    return position


def _in_language(streams: Sequence[StreamFacts], language: str) -> int:
    """A stream tagged with the language; else one without a tag, which may well be it."""
    found = _tagged(streams, language) or _tagged(streams, UNDETERMINED)
    if not found:
        raise InvalidSetting(
            f"no audio stream is tagged {language!r}; the film has {describe(streams)}; choose one with audio_stream"
        )
    return _default(streams, found)


def _preferred(streams: Sequence[StreamFacts], language: str) -> Choice:
    found = _tagged(streams, language) if language else []
    likely = found or (_tagged(streams, UNDETERMINED) if language else []) or range(len(streams))
    return Choice(_default(streams, likely), is_assumed=len(streams) > 1 and len(found) != 1)


def _tagged(streams: Sequence[StreamFacts], language: str) -> list[int]:
    return [n for n, stream in enumerate(streams) if is_same_language(stream.language, language)]


def _default(streams: Sequence[StreamFacts], positions: Sequence[int]) -> int:
    return next((n for n in positions if streams[n].is_default), positions[0])
