"""What the gate looks at: the documents of a finished job, and the tracks of text in them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from services.documents.cues import Cues, Readability
from services.documents.removals import Removals
from services.documents.speech import Speech
from services.documents.transcript import Transcript
from services.documents.translation import Translation
from services.documents.wording import plain

_SENTENCE_ENDS = re.compile(r"(?<=[.?!…])\s+|(?<=[。？！।؟۔])\s*")  # noqa: RUF001  marks of other scripts


@dataclass(frozen=True)
class Material:
    """The documents that a job wrote; what it did not write is None or empty."""

    speech: Speech | None = None
    recognised: Transcript | None = None
    """As recognition wrote it, with all its windows."""
    transcript: Transcript | None = None
    """As the last stage left it."""
    removals: Removals | None = None
    translations: tuple[Translation, ...] = ()
    cues: tuple[Cues, ...] = ()
    reports: tuple[Readability, ...] = ()


@dataclass(frozen=True)
class Track:
    """One text of the job in its units: sentences or cues."""

    name: str
    language_code: str
    texts: tuple[str, ...]
    wordings: tuple[str, ...] = field(init=False)
    """The texts without case and punctuation; units without a word, such as notes, are left out."""

    def __post_init__(self) -> None:
        wordings = (plain(text, self.language_code) for text in self.texts)
        object.__setattr__(self, "wordings", tuple(wording for wording in wordings if wording))


def tracks(material: Material) -> list[Track]:
    """Every text of the job."""
    found = [
        _track("translation", it.language_code, [one.text for one in it.sentences]) for it in material.translations
    ]
    found += [_track("cues", it.language_code, [cue.text for cue in it.cues]) for it in material.cues]
    if material.transcript:
        texts = [text for segment in material.transcript.segments for text in _sentences(segment.text)]
        found.insert(0, _track("transcript", material.transcript.language_code, texts))
    return found


def _sentences(text: str) -> list[str]:
    """A segment holds up to half a minute of speech: who says the same again does so in sentences."""
    return [sentence for sentence in _SENTENCE_ENDS.split(text) if sentence]


def _track(kind: str, language_code: str, texts: list[str]) -> Track:
    return Track(f"{kind}:{language_code}", language_code, tuple(texts))
