"""Writers: cues as SRT, WebVTT and TSV, units as readable text.

SRT and WebVTT are written here, as pysubs2 would lose text: it takes `\\N` and `{...}` in a cue for its own markup,
escapes neither `<` nor `&` for WebVTT, cannot name WebVTT cues, and cuts times at 100 hours.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from services.documents.cues import Cue, Cues

from .bidi import directed
from .boundaries import ends_sentence
from .grammar import grammar
from .rules import milliseconds
from .scripts import glue
from .units import Unit, another_speaks

_MARKUP = re.compile(r"<(?=[\s/]*[A-Za-z][^<>]*>)|\{(?=\\)|\\(?=[Nnh])|--(?=>\s*\d)")
"""Where players begin to take text for a tag, a command or a time line."""
_WORD_JOINER = "\N{WORD JOINER}"


def srt(cues: Cues) -> str:
    """SubRip: empty if there is no cue.

    SRT has no way to escape: where text would be taken for markup, an invisible word joiner breaks it up.
    """
    return "".join(f"{cue.number}\n{_interval(cue, ',')}\n{_shown(cues, cue, _unmarked)}\n\n" for cue in cues.cues)


def vtt(cues: Cues) -> str:
    """WebVTT (W3C): each cue under its id."""
    shown = (f"{cue.id}\n{_interval(cue, '.')}\n{_shown(cues, cue, _escaped)}\n\n" for cue in cues.cues)
    return "WEBVTT\n\n" + "".join(shown)


def tsv(cues: Cues) -> str:
    """Tab-separated start and end in milliseconds and text on one line, under the heading that Whisper's have."""
    rows = (_row(cue, cues.language_code) for cue in cues.cues)
    return "start\tend\ttext\n" + "".join(rows)


def txt(units: Sequence[Unit], language_code: str, paragraph_pause_ms: int) -> str:
    """What is said, for reading: a line for each sentence and speaker, an empty line at each pause of that length."""
    return "".join(_with_separators(units, language_code, paragraph_pause_ms))


def _with_separators(units: Sequence[Unit], language_code: str, paragraph_pause_ms: int) -> Iterator[str]:
    known = grammar(language_code)
    for unit, following in pairwise(units):
        yield unit.shown
        if milliseconds(following.start - unit.end) >= paragraph_pause_ms:
            yield "\n\n"
        elif unit.closes or another_speaks(unit, following) or ends_sentence(unit.text, following.text, known):
            yield "\n"
        else:
            yield following.glue
    if units:
        yield units[-1].shown + "\n"


def on_one_line(cue: Cue, language_code: str) -> str:
    """The lines of a cue put together as its language does."""
    text = cue.lines[0]
    for line in cue.lines[1:]:
        text += glue(text, line, language_code) + line
    return text


def _row(cue: Cue, language_code: str) -> str:
    return f"{milliseconds(cue.start)}\t{milliseconds(cue.end)}\t{on_one_line(cue, language_code)}\n"


def _shown(cues: Cues, cue: Cue, write: Callable[[str], str]) -> str:
    text = "\n".join(directed(write(line), cues.language_code) for line in cue.lines)
    return f"<i>{text}</i>" if cue.lyric else text


def _interval(cue: Cue, point: str) -> str:
    return f"{_timestamp(cue.start, point)} --> {_timestamp(cue.end, point)}"


def _timestamp(seconds: float, point: str) -> str:
    whole, fraction = divmod(milliseconds(seconds), 1000)
    minutes, second = divmod(whole, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}{point}{fraction:03d}"


def _unmarked(text: str) -> str:
    return _MARKUP.sub(_broken_up, text)


def _broken_up(opening: re.Match[str]) -> str:
    return opening.group() + _WORD_JOINER


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
