"""TTML: the cues as W3C's IMSC 1.1 Text Profile."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring  # it writes only; nothing is parsed

from services.documents.cues import Cue, Cues

from .rules import milliseconds
from .scripts import is_right_to_left

_TT = "http://www.w3.org/ns/ttml"
_PROFILE = "http://www.w3.org/ns/ttml/profile/imsc1.1/text"
_ROOT = {
    "xmlns": _TT,
    "xmlns:ttp": f"{_TT}#parameter",
    "xmlns:tts": f"{_TT}#styling",
    "ttp:timeBase": "media",
    "ttp:contentProfiles": _PROFILE,
    "ttp:cellResolution": "32 15",
}
_STYLE = {
    "xml:id": "subtitle",
    "tts:fontFamily": "proportionalSansSerif",
    "tts:fontSize": "100%",
    "tts:lineHeight": "120%",
    "tts:color": "white",
    "tts:textAlign": "center",
    "tts:textOutline": "black 5%",
}
_REGION = {
    "xml:id": "bottom",
    "tts:origin": "5% 5%",
    "tts:extent": "90% 90%",
    "tts:displayAlign": "after",
    "tts:showBackground": "whenActive",
}
"""The safe area: 5 % from every border of the picture, text at its lower end."""


def ttml(cues: Cues) -> str:
    """The cues as IMSC 1.1 text, timed in milliseconds; each `p` has the id of its cue.

    XML names cannot hold a colon, so `cue:1` becomes `cue-1`.
    """
    root = Element("tt", {**_ROOT, "xml:lang": cues.language_code})
    head = SubElement(root, "head")
    style = {**_STYLE, **_direction(cues.language_code)}
    SubElement(SubElement(head, "styling"), "style", style)
    SubElement(SubElement(head, "layout"), "region", _REGION)
    division = SubElement(SubElement(root, "body", {"style": "subtitle", "region": "bottom"}), "div")
    _indented(root)
    for cue in cues.cues:
        division.append(_paragraph(cue))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, "unicode") + "\n"


def _direction(language_code: str) -> dict[str, str]:
    rtl = is_right_to_left(language_code)
    return {"tts:direction": "rtl", "tts:unicodeBidi": "embed"} if rtl else {}


def _indented(root: Element) -> None:
    """Only what is above the text: spaces inside a paragraph would be shown."""
    indent(root, " ")


def _paragraph(cue: Cue) -> Element:
    times = {"begin": _timestamp(cue.start), "end": _timestamp(cue.end)}
    paragraph = Element("p", {"xml:id": cue.id.replace(":", "-"), **times})
    text = SubElement(paragraph, "span", {"tts:fontStyle": "italic"}) if cue.lyric else paragraph
    text.text = cue.lines[0]
    for line in cue.lines[1:]:
        SubElement(text, "br").tail = line
    paragraph.tail = "\n"
    return paragraph


def _timestamp(seconds: float) -> str:
    whole, thousandths = divmod(milliseconds(seconds), 1000)
    minutes, second = divmod(whole, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}.{thousandths:03d}"
