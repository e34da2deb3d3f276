"""The languages that Whisper knows, as BCP-47 says them."""

from __future__ import annotations

from services.runtime.errors import unknown_name

WHISPER = frozenset(
    """
    af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he hi hr ht hu hy id is
    it ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no oc pa pl ps pt ro ru sa sd si sk
    sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi yo yue zh
    """.split()  # noqa: SIM905  a hundred pairs of quotes would not help the reader
)
"""As Whisper writes them."""
UNSPACED = frozenset({"zh", "ja", "th", "lo", "my", "yue"})
"""Written without spaces between words."""
_RENAMED = {"jv": "jw"}
"""BCP-47 to Whisper, where they differ: Javanese."""

KNOWN = WHISPER - frozenset(_RENAMED.values()) | frozenset(_RENAMED)


def whisper_code(language: str) -> str:
    """What Whisper calls a language. Raises UnknownName, with the nearest right one."""
    if language not in KNOWN:
        raise unknown_name("language", language, KNOWN)
    return _RENAMED.get(language, language)


def bcp_47(code: str) -> str:
    """The language that Whisper calls so."""
    return next((ours for ours, theirs in _RENAMED.items() if theirs == code), code)
