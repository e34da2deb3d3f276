"""How the new subtitle tracks present themselves to a player: titles, default and forced flags. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.runtime.languages import UNDETERMINED, is_same_language, language

from .subtitles import Subtitles

_FORCED = " (forced)"


@dataclass(frozen=True)
class Presentation:
    """What was asked of the tracks, by the tags of their languages."""

    default_language: str = ""
    """Empty: the first track is the default."""
    forced: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    """By language; the others are called by the names of their languages."""


def present(tracks: Sequence[Subtitles], asked: Presentation) -> list[Subtitles]:
    """The tracks with titles and flags: exactly one is the default, if there is any."""
    default = max(0, default_position(tracks, asked.default_language))
    return [_presented(track, position == default, asked) for position, track in enumerate(tracks)]


def default_position(tracks: Sequence[Subtitles], tag: str) -> int:
    """Which track is in that language, its very tag before any other of the language; -1 if none is."""
    ranks = [_likeness(tag, track.language_tag) for track in tracks]
    return ranks.index(max(ranks)) if any(ranks) else -1


def language_title(tag: str) -> str:
    """The English name of a language, with its script and region: `Portuguese (BR)`. Raises UnknownName."""
    primary, _, rest = tag.replace("_", "-").partition("-")
    if primary.lower() == UNDETERMINED:
        return "Unknown language"
    name = language(primary).english_name
    return f"{name} ({rest})" if rest else name


def _presented(track: Subtitles, is_default: bool, asked: Presentation) -> Subtitles:
    is_forced = any(_likeness(tag, track.language_tag) for tag in asked.forced)
    title = _given_title(track, asked.titles) or language_title(track.language_tag) + _FORCED * is_forced
    return replace(track, title=title, is_default=is_default, is_forced=is_forced)


def _given_title(track: Subtitles, titles: Mapping[str, str]) -> str:
    nearest = max(titles, key=lambda tag: _likeness(tag, track.language_tag), default="")
    return titles[nearest] if _likeness(nearest, track.language_tag) else ""


def _likeness(asked: str, tag: str) -> int:
    """2 if the tags are equal, 1 if `asked` names a language whatever its script and region, 0 if it is another."""
    if asked.lower() == tag.lower():
        return 2
    return int("-" not in asked and bool(asked) and is_same_language(asked, tag))
