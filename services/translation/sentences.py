"""Sentences: the words of a transcript, grouped into what is translated as one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from services.documents.transcript import Word
from services.documents.wording import ends_sentence, unquoted

from .marks import MARK, NOTES

_CLAUSE = re.compile(r"[,;:،؛、，；：—–-]$")  # noqa: RUF001  these very characters are meant
_INITIAL = re.compile(r"(?:^|[^\w])[^\W\d_]\.$|^(?:[^\W\d_]\.){2,}$")
_ABBREVIATIONS = frozenset(
    """
    mr. mrs. ms. dr. prof. st. jr. sr. sra. srta. dra. lt. sgt. capt. col. gen. rev. hon. vs. d. ud. uds.
    """.split()  # noqa: SIM905  quotes around each would not help the reader
)
"""After which a sentence goes on, in small letters."""
_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "IDEOGRAPHIC", "FULLWIDTH")
_SHORTEST_SECONDS = 0.001
"""Recognisers give words of no duration; a sentence of such words is given this."""
_PUNCTUATED_SHARE = 1 / 40
"""Below this share of words that end a sentence, a transcript counts as one without punctuation."""


@dataclass(frozen=True)
class Bounds:
    """Where a sentence ends besides punctuation."""

    pause_seconds: float
    """A longer pause always ends it."""
    breath_seconds: float
    """A longer pause ends it where the transcript has no punctuation."""
    max_characters: int


@dataclass(frozen=True)
class Spoken:
    """One sentence of the transcript."""

    id: str
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return joined(word.text for word in self.words)

    @property
    def start(self) -> float:
        return self.words[0].start

    @property
    def end(self) -> float:
        """After `start`, whatever the words say."""
        return max(self.start + _SHORTEST_SECONDS, *(word.end for word in self.words))

    @property
    def speaker(self) -> str | None:
        """Who speaks, if it is one person and known."""
        speakers = {word.speaker for word in self.words if word.speaker is not None}
        return speakers.pop() if len(speakers) == 1 else None

    @property
    def lyric(self) -> str | None:
        return self.words[0].lyric


def sentences(words: Sequence[Word], bounds: Bounds) -> list[Spoken]:
    """Every word in one sentence, in order."""
    pause = bounds.pause_seconds if _is_punctuated(words) else bounds.breath_seconds
    groups = (part for group in _groups(words, pause) for part in _bounded(group, bounds.max_characters))
    return [Spoken(f"sentence:{number}", tuple(group)) for number, group in enumerate(groups)]


def joined(texts: Iterable[str]) -> str:
    """Words as running text: no spaces between those of scripts that write none."""
    text = ""
    for part in texts:
        text += ("" if not text or _is_unspaced(text[-1]) or _is_unspaced(part[0]) else " ") + part
    return text


def _groups(words: Sequence[Word], pause: float) -> Iterator[list[Word]]:
    group = list(words[:1])
    for word, following in pairwise(words):
        if _breaks(group, word, following, pause):
            yield group
            group = []
        group.append(following)
    if group:
        yield group


def _breaks(group: Sequence[Word], word: Word, following: Word, pause: float) -> bool:
    if word.lyric != following.lyric or following.start - word.end >= pause:
        return True
    speaker = next((it.speaker for it in reversed(group) if it.speaker), None)
    if speaker and following.speaker and speaker != following.speaker:
        return True
    if _is_closing_mark(group, following.text):
        return False
    if _notes(group) and _notes(group) % 2 == 0 and _is_mark(word.text):
        return True
    return _ends_sentence(_last_spoken(group), following.text)


def _is_closing_mark(group: Sequence[Word], text: str) -> bool:
    """Whether `text` is nothing but the note that ends what a note in `group` began."""
    return bool(NOTES.search(text)) and _is_mark(text) and _notes(group) % 2 == 1


def _notes(group: Sequence[Word]) -> int:
    return sum(len(NOTES.findall(word.text)) for word in group)


def _is_mark(text: str) -> bool:
    return not MARK.sub("", text).strip()


def _last_spoken(group: Sequence[Word]) -> str:
    return next((word.text for word in reversed(group) if not _is_mark(word.text)), "")


def _ends_sentence(text: str, following: str) -> bool:
    text = unquoted(MARK.sub("", text))
    if not ends_sentence(text) or text.lower() in _ABBREVIATIONS or _INITIAL.search(text):
        return False
    letter = next((character for character in MARK.sub("", following) if character.isalpha()), "")
    return not letter.islower()


def _is_punctuated(words: Sequence[Word]) -> bool:
    ends = sum(ends_sentence(MARK.sub("", word.text)) for word in words)
    return ends >= len(words) * _PUNCTUATED_SHARE


def _bounded(group: list[Word], max_characters: int) -> Iterator[list[Word]]:
    """The group, cut where it hurts least until no part is too long; a single word is never cut."""
    if len(group) < 2 or len(joined(word.text for word in group)) <= max_characters:
        yield group
        return
    cut = max(range(1, len(group)), key=lambda place: _fitness(group, place))
    yield from _bounded(group[:cut], max_characters)
    yield from _bounded(group[cut:], max_characters)


def _fitness(group: Sequence[Word], place: int) -> tuple[bool, bool, float, int]:
    """How well the group can be cut before `place`: in its middle half, after a clause, at a pause, in the middle."""
    in_middle = len(group) <= 4 * place <= 3 * len(group)
    clause = bool(_CLAUSE.search(group[place - 1].text))
    pause = max(0.0, group[place].start - group[place - 1].end)
    return in_middle, clause, round(pause, 1), -abs(2 * place - len(group))


def _is_unspaced(character: str) -> bool:
    return character > "\u0e00" and unicodedata.name(character, "").startswith(_UNSPACED)
