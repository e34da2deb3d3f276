"""Advanced SubStation Alpha, written with pysubs2."""

from __future__ import annotations

import dataclasses
import io

from pysubs2 import Color, SSAEvent, SSAFile, SSAStyle
from pysubs2.formats.substation import SubstationFormat

from services.documents.cues import Cue, Cues

from .bidi import directed
from .rules import milliseconds

_SCRIPT = {
    "PlayResX": "1920",
    "PlayResY": "1080",
    "WrapStyle": "0",
    "ScaledBorderAndShadow": "yes",
    "YCbCr Matrix": "None",
}
_STYLE = SSAStyle(
    fontname="Arial",
    fontsize=60.0,
    primarycolor=Color(255, 255, 255),
    outlinecolor=Color(0, 0, 0),
    backcolor=Color(0, 0, 0, 128),
    outline=3.0,
    shadow=1.0,
    marginl=96,
    marginr=96,
    marginv=54,
)
"""White with a dark outline, within the safe area: 5 % from every border of the picture."""
_LYRIC_STYLE = dataclasses.replace(_STYLE, italic=True)
_WORD_JOINER = "\N{WORD JOINER}"


class _Substation(SubstationFormat):
    """pysubs2's writer without its limit of ten hours, which would silently cut times."""

    @staticmethod
    def ms_to_timestamp(requested_ms: int) -> str:
        seconds, hundredths = divmod((requested_ms + 5) // 10, 100)
        minutes, second = divmod(seconds, 60)
        return f"{minutes // 60}:{minutes % 60:02d}:{second:02d}.{hundredths:02d}"


def ass(cues: Cues) -> str:
    """The cues as an ASS script; its times are hundredths of a second, the nearest ones."""
    script = SSAFile()
    script.info = dict(_SCRIPT)
    script.styles = {"Default": _STYLE}
    if any(cue.lyric for cue in cues.cues):
        script.styles["Lyric"] = _LYRIC_STYLE
    script.events = [_event(cue, cues.language_code) for cue in cues.cues]
    file = io.StringIO()
    _Substation.to_file(script, file, "ass", header_notice="")
    return file.getvalue()


def _event(cue: Cue, language_code: str) -> SSAEvent:
    text = r"\N".join(directed(_escaped(line), language_code) for line in cue.lines)
    style = "Lyric" if cue.lyric else "Default"
    return SSAEvent(start=milliseconds(cue.start), end=milliseconds(cue.end), text=text, style=style)


def _escaped(line: str) -> str:
    """ASS has no escape for a backslash: an invisible word joiner after it keeps it from being a command."""
    return line.replace("\\", "\\" + _WORD_JOINER).replace("{", r"\{").replace("}", r"\}")
