"""From stretches of voices to the speakers document: speakers in order of appearance, with names if given. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.documents.media import AudioTrack
from services.documents.speakers import Speaker, Speakers, Turn
from services.documents.speech import Region

from .turns import Stretch


@dataclass(frozen=True)
class Heard:
    """A stretch in which one voice speaks, and the speech region it lies in."""

    region: Region
    stretch: Stretch


def cast(track: AudioTrack, heard: Sequence[Heard], names: Sequence[str], method: str) -> Speakers:
    """The document. `names` are those of the speakers in order of appearance; where one is missing it is empty."""
    in_order = sorted(heard, key=lambda it: (it.stretch.span.start, it.stretch.span.end, it.stretch.voice))
    voices = list(dict.fromkeys(it.stretch.voice for it in in_order))
    ids = {voice: f"speaker:{number}" for number, voice in enumerate(voices)}
    turns = tuple(_turn(number, it, ids, track) for number, it in enumerate(in_order))
    named = [*names, *[""] * len(voices)]
    speakers = tuple(Speaker(ids[voice], named[n], _seconds(ids[voice], turns)) for n, voice in enumerate(voices))
    return Speakers(track, speakers, turns, method)


def _turn(number: int, heard: Heard, ids: dict[int, str], track: AudioTrack) -> Turn:
    stretch = heard.stretch
    return Turn(
        id=f"turn:{number}",
        start=track.time(stretch.span.start),
        end=track.time(stretch.span.end),
        speaker=ids[stretch.voice],
        confidence=None if stretch.confidence is None else round(stretch.confidence, 6),
        sources=(heard.region.id,),
    )


def _seconds(speaker: str, turns: Sequence[Turn]) -> float:
    return round(sum(turn.end - turn.start for turn in turns if turn.speaker == speaker), 6)
