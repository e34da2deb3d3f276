"""Translations for tests: sentences with the words that they were made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.documents.transcript import Transcript, Word
from services.documents.translation import Sentence, Translation
from tests.spoken_words import spoken, transcript_of


@dataclass(frozen=True)
class Said:
    """A sentence as it is spoken, and its translation."""

    source: str
    """`|` stands for a silence of 1.5 seconds."""
    text: str
    speaker: str | None = None
    lyric: str | None = None
    pause: float = 0.1
    """Silence before it, in seconds."""


def translated(sentences: Sequence[Said], language_code: str) -> tuple[Transcript, Translation]:
    """The transcript in English and its translation."""
    words: list[Word] = []
    made: list[Sentence] = []
    for number, said in enumerate(sentences):
        start = words[-1].end + said.pause if words else 1.0
        own = [
            replace(it, id=f"s{number}{it.id}", speaker=said.speaker, lyric=said.lyric)
            for it in spoken(said.source, start=start)
        ]
        words.extend(own)
        made.append(_sentence(number, said, own))
    return transcript_of(words), Translation("en", language_code, tuple(made))


def _sentence(number: int, said: Said, words: Sequence[Word]) -> Sentence:
    source = " ".join(word.text for word in words)
    return Sentence(
        id=f"sentence:{number}",
        start=words[0].start,
        end=words[-1].end,
        source_text=source,
        text=said.text,
        status="translated",
        engine="marian",
        scene=0,
        sources=tuple(word.id for word in words),
        speaker=said.speaker,
        lyric=said.lyric,
    )
