"""Marks around and inside a text that are no words: tags and music notes."""

from __future__ import annotations

import re
from dataclasses import dataclass

TAG = re.compile(r"</?[A-Za-z][^<>]*>|\{\\[^{}]*\}")
NOTES = re.compile("[♩♪♫♬♭♯]")
MARK = re.compile(f"{TAG.pattern}|{NOTES.pattern}")
_BEFORE = re.compile(rf"(?:\s*(?:{MARK.pattern}))+\s*")
_AFTER = re.compile(rf"(?:\s*(?:{MARK.pattern}))+\s*$")


@dataclass(frozen=True)
class Dressed:
    """A text, and the marks that stand around it."""

    before: str
    text: str
    after: str

    def again(self, text: str) -> str:
        """Another text in the same marks."""
        return f"{self.before}{text}{self.after}"


def undress(text: str) -> Dressed:
    """Takes the marks off both ends; put together again they are `text`."""
    before = _BEFORE.match(text)
    start = before.end() if before else 0
    after = _AFTER.search(text, start)
    end = after.start() if after else len(text)
    return Dressed(text[:start], text[start:end], text[end:])


def without_marks(text: str) -> str:
    """The words alone, with single spaces."""
    return " ".join(MARK.sub(" ", text).split())
