"""Which audio stream of a film is heard. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from services.runtime.errors import InvalidSetting
from services.runtime.ffprobe import StreamFacts
from services.runtime.languages import UNDETERMINED, is_same_language


def choose_stream(streams: Sequence[StreamFacts], position: int | None, language: str) -> int:
    """Position, among the audio streams, of the one to take: by position, else by language, else the default one.

    `streams` are the audio streams, at least one. Raises InvalidSetting if the asked one is not there.
    """
    if position is not None:
        return _at(streams, position)
    if language:
        return _in_language(streams, language)
    return _default(streams, range(len(streams)))


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
    for wanted in (language, UNDETERMINED):
        found = [n for n, stream in enumerate(streams) if is_same_language(stream.language, wanted)]
        if found:
            return _default(streams, found)
    raise InvalidSetting(
        f"no audio stream is tagged {language!r}; the film has {describe(streams)}; choose one with audio_stream"
    )


def _default(streams: Sequence[StreamFacts], positions: Sequence[int]) -> int:
    return next((n for n in positions if streams[n].is_default), positions[0])
