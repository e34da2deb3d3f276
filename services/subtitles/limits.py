"""Limits: how long lines may be and how fast one can read, per language, as published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from services.documents.folding import language_of

Audience = Literal["adult", "children"]

SOURCE = "Netflix Partner Help Center, Timed Text Style Guides"
AS_OF = "2024"
"""The year of the editions that the table was made from. Who changes a row checks the others and changes this."""
GENERAL_PAGE = "General Requirements"

_TABLE = """
ar    42 20 17 both   space Arabic
cs    42 17 13 both   space Czech
da    42 17 13 both   tight Danish
de    42 17 13 both   tight German
el    42 17 13 both   tight Greek
en    42 20 17 both   tight English
es    42 17 13 both   space Spanish
fi    42 17 13 second tight Finnish
fr    42 17 13 both   space French
he    42 17 13 second tight Hebrew
hi    42 22 18 both   tight Hindi
hr    42 17 13 both   tight Croatian
hu    42 17 13 both   space Hungarian
id    42 17 13 both   space Indonesian
it    42 17 13 both   space Italian
ja    13  4  4 both   tight Japanese
ko    16 12  9 both   space Korean
ms    42 17 13 both   space Malay
nb    42 17 13 both   tight Norwegian
nl    42 17 13 second tight Dutch
pl    42 17 13 both   space Polish
pt    42 17 13 both   space Portuguese (Portugal)
pt-BR 42 17 13 both   space Portuguese (Brazil)
ro    42 17 13 both   space Romanian
ru    39 17 13 both   tight Russian
sv    42 17 13 both   tight Swedish
th    35 17 13 both   space Thai
tr    42 17 13 both   tight Turkish
uk    42 17 13 both   tight Ukrainian
vi    42 17 13 both   space Vietnamese
zh    16  9  7 both   tight Simplified Chinese (PRC)
"""
"""Per row: BCP-47 tag, characters on a line, characters per second for adults and for children, whether both
speakers who share a cue get a dash or the second only, whether a space follows the dash, and the guide's page."""
_LIKE = {"no": "nb", "nn": "nb", "cmn": "zh", "wuu": "zh", "yue": "zh"}
_GENERAL_ROW = f"und 42 17 13 both tight {GENERAL_PAGE}"

LINES = 2
MINIMUM_DURATION_MS = 833
"""5/6 of a second, which is 20 frames at 24 a second: General Requirements, on duration."""
MAXIMUM_DURATION_MS = 7_000
GAP_FRAMES = 2
"""General Requirements, on the frame gap: the same at all frame rates."""


@dataclass(frozen=True)
class Limits:
    """What one guide says of its language."""

    page: str
    characters_per_line: int
    adult_characters_per_second: float
    children_characters_per_second: float
    dash: str
    """Before each speaker's line where two share a cue."""
    first_speaker_has_dash: bool

    def characters_per_second(self, audience: Audience) -> float:
        """The fastest that this audience reads."""
        return self.children_characters_per_second if audience == "children" else self.adult_characters_per_second


def limits(language_code: str) -> Limits:
    """The limits for a BCP-47 tag: its own row, else that of its language, else the general one."""
    language = language_of(language_code)
    for tag in (language_code.lower(), language, _LIKE.get(language, "und")):
        if tag in _BY_TAG:
            return _BY_TAG[tag]
    return _GENERAL


def listed() -> dict[str, Limits]:
    """Every row, by its tag."""
    return dict(_ROWS)


def _parse(row: str) -> tuple[str, Limits]:
    tag, line, adult, children, who, space, page = row.split(maxsplit=6)
    dash = "- " if space == "space" else "-"
    return tag, Limits(page, int(line), float(adult), float(children), dash, who == "both")


_ROWS = tuple(_parse(row) for row in _TABLE.strip().splitlines())
_BY_TAG = {tag.lower(): row for tag, row in _ROWS}
_GENERAL = _parse(_GENERAL_ROW)[1]
