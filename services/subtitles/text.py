"""Writers: cues as SRT and WebVTT, words as readable text.

SRT and WebVTT are written here, as pysubs2 would lose text: it takes `\\N` and `{...}` in a cue for its own markup,
escapes neither `<` nor `&` for WebVTT, cannot name WebVTT cues, and cuts times at 100 hours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from services.documents.cues import Cue, Cues
from services.documents.transcript import Word

from .boundaries import ends_sentence
from .grammar import grammar
from .pieces import glue, plain_text
from .rules import milliseconds

_MARKUP = re.compile(r"<(?=/?[A-Za-z][^<>]*>)|\{(?=\\)|\\(?=[Nnh])|--(?=>\s*\d)")
"""Where players begin to take text for a tag, a command or a time line."""
_WORD_JOINER = "\N{WORD JOINER}"


def srt(cues: Cues) -> str:
    """SubRip: empty if there is no cue.

    SRT has no way to escape: where text would be taken for markup, an invisible word joiner breaks it up.
    """
    return "".join(f"{cue.number}\n{_interval(cue, ',')}\n{_MARKUP.sub(_broken_up, cue.text)}\n\n" for cue in cues.cues)


def vtt(cues: Cues) -> str:
    """WebVTT (W3C): each cue under its id."""
    return "WEBVTT\n\n" + "".join(f"{cue.id}\n{_interval(cue, '.')}\n{_escaped(cue.text)}\n\n" for cue in cues.cues)


def txt(words: Sequence[Word], language_code: str, paragraph_pause_ms: int) -> str:
    """What is said, for reading: a line for each sentence, an empty line at each pause of that length."""
    return "".join(_with_separators(words, language_code, paragraph_pause_ms))


def _with_separators(words: Sequence[Word], language_code: str, paragraph_pause_ms: int) -> Iterator[str]:
    known = grammar(language_code)
    for word, following in pairwise(words):
        text, next_text = plain_text(word), plain_text(following)
        yield text
        if milliseconds(following.start - word.end) >= paragraph_pause_ms:
            yield "\n\n"
        elif ends_sentence(text, next_text, known):
            yield "\n"
        else:
            yield glue(text, next_text, language_code)
    if words:
        yield plain_text(words[-1]) + "\n"


def _interval(cue: Cue, point: str) -> str:
    return f"{_timestamp(cue.start, point)} --> {_timestamp(cue.end, point)}"


def _timestamp(seconds: float, point: str) -> str:
    whole, fraction = divmod(milliseconds(seconds), 1000)
    minutes, second = divmod(whole, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}{point}{fraction:03d}"


def _broken_up(opening: re.Match[str]) -> str:
    return opening.group() + _WORD_JOINER


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
