"""What can be set of the lyrics stage: docs/stages/lyrics.md explains each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field


@dataclass(frozen=True)
class LyricsSettings:
    threshold: Annotated[float, Field(ge=0, le=1)] = 0.5
    """A phrase is sung from this confidence on, 0 to 1."""
    min_singing_seconds: Annotated[float, Field(ge=0, le=60)] = 2.0
    """Shorter singing is no span, in seconds, 0 to 60."""
    min_music_seconds: Annotated[float, Field(ge=0, le=600)] = 3.0
    """Shorter music without words is no span, in seconds, 0 to 600."""
    merge_seconds: Annotated[float, Field(ge=0, le=60)] = 4.0
    """A rest of up to this between sung phrases lies inside their span, in seconds, 0 to 60."""
    pause_seconds: Annotated[float, Field(gt=0, le=10)] = 0.7
    """A pause from this on ends a phrase, in seconds, up to 10."""
    phrase_seconds: Annotated[float, Field(ge=1, le=60)] = 8.0
    """A phrase is at most so long, in seconds, 1 to 60: shorter ones find where a song begins more closely."""
    music_level_db: Annotated[float, Field(ge=-100, le=0)] = -50.0
    """Quieter accompaniment is no music, in dB below full scale, -100 to 0."""
