"""Scripts: how the languages are written, and what of that a line of text has to know.

Where Chinese and Japanese lines must not be broken: JIS X 4051, as W3C's "Requirements for Japanese Text Layout"
(section 3.1.7 and 3.1.8) and "Requirements for Chinese Text Layout" list the characters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from itertools import chain, pairwise

from services.documents.folding import language_of

_UNSPACED = frozenset(("bo", "cmn", "dz", "ja", "km", "lo", "my", "th", "wuu", "yue", "zh"))
_HALF_WIDTH = frozenset(("cmn", "ja", "ko", "wuu", "yue", "zh"))
_RIGHT_TO_LEFT = frozenset(("ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"))
_RIGHT_TO_LEFT_SCRIPTS = frozenset(("adlm", "arab", "hebr", "nkoo", "syrc", "thaa"))

_NEVER_FIRST = frozenset(
    "、。，．,.・：；:;！？!?‼⁇⁈⁉…‥ー〜～゛゜ヽヾゝゞ々〻‐゠–—％%℃"  # noqa: RUF001  these marks are meant
    "）〕］｝〉》」』】〙〗〟’”｠»)]}"  # noqa: RUF001
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ"
    "ๆฯ"
)
"""What no line may begin with: closing marks, small kana, signs of repetition."""
_NEVER_LAST = frozenset("（〔［｛〈《「『【〘〖〝‘“｟«([{")  # noqa: RUF001
"""What no line may end with: opening marks."""
_VOWELS_BEFORE = frozenset("เแโใไເແໂໃໄ")
"""Thai and Lao write them before the consonant after which they are spoken: a syllable begins with them."""
_CHINESE = frozenset(("cmn", "wuu", "yue", "zh"))
_JOINER = "\N{ZERO WIDTH JOINER}"


def is_unspaced(language_code: str) -> bool:
    """Whether the language is written without spaces between words."""
    return language_of(language_code) in _UNSPACED


def is_right_to_left(language_code: str) -> bool:
    """Whether the language, in the script that its tag names, is written from right to left."""
    language, *subtags = language_code.lower().split("-")
    script = next((subtag for subtag in subtags if len(subtag) == 4 and subtag.isalpha()), None)
    return script in _RIGHT_TO_LEFT_SCRIPTS if script else language in _RIGHT_TO_LEFT


def measure(language_code: str) -> Callable[[str], float]:
    """How the characters of a text are counted in that language.

    Chinese, Japanese and Korean count full-width characters, a half-width one as half of one and a mark on a
    character not at all; everybody else counts code points.
    """
    return _full_widths if language_of(language_code) in _HALF_WIDTH else len


def _full_widths(text: str) -> float:
    return sum(map(_full_width, text))


def _full_width(character: str) -> float:
    if unicodedata.category(character).startswith("M") or character == _JOINER:
        return 0.0
    return 0.5 if unicodedata.east_asian_width(character) in ("N", "Na", "H") else 1.0


def glue(earlier: str, later: str, language_code: str) -> str:
    """What stands between two words of a language: nothing in scripts that are written without spaces."""
    both_latin = earlier[-1:].isascii() and later[:1].isascii()
    return "" if is_unspaced(language_code) and not both_latin else " "


def may_part(earlier: str, later: str) -> bool:
    """Whether a line of a script without spaces may end with one text and the next line begin with the other."""
    return later[:1] not in _NEVER_FIRST and earlier[-1:] not in _NEVER_LAST


def begins_wrongly(line: str, language_code: str) -> bool:
    """Whether a line begins with what no line of its script may begin with."""
    return is_unspaced(language_code) and line[:1] in _NEVER_FIRST


def clusters(text: str) -> list[str]:
    """The text in written characters: a base with its marks, joined emoji as one."""
    starts = [place for place in range(1, len(text)) if not _is_joined(text[place - 1], text[place])]
    return [text[first:last] for first, last in pairwise(chain([0], starts, [len(text)]))]


def _is_joined(earlier: str, later: str) -> bool:
    is_skin_tone = "\U0001f3fb" <= later <= "\U0001f3ff"
    return _JOINER in (earlier, later) or is_skin_tone or unicodedata.category(later).startswith("M")


def phrases_of(text: str, language_code: str) -> Iterator[tuple[str, str]]:
    """The shortest parts of a text between which cues and lines may be divided, each with what stands before it.

    Without spaces there is no dictionary to ask, so: a Japanese phrase begins where hiragana give way to another
    script, a Thai or Lao one with a vowel that is written first, a Chinese one with any character.
    """
    for number, run in enumerate(text.split()):
        parts = _phrases(run, language_of(language_code)) if is_unspaced(language_code) else [run]
        for place, part in enumerate(parts):
            yield (" " if number and not place else ""), part


def _phrases(run: str, language: str) -> Iterator[str]:
    phrase = ""
    for cluster in clusters(run):
        if phrase and may_part(phrase, cluster) and _begins_phrase(phrase[-1], cluster[0], language):
            yield phrase
            phrase = ""
        phrase += cluster
    yield phrase


def _begins_phrase(earlier: str, later: str, language: str) -> bool:
    if unicodedata.category(earlier)[0] in "PS" or later in _NEVER_LAST:
        return True
    if language == "ja":
        return _is_hiragana(earlier) and not _is_hiragana(later)
    return later in _VOWELS_BEFORE or (language in _CHINESE and (_is_wide(earlier) or _is_wide(later)))


def _is_hiragana(character: str) -> bool:
    return "\u3041" <= character <= "\u309f"


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in ("F", "W")
